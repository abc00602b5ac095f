"""A question about several names, one name at a time: "What do A and B each report?" is two."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

MOST = 4  # parts: a longer list is better asked as a whole

# What may stand between two names of one list, beside words that only lead up to the second one.
_JOIN = re.compile(
    r"\s*(?:[,，、;；]\s*)?(?:\b(?:and|or|versus|vs\.?)\b|&|和|与|与|及|以及|跟|对比|[,，、])\s*",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:(?:according to|in the view of|how (?:many|much|large|high|far)|by|for|of|in|from|at"
    r"|what|the|its|that)\b\s*|按照|根据|按|据|在|由|是)*",
    re.IGNORECASE,
)
# What may still belong to the name before: 怡和集团的报告, "Corning's paper of 2021".
_TAIL = re.compile(
    r"(?:['’]s?(?=\s))?(?:\s*(?:\d{4}|19\d\d|20\d\d)年?)?"
    r"(?:\s*(?:papers?|reports?)\b|集团|公司|银行|市|省|(?:的)?(?:报告|论文|文章))?",
    re.IGNORECASE,
)
# Two names make one thing here, not two: the way between them.
_RELATION = re.compile(
    r"\bbetween\b|\bapart\b|\bdistance\b|\btogether\b|\bjoint|\bcombined\b"
    r"|相距|之间|距离|合计|共同|合作|一起",
    re.IGNORECASE,
)


class _Name(NamedTuple):
    start: int
    end: int


def split_question(text: str, names: Iterable[str], places: Iterable[str]) -> tuple[str, ...]:
    """The question once for each name of the list in it; empty if there is no such list.

    `names` are the names that stand in the text, `places` those of them that are places. Where two
    lists stand ("A and B according to C and D"), speakers are told apart before places.
    """
    known = frozenset(places)
    found = _locate(text, names)
    related = bool(_RELATION.search(text))
    lists = [row for row in _find_lists(text, found) if len(row) <= MOST]
    plain = [row for row in lists if not any(text[a:b] in known for a, b in row)]
    chosen = plain or ([] if related else lists)
    return tuple(_parts(text, chosen[-1])) if chosen else ()


def _locate(text: str, names: Iterable[str]) -> list[_Name]:
    """Where the names stand, words that follow each other as one name; longest first."""
    taken: list[_Name] = []
    for name in sorted(set(names), key=lambda one: (-len(one), one)):
        for match in re.finditer(_as_pattern(name), text, re.IGNORECASE):
            if not any(match.start() < one.end and one.start < match.end() for one in taken):
                taken.append(_Name(*match.span()))
    return _join_words(text, sorted(taken))


def _as_pattern(name: str) -> str:
    escaped = re.escape(name)
    return rf"(?<![A-Za-z0-9]){escaped}(?![A-Za-z0-9])" if name.isascii() else escaped


def _join_words(text: str, found: Sequence[_Name]) -> list[_Name]:
    joined: list[_Name] = []
    for one in found:
        between = text[joined[-1].end : one.start] if joined else "x"
        if between in ("", " ", " & ", "-"):
            joined[-1] = _Name(joined[-1].start, one.end)
        else:
            joined.append(one)
    return joined


def _find_lists(text: str, names: Sequence[_Name]) -> Iterator[list[_Name]]:
    """Runs of at least two names with no more between them than what joins a list."""
    run: list[_Name] = []
    for one in names:
        if run and not _joins(text[run[-1].end : one.start]):
            if len(run) > 1:
                yield run
            run = []
        run.append(one)
    if len(run) > 1:
        yield run


def _joins(between: str) -> bool:
    tail = _TAIL.match(between)
    join = _JOIN.match(between, tail.end() if tail else 0)
    if not join:
        return False
    lead = _LEAD.match(between, join.end())
    return lead is not None and not between[lead.end() :].strip()


def _parts(text: str, names: Sequence[_Name]) -> Iterator[str]:
    for one in names:
        yield text[: names[0].start] + text[one.start : one.end] + text[names[-1].end :]
