"""What kind of figure a question asks for, by its words in either language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Final, NamedTuple

from assistant.figures.units import GAP, SUFFIX, find_form, kind_of, load_suffixes

AMOUNTS: Final = frozenset(
    {"money", "count", "mass", "volume", "area", "length", "power", "energy"}
)
"""What a bare "how much" may ask for, where no word says of what."""

LONGEST: Final = 2000
"""Characters of a question that are read."""

_EACH = re.compile(r"各(?=[是为占有达])|分别")
_SPECIFIC: Final = frozenset({"count", "percent", "year", "date", "duration", "rank"})
_NAMED: Final = frozenset({"name", "list"})

# How many of a unit: "how many billion yuan", 多少万吨, 几个百分点.
_COUNTED = re.compile(
    rf"(?:\bhow many(?: (?:more|additional|hundred|thousand|[mb]illion|trillion))*"
    rf"|(?:多少|(?<![第的这])几)[十百千]?[万亿]{{0,2}}){GAP}",
    re.IGNORECASE,
)
_UNIT = re.compile(SUFFIX.pattern.removeprefix(GAP))


class _Noun(NamedTuple):
    """A word that says what is measured, and of which kind that is."""

    start: int
    end: int
    kind: str


@cache
def _table() -> dict[str, Any]:
    data = files("assistant.figures").joinpath("asked.toml").read_text(encoding="utf-8")
    return tomllib.loads(data)


def _pattern(entry: dict[str, list[str]]) -> re.Pattern[str]:
    english, chinese = "|".join(entry["english"]), "|".join(entry["chinese"])
    return re.compile(rf"(?<![A-Za-z])(?:{english})|{chinese}", re.IGNORECASE)


@cache
def _patterns(section: str) -> Mapping[str, re.Pattern[str]]:
    return {kind: _pattern(entry) for kind, entry in _table()[section].items()}


@cache
def _single(section: str) -> re.Pattern[str]:
    return _pattern(_table()[section])


def figure_type(question: str) -> frozenset[str]:
    """The kinds of figure that a question asks for, as `kind_of` names them, and "name", "list".

    Several where it asks several things; `AMOUNTS` where it asks how much and its words don't tell
    of what; empty where it asks for no figure.
    """
    question = question[:LONGEST]
    counted = _counted(question)
    direct = _matching("direct", question) | counted
    asks = len(_single("ask").findall(question))
    if asks <= 1 and direct & _SPECIFIC | counted and not _EACH.search(question):
        # "what share of the revenue": the revenue is not what is asked
        return direct - _NAMED
    nouns = _find_nouns(question)
    found = direct | _measured(question, nouns, direct)
    if not found - _NAMED and _single("amount").search(question):
        return found | ({noun.kind for noun in nouns} or AMOUNTS | _loose(question))
    return found


def _find_nouns(question: str) -> list[_Noun]:
    return sorted(
        _Noun(*match.span(), kind)
        for kind, pattern in _patterns("measure").items()
        for match in pattern.finditer(question)
    )


def _loose(question: str) -> frozenset[str]:
    """多少 and "what level" leave open whether a share is meant; "how much" hardly does."""
    return frozenset() if re.search(r"\bhow much\b", question, re.I) else frozenset({"percent"})


def _matching(section: str, question: str) -> frozenset[str]:
    found = (kind for kind, pattern in _patterns(section).items() if pattern.search(question))
    return frozenset(found)


def _counted(question: str) -> frozenset[str]:
    """The kinds of the units that follow "how many", 多少 and 几; "how many" alone counts."""
    found = set()
    for match in _COUNTED.finditer(question):
        if unit := _UNIT.match(question, match.end()):
            found.add(kind_of(find_form(unit["unit"], load_suffixes()).base))
        elif match.group()[0].isascii():
            found.add("count")
    return frozenset(found) - {"date", "year"}


def _measured(question: str, nouns: Sequence[_Noun], direct: frozenset[str]) -> frozenset[str]:
    """What each "how much", "what" or 多少 is about, by the nearest word that says so."""
    asks = [match.span() for match in _single("of_what").finditer(question)]
    if "name" in direct:
        asks = [ask for ask in asks if question[ask[0] : ask[1]].lower() != "what"]
    edges = [*(start for start, _ in asks), len(question)]
    found: set[str] = set()
    last = 0
    for (start, end), (_, until) in zip(asks, pairwise(edges), strict=True):
        if question[start].isascii():
            found |= _first(question, nouns, start, until)
        else:
            found |= _nearest(question, nouns, (last, start, until))
        last = end
    if not asks and not direct and nouns and nouns[-1].end == len(question.rstrip("?？ 。")):
        found |= {noun.kind for noun in nouns if noun.end == nouns[-1].end}
    return frozenset(found)


def _first(question: str, nouns: Sequence[_Noun], start: int, until: int) -> set[str]:
    """In English what is measured follows: the head of the first phrase that has such a word."""
    here = [noun for noun in nouns if start <= noun.start < until]
    if _single("spends").search(question, start, until):
        return {"money"}
    phrases = [match.start() for match in _single("phrase").finditer(question, start, until)]
    found: set[str] = set()
    covered = start
    for left, right in pairwise([start, *phrases, until]):
        inside = [noun for noun in here if left <= noun.start < right]
        if found and left >= covered and not (inside and question.startswith("and ", left)):
            break
        covered = max([covered, *(noun.end for noun in inside)])
        found |= _of_last(inside)
    return found


def _nearest(question: str, nouns: Sequence[_Noun], places: tuple[int, int, int]) -> set[str]:
    """In Chinese it stands before: the last such word, all of them where 各 or 分别 says so."""
    last, end, until = places
    if _single("spends").search(question, last, until):
        return {"money"}
    here = [noun for noun in nouns if last <= noun.start < end]
    if not here:
        return _of_last([noun for noun in nouns if end <= noun.start < until])
    if _EACH.search(question, here[-1].end, end):
        comma = max(question.rfind(sign, last, here[-1].start) for sign in "，,；;")
        return {noun.kind for noun in here if noun.start > comma}
    return _of_last(here)


def _of_last(nouns: list[_Noun]) -> set[str]:
    end = max((noun.end for noun in nouns), default=0)
    return {noun.kind for noun in nouns if noun.end == end}
