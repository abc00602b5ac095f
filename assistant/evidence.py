"""What a text states with its figures: each with the years, places and words that belong to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from assistant.figures import Figure, find_figures, kind_of
from assistant.geography import JOINT
from assistant.subjects import Mention, find_scopes, find_year_mentions, keys_of
from assistant.tables import Row, read_rows
from assistant.text.language import split_sentences
from assistant.text.script import simplify

Span = tuple[int, int]
_Stop = tuple[int, int]  # where a clause ends, and what crossing it costs

# What parts a figure from a name that belongs to another one, in characters of distance.
_STOPS = re.compile(
    r"(?P<end>[;；]|[。.!?](?=\s|$))|[,，](?!\d{3}(?!\d))|、"
    r"|\b(?:while|whereas|but|after|before|when)\b|而"
)
_STOP_COST, _END_COST = 30, 60
_FARTHEST = 45  # characters behind a figure at which a name may still be its own
# A year that a figure is measured against is not its own.
_REFERENCE = re.compile(
    r"(?:\b(?:compared? (?:with|to)|versus|vs\.?|over|than|against|from|relative to|since"
    r"|base(?:d|line)?(?: year)?(?: of)?)\s(?:the\s)?"
    r"(?:in\s|year\s|that of\s|levels? (?:of|in)\s|same period (?:of|in|last)?\s?)?(?:the\s)?"
    r"|较|比|相比|以|自|从|与)\s?\Z",
    re.IGNORECASE,
)
# What a share is of belongs to no other figure: 占全国, "% of the country".
_OF_WHOLE = re.compile(
    r"(?:%|per ?cent)\sof\s(?:the\s|all\s)?(?:GDP\sof\s)?(?:the\s|all\s)?\Z|占\Z", re.IGNORECASE
)
_FROM = re.compile(r"(?:\bfrom\s(?:[\w']+\s){0,4}|[从由自][^，。；;]{0,14})\Z", re.IGNORECASE)
_TOWARD = re.compile(r"[^.。;；]{0,40}?(?:\bto\b|到|至|为|达)[^.。;；]{0,12}", re.IGNORECASE)
_PER = re.compile(r"\b(?:per|(?:for )?every|each)\s\Z|每\Z", re.IGNORECASE)
_PERIODS = frozenset({"year", "date", "half", "quarter"})


class Statement(NamedTuple):
    """A figure of a text and what belongs to it.

    `own` years and places stand nearer to it than to any other figure of its kind, `led` ones open
    the sentence for all its figures, `references` are years that it is measured against, `loose`
    the sentence's years where none of these is one. `row` says what a table's cell is about; `per`
    marks the measure of another figure, as in "per 10,000 people"; `toward` is the figure that this
    one rose or fell to ("from 5 % to 8 %"). Their spans are in the sentence.
    """

    figure: Figure
    sentence: Span
    segment: Span
    own: tuple[Mention, ...]
    led: tuple[Mention, ...]
    references: tuple[Mention, ...]
    loose: tuple[Mention, ...] = ()
    row: str = ""
    per: bool = False
    toward: Figure | None = None

    def years(self) -> frozenset[str]:
        return keys_of(self.own, "year") or keys_of(self.led, "year")

    def places(self) -> frozenset[str]:
        return keys_of(self.own, "place") or keys_of(self.led, "place")


@lru_cache(maxsize=2048)
def read_statements(text: str, sentences: tuple[Span, ...] = ()) -> tuple[Statement, ...]:
    """Every figure of a text as it states it; spans are offsets in the text. Table rows are read
    with their headers; `sentences` are the text's own unless given."""
    found: list[Statement] = []
    for span in sentences or tuple(split_sentences(text)):
        rows = list(_read_rows(text, span))
        taken = [statement.figure.span for statement in rows]
        plain = _read_sentence(text[slice(*span)])
        found += rows
        found += [
            _shift(statement, span[0])
            for statement in plain
            if not _meets(_moved(statement.figure.span, span[0]), taken)
        ]
    return tuple(sorted(found, key=lambda statement: statement.figure.span))


def _read_rows(text: str, span: Span) -> list[Statement]:
    found = []
    for row in read_rows(text, span):
        led = _leads(row)
        for cell in row.cells:
            words = f"{row.label} · {cell.column}"
            own = (*find_year_mentions(words), *map(_keep_whole, find_scopes(words)))
            for figure in cell.figures:
                if span[0] <= figure.span[0] and figure.span[1] <= span[1]:
                    about = f"{words} · {row.caption}"
                    found.append(Statement(figure, span, cell.span, own, led, (), (), about))
    return found


def _leads(row: Row) -> tuple[Mention, ...]:
    """What holds for all cells of a row: a year or place that fills one of them, else those of the
    line above the table; what stands before that is other text."""
    found: list[Mention] = []
    cells = [one for cell in row.cells for one in _fill(cell.text)]
    title = row.caption.rstrip().rpartition("\n")[2]
    caption = (*find_year_mentions(title), *find_scopes(title))
    for kind in ("year", "place"):
        filling = [one for one in cells if one.kind == kind]
        found += filling or [one for one in caption if one.kind == kind]
    return tuple(found)


def _keep_whole(mention: Mention) -> Mention:
    """A row about a region is about none of its parts."""
    whole = frozenset(key for key in mention.keys if JOINT in key)
    return mention._replace(keys=whole or mention.keys)


