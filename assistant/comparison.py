"""Whether figures of two sources are about the same: unit, kind of amount, place and year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from assistant.evidence import Statement
from assistant.figures import Figure, kind_of, same_quantity, supports_figure
from assistant.geography import is_region
from assistant.guard import Evidence
from assistant.naming import Name, build_lexicon, holds_name
from assistant.saying import find_said_years
from assistant.subjects import (
    NATION,
    WORLD,
    Mention,
    find_scopes,
    is_same_place,
    keys_between,
    keys_of,
    years_of,
)
from assistant.text.dictionary import translate_english
from assistant.traits import find_traits

Difference = Literal["unit", "kind", "place", "period"]

WIDEST = Decimal(2)
"""How many times as large one figure may be as the other. Beyond that, two sources that mean the
same are rarer than two measures that are worded alike."""
FARTHEST = 10
"""Years between two dates of one event."""

ENOUGH_PLACES = 2
"""Places that two sentences name which speak of the same way or event."""

_PERIODS = frozenset({"year", "date", "half", "quarter"})
_WHOLES = frozenset({frozenset({NATION}), frozenset({WORLD})})
_BEHIND = 15  # characters behind a figure at which a place is still its own
_NEAR_WHOLE = 30  # the same of "nationwide", before it too
_EVENTS = frozenset({"begins", "ground"})
_LASTING = frozenset({"area", "length", "speed"})
_PEOPLE = ("人", "名", "位", "人次")
_PERSON = frozenset("人员者客生民士工师手兵童众友")  # what words for people end in
# The thing that is counted: the last word before the phrase goes on.
_COUNTED = re.compile(
    r"\s(?:[a-z-]+\s){0,2}?(?P<noun>[a-z]{3,})(?=\s(?:of|in|on|at|from|by)\b|[.,;])"
)
_STOP = re.compile(r"[,，;；。.、]|\b(?:and|while)\b")


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement of a numbered passage."""

    number: int
    statement: Statement
    evidence: Evidence

    @property
    def figure(self) -> Figure:
        return self.statement.figure

    @property
    def sentence(self) -> str:
        return self.evidence.text[slice(*self.statement.sentence)]


def is_placed(figure: Figure) -> bool:
    """Whether a figure is the length of a way or the date of an event."""
    return kind_of(figure.unit) == "length" or figure.unit in _PERIODS


def is_between(stated: Stated) -> bool:
    """Whether places tell what such a figure is about, as of the way from one to another."""
    return is_placed(stated.figure) and len(keys_between(stated.sentence)) >= ENOUGH_PLACES


def agree(one: Figure, other: Figure) -> bool:
    """Whether both may be true: equal, rounded to each other, or within the other's bound."""
    if same_quantity(one, other) or supports_figure(one, other) or supports_figure(other, one):
        return True
    if one.unit != other.unit or one.unit in _PERIODS:
        return False
    coarse = max(one.step, other.step)
    if one.step != other.step and abs(one.value - other.value) * 2 <= coarse:
        return True
    return _is_open_to(one, other) or _is_open_to(other, one)


def _is_open_to(bounded: Figure, other: Figure) -> bool:
    if bounded.bound in ("more_than", "at_least"):
        return other.value >= bounded.value
    return bounded.bound in ("less_than", "at_most", "as_much_as") and other.value <= bounded.value


def differ(one: Stated, other: Stated) -> Difference | None:
    """In what two statements are not about the same; None where nothing tells them apart."""
    if not _same_unit(one, other):
        return "unit"
    if not _same_kind(one, other):
        return "kind"
    if not _same_place(one, other):
        return "place"
    return None if _same_period(one, other) else "period"


def may_oppose(one: Figure, other: Figure) -> bool:
    """Whether two figures, if they are about the same, are two opinions on it: of one unit, not
    both true, and not so far apart that two measures are likelier."""
    if one.unit in _PERIODS or other.unit in _PERIODS:
        years = [int(year) for figure in (one, other) for year in years_of(figure)]
        return len(years) == 2 and 0 < abs(years[0] - years[1]) <= FARTHEST
    low, high = sorted(abs(figure.value) for figure in (one, other))
    same_sign = (one.value < 0) == (other.value < 0)
    if one.unit != other.unit or not same_sign or not low or high > WIDEST * low:
        return False
    return not agree(one, other)


def _same_unit(one: Stated, other: Stated) -> bool:
    units = {one.figure.unit, other.figure.unit}
    if one.statement.per or other.statement.per or "rank" in units:
        return False  # a rank is one of a list that is seldom named
    if _is_said(one) or _is_said(other) or _counts_others(one, other) or _counts_others(other, one):
        return False
    return len(units) == 1 or units <= {"year", "date"}


