"""One measure over years, or of several places or organisations, among an answer's figures.

A wrong point misleads more than a chart helps, so everything has to agree: unit, kind of amount,
words of the measure, place; each figure has one year of its own, said in its own statement. What
isn't proved, is a bound ("more than") or was computed is no point.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from assistant.answer import Answer, CheckedFigure, Citation, Claim
from assistant.evidence import Statement, read_statements
from assistant.figures import Figure, same_quantity
from assistant.saying import find_said_years
from assistant.text.terms import find_terms
from assistant.traits import find_traits

Kind = Literal["years", "places", "organisations"]

FEWEST_YEARS = 3
FEWEST_NAMES = 2

_QUOTED = re.compile(r"“([^”]+)”|「([^」]+)」|\"([^\"]+)\"")
_NO_MEASURES = frozenset({"year", "date", "half", "quarter", "rank"})
_POINTS = frozenset({"exact", "about", "nearly"})
_DIGIT = re.compile(r"\d")
# What a sentence says of any measure: that it was, rose or fell.
_MOVES = frozenset(
    find_terms(
        "reach reached rose rise risen rising grew grow grown growing increase increased climbed "
        "climb fell fall fallen dropped declined decreased stood amounted amount totalled total "
        "came was hit recorded further again later slightly year number while whereas only just "
        "compared followed went up down approximately nearly around almost still then whole "
        "respectively"
    )
    + find_terms(
        "达到 达 增至 升至 降至 增加到 增长到 上升到 下降到 增加 增长 上升 下降 提高 减少 至 到 为 "
        "全年 当年 同期 约 近 共 总计 合计 实现 完成 突破 则 分别 进一步 已 再 其后 随后 而 仅"
    )
)


@dataclass(frozen=True, slots=True)
class Point:
    """`label` is a year or a name; `citations` are the numbers of what states the figure."""

    label: str
    figure: Figure
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """Points of one unit: by year, or in the order of the answer; `year` is that of all names."""

    kind: Kind
    unit: str
    points: tuple[Point, ...]
    year: str | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    """A checked figure as its sentence states it."""

    checked: CheckedFigure
    year: str | None
    places: frozenset[str]
    place: str
    who: str | None
    traits: frozenset[str]
    words: frozenset[str]

    @property
    def figure(self) -> Figure:
        return self.checked.figure


def find_series(answer: Answer) -> tuple[Series, ...]:
    """What of an answer could be drawn: by years where there are three, else by names."""
    return _find(answer.claims, answer.citations)


@lru_cache(maxsize=256)
def _find(claims: tuple[Claim, ...], citations: tuple[Citation, ...]) -> tuple[Series, ...]:
    known = {citation.number: citation for citation in citations}
    said = [one for claim in claims if claim.verdict == "proved" for one in _read(claim, known)]
    over_years = [one for group in _group(said, by_year=False) for one in _by_years(group)]
    drawn = {point.figure for series in over_years for point in series.points}
    left = [one for one in said if one.figure not in drawn]
    by_names = [one for group in _group(left, by_year=True) for one in _by_names(group)]
    return (*over_years, *by_names)


def _read(claim: Claim, known: dict[int, Citation]) -> Iterator[_Said]:
    """The claim's checked measures, each with what belongs to it; of a sentence that quotes, the
    quotation is read, for what stands around it names the source and restates its figures."""
    quotes = [match.span(match.lastindex or 0) for match in _QUOTED.finditer(claim.text)]
    holding = [q for q in quotes if any(_lies_in(one, q) for one in claim.figures)]
    for start, end in holding or [(0, len(claim.text))]:
        text = claim.text[start:end]
        checked = {
            (one.figure.span[0] - start, one.figure.span[1] - start): one
            for one in claim.figures
            if _lies_in(one, (start, end))
        }
        yield from _read_sentences(text, checked, known)


def _lies_in(checked: CheckedFigure, span: tuple[int, int]) -> bool:
    return span[0] <= checked.figure.span[0] and checked.figure.span[1] <= span[1]


def _read_sentences(
    text: str, checked: dict[tuple[int, int], CheckedFigure], known: dict[int, Citation]
) -> Iterator[_Said]:
    led: dict[tuple[int, int], frozenset[str]] = {}
    for statement in read_statements(text):
        one = checked.get(statement.figure.span)
        if one is None or not _is_measure(one, statement):
            continue
        own = _words(text, statement)
        first = led.setdefault(statement.sentence, own)
        said = _build(one, text, statement, known)
        # A later item of a list leaves the measure out: "41 t in 2019, 43 t in 2020".
        yield replace(said, words=first if own <= first else own)


def _is_measure(checked: CheckedFigure, statement: Statement) -> bool:
    figure = checked.figure
    if checked.verdict != "checked" or not checked.citations or statement.per:
        return False
    return figure.unit not in _NO_MEASURES and figure.bound in _POINTS


def _build(
    checked: CheckedFigure, text: str, statement: Statement, known: dict[int, Citation]
) -> _Said:
    sentence = text[slice(*statement.sentence)]
    years = statement.years() - find_said_years(sentence)
    mentions = [one for one in statement.own if one.kind == "place"]
    mentions = mentions or [one for one in statement.led if one.kind == "place"]
    named = {one.keys: sentence[slice(*one.span)] for one in mentions}
    speakers = {known[n].passage.organisation for n in checked.citations if n in known}
    return _Said(
        checked,
        year=next(iter(years)) if len(years) == 1 else "" if years else None,
        places=statement.places(),
        place=next(iter(named.values())) if len(named) == 1 else "",
        who=next(iter(speakers)) if len(speakers) == 1 else None,
        traits=find_traits(text, statement),
        words=frozenset(),
    )


def _words(text: str, statement: Statement) -> frozenset[str]:
    """What a clause says is measured: its words but for figures, years, places and verbs that any
    measure has."""
    start, end = statement.segment
    covered = [one.figure.span for one in read_statements(text)]
    base = statement.sentence[0]
    mentions = (*statement.own, *statement.led, *statement.loose)
    covered += [(base + a, base + b) for a, b in (one.span for one in mentions)]
    signs = list(text)
    for first, last in covered:
        signs[first:last] = " " * (last - first)
    terms = find_terms("".join(signs[start:end]))
    return frozenset(term for term in terms if term not in _MOVES and not _DIGIT.search(term))


def _group(said: Iterable[_Said], *, by_year: bool) -> list[list[_Said]]:
    """Those that measure the same; `by_year` in the same year, else in the same place."""
    groups: defaultdict[tuple[object, ...], list[_Said]] = defaultdict(list)
    for one in said:
        aside = one.year if by_year else one.places
        if one.year != "" and one.words:
            groups[one.figure.unit, one.traits, one.words, aside].append(one)
    return list(groups.values())


def _by_years(group: Sequence[_Said]) -> list[Series]:
    dated = [(one.year, one) for one in group if one.year]
    points = _join((year, one) for year, one in dated)
    if points is None or len(points) < FEWEST_YEARS:
        return []
    ordered = tuple(sorted(points, key=lambda point: int(point.label)))
    return [Series("years", group[0].figure.unit, ordered)]


def _by_names(group: Sequence[_Said]) -> list[Series]:
    """By place where each figure has one of its own, else by who says so of the same place."""
    year = group[0].year
    if all(one.place for one in group):
        points = _join((one.place, one) for one in group)
        if points is not None and len(points) >= FEWEST_NAMES:
            return [Series("places", group[0].figure.unit, tuple(points), year)]
    if len({one.places for one in group}) > 1 or not all(one.who for one in group):
        return []
    points = _join((one.who or "", one) for one in group)
    if points is None or len(points) < FEWEST_NAMES:
        return []
    return [Series("organisations", group[0].figure.unit, tuple(points), year)]


def _join(labelled: Iterable[tuple[str, _Said]]) -> list[Point] | None:
    """A point a label; None where two figures of one label are not the same, for then they measure
    different things, or the sources disagree."""
    points: dict[str, Point] = {}
    for label, one in labelled:
        known = points.get(label)
        if known and not same_quantity(known.figure, one.figure):
            return None
        before = known.citations if known else ()
        citations = tuple(dict.fromkeys((*before, *one.checked.citations)))
        points[label] = Point(label, known.figure if known else one.figure, citations)
    return list(points.values())
