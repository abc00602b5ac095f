"""Heads and feet of pages: lines at the edge that come back page after page, and page numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import takewhile

_LINES = 2  # lines at either edge of a page that may be its head or foot
_REPEATS = 3  # pages on which such a line stands
_SHARE = 0.2  # of all pages
_LONGEST = 120  # characters
_ENDS = re.compile(r"[.!?。！？；;,，、]$")
_DECIMAL = re.compile(r"\d[.,]\d")
# A page's number stands at the end of a line, or says what it is.
_NUMBER = re.compile(
    r"^(?P<first>\d{1,4})(?=\s|$)|(?<=\s)(?P<last>\d{1,4})$|^[-–—|·\s]{1,4}(?P<bare>\d{1,4})[-–—|·\s]*$"
    r"|\bpage (?P<page>\d{1,4})\b|第\s*(?P<zh>\d{1,4})\s*页",
    re.I,
)


def find_edges(pages: Sequence[Sequence[str]]) -> list[set[str]]:
    """For each page, given as its blocks of text, the lines of it that are its head or foot."""
    sides = [(_keys(top, n), _keys(foot, n)) for n, (top, foot) in enumerate(map(_sides, pages), 1)]
    counts = Counter(key for own in sides for key in {key for side in own for _, key in side})
    least = max(_REPEATS, _SHARE * len(pages))

    def comes_back(pair: tuple[str, str | None]) -> bool:
        return pair[1] is not None and counts[pair[1]] >= least

    return [{line for side in own for line in _take(side, comes_back)} for own in sides]


def _take(side: list[tuple[str, str | None]], comes_back: Callable[..., bool]) -> list[str]:
    """Inwards from the edge, up to the first line that is the page's own; where that is further in
    than heads and feet are high, it is the pages that come back."""
    lines = [line for line, _ in takewhile(comes_back, side)]
    return lines if len(lines) <= _LINES else []


def _sides(blocks: Sequence[str]) -> tuple[list[str], list[str]]:
    """The outermost lines at the top, downwards, and at the bottom, upwards."""
    if not blocks:
        return [], []
    first, last = (
        [line for line in b.split("\n") if line.strip()] for b in (blocks[0], blocks[-1])
    )
    return first[: _LINES + 1], last[::-1][: _LINES + 1]


def _keys(lines: Sequence[str], page: int) -> list[tuple[str, str | None]]:
    """Each line with what it has in common with those of other pages."""
    return [(line, _key_of(line, page)) for line in lines]


def _key_of(line: str, page: int) -> str | None:
    """The line with its page number, if it has one, as its distance from the page's place."""
    shown = " ".join(line.split())
    if len(shown) > _LONGEST or _ENDS.search(shown) or _DECIMAL.search(shown):
        return None
    match = _NUMBER.search(shown)
    if match is None:
        return shown if len(shown) > 1 else None
    group = str(match.lastgroup)
    distance = int(match[group]) - page
    return f"{shown[: match.start(group)]}#{distance}{shown[match.end(group) :]}"
