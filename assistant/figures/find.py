"""Find every figure of a text."""

from __future__ import annotations

import re
from itertools import chain
from typing import Final

from assistant.figures.accept import accept
from assistant.figures.bounds import find_bound
from assistant.figures.dates import find_dates
from assistant.figures.drafts import read_drafts
from assistant.figures.durations import find_durations
from assistant.figures.fold import fold
from assistant.figures.labels import share_labels
from assistant.figures.names import find_names
from assistant.figures.ranks import find_ranks
from assistant.figures.shares import find_shares
from assistant.figures.sharing import share_units
from assistant.figures.types import Bound, Figure, Found
from assistant.figures.units import kind_of

# Most sentences state no figure, and this tells so in a twentieth of the time that reading takes.
_ENGLISH_HINTS: Final = (
    "one|two|t(?:hree|en|w[ei]|hir|ri)|f(?:our|ive|if|or)|s(?:ix|even|ec)|eigh|nin[et]|eleven|"
    "first|number|half|halv|quart|quadr|quint|dozen|decade|centur|hundred|thousand|[mbtr]+illion|"
    "quadrillion|doubl|thrice"
)
_HINT = re.compile(
    rf"[\d½¼¾零〇○一二两兩三四五六七八九十百千万萬亿億半倍番]|\b(?:{_ENGLISH_HINTS})", re.IGNORECASE
)
_WITHIN = re.compile(r"\s?[以之]内")
_SPANS: Final = frozenset({"duration", "length"})
_UNBOUNDED: Final = frozenset({"year", "date", "half", "quarter", "rank"})


def find_figures(text: str) -> list[Figure]:
    """Every figure that a text states, in order of place; a range gives two.

    Left out: markers, footnotes, names that hold a number, telephone and section numbers.
    Never raises; `text[slice(*figure.span)] == figure.text`.
    """
    if not _HINT.search(text):
        return []
    view = fold(text)
    if view.isspace():
        return []
    fixed, taken = _find_fixed(view)
    drafts = list(read_drafts(view, taken))
    share_labels(view, drafts)
    share_units(view, drafts)
    accepted = (accept(view, draft) for draft in drafts)
    figures = (_settle(view, text, item) for item in chain(fixed, accepted) if item and item.unit)
    return sorted(figures, key=lambda figure: figure.span)


def _find_fixed(view: str) -> tuple[list[Found], bytearray]:
    """Dates, shares, names, ranks (the earlier kind where two overlap), and where they stand."""
    kept: list[Found] = []
    taken = bytearray(len(view))
    for item in chain(
        find_dates(view),
        find_durations(view),
        find_shares(view),
        find_names(view),
        find_ranks(view),
    ):
        if not any(taken[item.start : item.end]):
            taken[item.start : item.end] = b"\x01" * (item.end - item.start)
            kept.append(item)
    return kept, taken


def _settle(view: str, text: str, item: Found) -> Figure:
    bound: Bound = "exact"
    if item.unit not in _UNBOUNDED:
        bound = find_bound(view, item.start, item.end)
        bound = bound if item.bound is None or bound != "exact" else item.bound
    if bound == "nearly" and kind_of(item.unit) == "duration":
        bound = "exact"  # 近三年 is the last three years
    if bound == "at_most" and _WITHIN.match(view, item.end) and kind_of(item.unit) in _SPANS:
        bound = "exact"  # 30天以内 is "within 30 days"
    start, end = item.start, _end_of_markup(view, text, item.end)
    return Figure(item.value, item.unit, text[start:end], (start, end), bound, item.step)


def _end_of_markup(view: str, text: str, end: int) -> int:
    """Where km<sup>2</sup> ends, which the view holds as km² and blanks."""
    if view[end - 1] in "²³" and text[end - 1] != view[end - 1]:
        while end < len(text) and view[end] == " " and not text[end].isspace():
            end += 1
    return end
