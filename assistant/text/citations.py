"""Markers like [1] in a text: which sentence they stand for, and how they are renumbered.

Read are [1], [1][2], [1, 2], [1-3], their full-width forms ［１］ and 【1】, and what models write
against all advice: [1], [2] and [1]-[3], [[1]], [^1], [Passage 1], （段落1）. Every bracket that
holds nothing but numbers is a marker, [2024] too: which numbers exist is the caller's to say, and
an unknown one is removed and reported. The one exception is the year in the number of a Chinese
official document, 国发[2015]28号.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

from assistant.text.language import split_sentences

_BLANK = r"[^\S\n]*"
_OPEN, _CLOSE = r"[\[［【]", r"[\]］】]"
_NUMBER = r"[0-9０-９]{1,4}"
_DASH = r"[-–—~～－]"
_LIST = rf"{_NUMBER}(?:\s*(?:[,，、;；]|{_DASH})\s*{_NUMBER})*"
_OFFICIAL = rf"{_OPEN}[0-9０-９]{{4}}{_CLOSE}第?[0-9０-９]+号"
_WORDS = ("passages", "passage", "sources", "source", "段落", "来源", "出处", "引文")
_WORD = rf"(?i:{'|'.join(_WORDS)})\s*"
_BARE_MARKER = (
    rf"(?:(?!{_OFFICIAL}){_OPEN}{{1,2}}\s*(?:\^|{_WORD})?{_LIST}\s*{_CLOSE}{{1,2}}"
    rf"|[(（]\s*{_WORD}{_LIST}\s*[)）])"
)
_JOIN = rf"(?:[,，、;；&]|{_DASH}|和|与|及|至|and\b|to\b)"
_NEXT = rf"{_BLANK}(?:{_JOIN}{_BLANK})?{_BARE_MARKER}"
_GROUP = rf"{_BARE_MARKER}(?:{_NEXT})*"

_MARKER = re.compile(_BARE_MARKER)
_MARKERS_AND_SPACE = re.compile(rf"({_BLANK})({_GROUP})")
_ITEM = re.compile(rf"({_NUMBER})(?:\s*{_DASH}\s*({_NUMBER}))?")
# A range of markers, once the brackets are off: "[1]-[3]" is "1 - 3".
_BRACKET = re.compile(rf"[\[［【\]］】()（）^]|{_WORD}")
_UP_TO = re.compile(r"\bto\b|至")
# What may yet become a marker when more text arrives.
_BEGUN = "|".join(sorted({word[:n] for word in _WORDS for n in range(1, len(word) + 1)}, key=len))
_UNFINISHED = re.compile(
    rf"(?:{_JOIN}|an?)\s*|(?:{_JOIN}\s*)?(?:{_OPEN}{{1,2}}|[(（])\s*(?:\^|(?i:{_BEGUN}))?"
    r"[0-9０-９\s,，、;；–—~～－-]*\Z"
)
_UNFINISHED_END = re.compile(rf"{_BLANK}{_OPEN}{{1,2}}\s*\^?[0-9０-９\s,，、;；–—~～－-]*\Z")
# After a sentence: the markers on its line, then lines that hold nothing but markers.
_TRAILING = re.compile(rf"(?:{_BLANK}{_GROUP})?(?:\s*{_BLANK}{_GROUP}(?={_BLANK}(?:\n|\Z)))*")
# Sentence ends within a quotation don't end the sentence that quotes; the last one may.
_QUOTED = re.compile(r"([“「«])([^”」»\n]+?)([^”」»\n]?[”」»](?!\s?[(（])|[”」»](?=\s?[(（]))")
# A row of a table is one sentence, whatever its cells hold.
_ROW = re.compile(rf"^{_BLANK}\|[^\n]*", re.MULTILINE)
_STOP = re.compile(r"[.。！？!?…]")
# Who says it and when, "Smith & Co. (2021)": the stop belongs to the name.
_STOP_BEFORE_YEAR = re.compile(r"\.(?=\s?\((?:19|20)\d\d\))")
# "Mitsui & Co.的报告": a stop that a Chinese character follows at once is part of a name too.
_STOP_BEFORE_HAN = re.compile(r"(?<=[A-Za-z])\.(?=[\u4e00-\u9fff])")
# A longer range is no list of passages: only its ends are read.
_LONGEST_RANGE = 30


class ClaimText(NamedTuple):
    """A sentence without its markers, the numbers they hold, and where both stand."""

    text: str
    numbers: tuple[int, ...]
    span: tuple[int, int]


def split_claims(text: str) -> list[ClaimText]:
    """The sentences of `text` with their markers; pieces that are only markers are left out."""
    claims = [_read_claim(text, span) for span in split_pieces(text)]
    return [claim for claim in claims if claim.text]


def split_pieces(text: str) -> list[tuple[int, int]]:
    """Spans that cover all of `text`, one a sentence, its trailing markers included.

    A marker after the full stop belongs to the sentence before it, one that opens a line to what
    follows. White space between two sentences belongs to the later one.
    """
    rows = _ROW.sub(lambda row: _STOP.sub("x", row.group()), text)
    quoted = _QUOTED.sub(lambda quote: f"{quote[1]}{'x' * len(quote[2])}{quote[3]}", rows)
    named = _STOP_BEFORE_HAN.sub("x", _STOP_BEFORE_YEAR.sub("x", quoted))
    masked = _MARKERS_AND_SPACE.sub(lambda marker: " " * len(marker.group()), named)
    spans = split_sentences(masked)
    cuts = [_end_of_markers(text, end) for _, end in spans[:-1]]
    edges = [0, *cuts, len(text)]
    return [(start, end) for start, end in pairwise(edges) if start < end]


def may_continue(text: str) -> bool:
    """Whether `text` holds nothing but the beginning of a marker, or of what joins one to those
    before it, as it may while streaming."""
    return _UNFINISHED.fullmatch(text.strip()) is not None


def drop_unfinished(text: str) -> str:
    """`text` without a marker that was begun at its end and never closed."""
    return _UNFINISHED_END.sub("", text)


def find_numbers(text: str) -> tuple[int, ...]:
    """The numbers of all markers in `text`, each once, in order of use."""
    found = [n for group in _MARKERS_AND_SPACE.finditer(text) for n in _numbers(group[2])]
    return tuple(dict.fromkeys(found))


def unknown_markers(text: str, known: Collection[int]) -> tuple[int, ...]:
    """The numbers of markers that name none of `known`, in order of use."""
    return tuple(n for n in find_numbers(text) if n not in known)


def remove_markers(text: str) -> str:
    """`text` without its markers, what joins them, and the blanks before them."""
    return _MARKERS_AND_SPACE.sub("", text)


def disarm_markers(text: str) -> str:
    """`text` with its markers in braces: a footnote of a document must not pass for a citation."""
    return _MARKER.sub(lambda marker: f"{{{marker.group()[1:-1]}}}", text)


def renumber(text: str, order: Sequence[int]) -> str:
    """`text` with each marker of order[i] as [i + 1]; markers that `order` lacks are removed.

    What is left of markers in a row keeps the blank before them.
    """
    place = {number: i for i, number in enumerate(order, 1)}

    def rewrite(marker: re.Match[str]) -> str:
        kept = [place[n] for n in _numbers(marker[2]) if n in place]
        return marker[1] + "".join(f"[{n}]" for n in kept) if kept else ""

    return _MARKERS_AND_SPACE.sub(rewrite, text)


def _read_claim(text: str, span: tuple[int, int]) -> ClaimText:
    piece = text[slice(*span)]
    return ClaimText(remove_markers(piece).strip(), find_numbers(piece), span)


def _end_of_markers(text: str, start: int) -> int:
    trailing = _TRAILING.match(text, start)
    return trailing.end() if trailing else start


def _numbers(group: str) -> list[int]:
    bare = _BRACKET.sub(" ", _UP_TO.sub("-", group))
    numbers = [n for first, last in _ITEM.findall(bare) for n in _range(first, last)]
    return list(dict.fromkeys(numbers))


def _range(first: str, last: str) -> Sequence[int]:
    low, high = int(first), int(last or first)
    if low <= high <= low + _LONGEST_RANGE:
        return range(low, high + 1)
    return (low, high)


def add_markers(text: str, numbers: Sequence[int]) -> str:
    """A sentence as an answer shows it, followed by its markers."""
    markers = "".join(f"[{number}]" for number in numbers)
    return f"{text} {markers}" if markers else text