def _counts_others(one: Stated, other: Stated) -> bool:
    """Whether the first counts people, as Chinese says with the number, and the second something
    that no word for people means: 92万人 and doses."""
    behind = other.sentence[other.figure.span[1] - other.statement.sentence[0] :]
    noun = _COUNTED.match(behind)
    if not (noun and one.figure.text.endswith(_PEOPLE)):
        return False
    meant = translate_english((noun["noun"].removesuffix("s"),))
    return bool(meant) and not any(word[-1] in _PERSON for word in meant)


def _is_said(stated: Stated) -> bool:
    """A year that is no more than that of a paper."""
    return bool(years_of(stated.figure) & find_said_years(stated.sentence))


def _same_kind(one: Stated, other: Stated) -> bool:
    """The same traits; two dates are compared as those of events only."""
    mine, others = (find_traits(stated.evidence.text, stated.statement) for stated in (one, other))
    return mine == others and (one.figure.unit not in _PERIODS or bool(_EVENTS & mine))


def _same_place(one: Stated, other: Stated) -> bool:
    if is_between(one) and is_between(other):
        mine, others = keys_between(one.sentence), keys_between(other.sentence)
        return _hold(mine, others) or _hold(others, mine)
    same = _has_places(one, other) and _has_places(other, one)
    return same and _whole(one) == _whole(other)


def _has_places(one: Stated, other: Stated) -> bool:
    """Whether each place that one figure is of is one of the other's too."""
    return all(_has_place(one, mention, other) for mention in _places_of(one))


def _has_place(one: Stated, mention: Mention, other: Stated) -> bool:
    """By the dictionary, else by name where the other sentence knows no such place: Jiaozhou and
    胶州湾."""
    if any(is_same_place(mention.keys, keys) for keys in places_told(other)):
        return True
    scopes = find_scopes(other.sentence)
    if any(is_same_place(mention.keys, scope.keys) for scope in scopes):
        return False
    if any(is_region(keys) for keys in (mention.keys, *(scope.keys for scope in scopes))):
        return False  # its name holds those of its parts
    if holds_name(_name_of(one, mention), build_lexicon(other.sentence)):
        return True
    return any(_begins(mention.keys, scope.keys) for scope in scopes)


def _begins(name: frozenset[str], others: frozenset[str]) -> bool:
    """Whether a place's name is a longer one of another's; a region's only lists its parts."""
    if is_region(name) or is_region(others):
        return False
    return any(key.startswith(other) for key in name for other in others)


def _name_of(stated: Stated, mention: Mention) -> Name:
    text = stated.sentence[slice(*mention.span)]
    return Name(text, mention.span, text.isascii())


def _hold(some: frozenset[frozenset[str]], others: frozenset[frozenset[str]]) -> bool:
    """Whether each of some places is among the others, if by part of its name."""
    return all(
        any(is_same_place(one, other) or _begins(one, other) for other in others) for one in some
    )


def places_told(stated: Stated) -> frozenset[frozenset[str]]:
    """The places that a figure is of: those named just beside it, or at the head of the sentence. A
    region is another place than its parts."""
    return frozenset(one.keys for one in _places_of(stated))


def _places_of(stated: Stated) -> list[Mention]:
    own, led = (
        [one for one in mentions if one.kind == "place"]
        for mentions in (stated.statement.own, stated.statement.led)
    )
    near = [one for one in own if _is_before(stated, one) or _follows(stated, one)]
    return [one for one in near or led or own if one.keys not in _WHOLES]


def _is_before(stated: Stated, mention: Mention) -> bool:
    return mention.span[0] < stated.figure.span[1] - stated.statement.sentence[0]


def _follows(stated: Stated, mention: Mention) -> bool:
    end = stated.figure.span[1] - stated.statement.sentence[0]
    between = stated.sentence[end : mention.span[0]]
    return len(between) <= _BEHIND and not _STOP.search(between)


def _whole(stated: Stated) -> frozenset[str]:
    """The nation or the world where a figure is of it: named beside it, or no other place is."""
    begin = stated.statement.sentence[0]
    start, end = (edge - begin for edge in stated.figure.span)
    near = [
        one
        for one in stated.statement.own
        if max(one.span[0] - end, start - one.span[1]) <= _NEAR_WHOLE or not places_told(stated)
    ]
    return keys_of(near, "place") & {NATION, WORLD}


def _same_period(one: Stated, other: Stated) -> bool:
    """The same year, said by both, or by neither in sources of one year; of what lasts one of them
    may leave it out, and a date is its own."""
    if one.figure.unit in _PERIODS or (is_between(one) and is_between(other)):
        return True
    mine, others = years_told(one), years_told(other)
    if kind_of(one.figure.unit) in _LASTING and not (mine and others):
        return True
    if not (mine or others):
        return one.evidence.year is not None and one.evidence.year == other.evidence.year
    return bool(mine & others)


def years_told(stated: Stated) -> frozenset[str]:
    statement = stated.statement
    years = statement.years() or keys_of(statement.loose, "year")
    return years - find_said_years(stated.sentence)