def _fill(cell: str) -> list[Mention]:
    """The years and places that are all that a cell says: 2023年 and no "report of 2024"."""
    found = (*find_year_mentions(cell), *find_scopes(cell))
    return [one for one in found if not cell.replace(cell[slice(*one.span)], "").strip(" 年")]


def _meets(span: Span, others: Sequence[Span]) -> bool:
    return any(max(start, span[0]) < min(end, span[1]) for start, end in others)


def _moved(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by


def _shift(statement: Statement, by: int) -> Statement:
    figure = statement.figure
    at = Figure(
        figure.value, figure.unit, figure.text, _moved(figure.span, by), figure.bound, figure.step
    )
    return statement._replace(
        figure=at,
        sentence=_moved(statement.sentence, by),
        segment=_moved(statement.segment, by),
    )


@lru_cache(maxsize=8192)
def _read_sentence(sentence: str) -> tuple[Statement, ...]:
    figures = find_figures(sentence)
    if not figures:
        return ()
    sentence = simplify(sentence)
    mentions = (*find_year_mentions(sentence), *find_scopes(sentence))
    references = tuple(
        m for m in mentions if m.kind == "year" and _REFERENCE.search(sentence[: m.span[0]])
    )
    direct = [m for m in mentions if m not in references]
    stops = [
        (match.start(), _END_COST if match["end"] else _STOP_COST)
        for match in _STOPS.finditer(sentence)
    ]
    return tuple(_state(sentence, figure, figures, direct, references, stops) for figure in figures)


def _state(
    sentence: str,
    figure: Figure,
    figures: Sequence[Figure],
    direct: Sequence[Mention],
    references: Sequence[Mention],
    stops: Sequence[_Stop],
) -> Statement:
    group = [other for other in figures if _same_group(figure, other)]
    usable = [m for m in direct if not _is_figure(m, figure) and _may_own(sentence, figure, m)]
    own = [m for m in usable if _nearest(m, group, stops) is figure]
    own = [m for m in own if _distance(m.span, figure.span, stops) <= _FARTHEST]
    first = min(other.span[0] for other in group)
    led = [m for m in usable if m.span[0] < first]
    near = [m for m in references if _nearest(m, group, stops) is figure]
    dated = any(m.kind == "year" for m in (*own, *led))
    return Statement(
        figure=figure,
        sentence=(0, len(sentence)),
        segment=_segment(sentence, figure, group, stops),
        own=tuple(own),
        led=tuple(m for m in led if m not in own),
        references=tuple(near),
        loose=() if dated else tuple(m for m in usable if _is_loose(m, group, stops)),
        per=bool(_PER.search(sentence[: figure.span[0]])),
        toward=_find_end(sentence, figure, figures),
    )


def _may_own(sentence: str, figure: Figure, mention: Mention) -> bool:
    return figure.unit == "%" or not _OF_WHOLE.search(sentence[: mention.span[0]])


def _find_end(sentence: str, figure: Figure, figures: Sequence[Figure]) -> Figure | None:
    """What a figure rose or fell to, where the sentence says that it is the one it came from."""
    if figure.unit in _PERIODS or not _FROM.search(sentence[: figure.span[0]]):
        return None
    later = (one for one in figures if one.span[0] >= figure.span[1] and one.unit == figure.unit)
    end = next(later, None)
    known = end is not None and _TOWARD.fullmatch(sentence[figure.span[1] : end.span[0]])
    return end if known else None


def _is_loose(mention: Mention, group: Sequence[Figure], stops: Sequence[_Stop]) -> bool:
    """A year directly behind another figure of the kind is that one's alone."""
    nearest = _nearest(mention, group, stops)
    behind = nearest.span[1] <= mention.span[0]
    near = _distance(mention.span, nearest.span, stops) <= _FARTHEST
    return mention.kind == "year" and not (behind and near)


def _same_group(one: Figure, other: Figure) -> bool:
    """Figures that one could take for each other."""
    if one.unit in _PERIODS or other.unit in _PERIODS:
        return one.unit in _PERIODS and other.unit in _PERIODS
    return kind_of(one.unit) == kind_of(other.unit)


def _is_figure(mention: Mention, figure: Figure) -> bool:
    """A year belongs to itself where it is the figure."""
    return _meets(mention.span, [figure.span])


def _nearest(mention: Mention, group: Sequence[Figure], stops: Sequence[_Stop]) -> Figure:
    return min(group, key=lambda figure: _distance(mention.span, figure.span, stops))


def _distance(one: Span, other: Span, stops: Sequence[_Stop]) -> int:
    start, end = sorted((one, other))[0][1], sorted((one, other))[1][0]
    crossed = sum(cost for stop, cost in stops if start <= stop < end)
    return max(0, end - start) + crossed


def _segment(
    sentence: str, figure: Figure, group: Sequence[Figure], stops: Sequence[_Stop]
) -> Span:
    """The stretch around a figure up to the next ones of its kind, cut where a clause ends."""
    start, end = figure.span
    before = [other.span[1] for other in group if other.span[1] <= start]
    after = [other.span[0] for other in group if other.span[0] >= end]
    left, right = max(before, default=0), min(after, default=len(sentence))
    inner = [stop + 1 for stop, _ in stops if left <= stop < start] if before else []
    outer = [stop for stop, _ in stops if end <= stop < right] if after else []
    return max(inner, default=left), min(outer, default=right)
