"""An answer's text as a run of pieces: where its markers, figures and unproved sentences stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.answer import Answer, CheckedFigure, Claim
from assistant.text.citations import add_markers

MARKER = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is one thing: a marker, a figure, or plain text, in a claim or not.

    `marker` is the citation's number; the text of such a piece is the marker itself.
    """

    text: str
    marker: int | None = None
    figure: CheckedFigure | None = None
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    start: int
    end: int
    claim: Claim


@dataclass(frozen=True, slots=True)
class _Leaf:
    start: int
    end: int
    mark: int | CheckedFigure


def split_answer(answer: Answer) -> list[Piece]:
    """The pieces of an answer, in order; joined they are its text.

    If a claim can't be found again in the text, the text is made from the claims instead: a
    sentence that was not proved must never be shown without its mark.
    """
    numbers = {citation.number for citation in answer.citations}
    placed = _place_claims(answer.text, answer.claims)
    if len(placed) < len(answer.claims):
        return split_claims(answer.claims)
    return _split(answer.text, placed, numbers)


def split_claims(claims: Sequence[Claim]) -> list[Piece]:
    """The pieces of claims alone, each followed by its markers: an answer that still grows."""
    numbers = {number for claim in claims for number in claim.citations}
    text = "\n".join(add_markers(claim.text, claim.citations) for claim in claims)
    return _split(text, _place_claims(text, claims), numbers)


def _split(text: str, places: Sequence[_Place], numbers: set[int]) -> list[Piece]:
    leaves = sorted(_find_markers(text, numbers) + _find_figures(text, places), key=_start)
    leaves = _drop_overlaps(leaves)
    spans = [(place.start, place.end) for place in places]
    spans += [(leaf.start, leaf.end) for leaf in leaves]
    edges = sorted({0, len(text), *(edge for span in spans for edge in span)})
    return [_piece(text, start, end, places, leaves) for start, end in pairwise(edges)]


def _start(leaf: _Leaf) -> int:
    return leaf.start


def _piece(
    text: str, start: int, end: int, places: Sequence[_Place], leaves: Sequence[_Leaf]
) -> Piece:
    claim = next((place.claim for place in places if place.start <= start < place.end), None)
    mark = next((leaf.mark for leaf in leaves if leaf.start <= start < leaf.end), None)
    if isinstance(mark, int):
        return Piece(text[start:end], marker=mark, claim=claim)
    return Piece(text[start:end], figure=mark, claim=claim)


def _find_markers(text: str, numbers: set[int]) -> list[_Leaf]:
    found = ((match, int(match[1])) for match in MARKER.finditer(text))
    return [_Leaf(*match.span(), number) for match, number in found if number in numbers]


def _drop_overlaps(leaves: Sequence[_Leaf]) -> list[_Leaf]:
    kept: list[_Leaf] = []
    for leaf in leaves:
        if not kept or leaf.start >= kept[-1].end:
            kept.append(leaf)
    return kept


def _place_claims(text: str, claims: Sequence[Claim]) -> list[_Place]:
    """Where each claim stands in `text`, in order; those that aren't found are left out.

    Markers and white space don't count: a marker may stand in the middle of a sentence.
    """
    folded, offsets = _fold(text)
    places: list[_Place] = []
    cursor = 0
    for claim in claims:
        wanted, _ = _fold(claim.text)
        at = folded.find(wanted, cursor) if wanted else -1
        if at >= 0:
            cursor = at + len(wanted)
            places.append(_Place(offsets[at], offsets[cursor - 1] + 1, claim))
    return places


def _fold(text: str) -> tuple[str, list[int]]:
    """`text` without markers and white space, and the offset of each character that is left."""
    covered = {at for match in MARKER.finditer(text) for at in range(*match.span())}
    offsets = [at for at, sign in enumerate(text) if at not in covered and not sign.isspace()]
    return "".join(text[at] for at in offsets), offsets


def _find_figures(text: str, places: Sequence[_Place]) -> list[_Leaf]:
    return [
        leaf
        for place in places
        for checked in place.claim.figures
        if (leaf := _find_figure(text, place, checked)) is not None
    ]


def _find_figure(text: str, place: _Place, checked: CheckedFigure) -> _Leaf | None:
    start = _figure_start(place.claim.text, checked)
    wanted, _ = _fold(checked.figure.text)
    if start < 0 or not wanted:
        return None
    before, _ = _fold(place.claim.text[:start])
    _, offsets = _fold(text[place.start : place.end])
    first, last = len(before), len(before) + len(wanted) - 1
    return _Leaf(place.start + offsets[first], place.start + offsets[last] + 1, checked)


def _figure_start(claim: str, checked: CheckedFigure) -> int:
    figure = checked.figure
    start, end = figure.span
    return start if claim[start:end] == figure.text else claim.find(figure.text)
