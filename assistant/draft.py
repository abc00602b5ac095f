"""An answer as it grows: its sentences under its own numbers, and what was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from assistant.answer import Citation, Claim, Conflict, Status
from assistant.conflicts import Side, Told
from assistant.errors import ModelError
from assistant.grounding import Checked
from assistant.telling import build_conflict
from assistant.text.citations import renumber


class Piece(NamedTuple):
    """A sentence as it is shown, markers and all, and its claim."""

    text: str
    claim: Claim


class Draft:
    """The sentences under the answer's own numbers, and what went wrong. Those that aren't proved
    are left out, or where it `marks`, kept with that verdict."""

    def __init__(self, *, marks: bool = False) -> None:
        self.marks = marks
        self.pieces: list[Piece] = []
        self.problems: list[str] = []
        self.unproved = 0
        self.told: list[Told] = []
        self.conflicts: list[Conflict] = []
        self.numbering = _Numbering()
        self.incomplete = False
        self.failure: ModelError | None = None

    @property
    def status(self) -> Status:
        """Nothing proved is a refusal, whatever else was said."""
        verdicts = {piece.claim.verdict for piece in self.pieces}
        if not verdicts - {"unproved"}:
            return "refused"
        return "partial" if "unproved" in verdicts else "verified"

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces).strip()

    def take(self, text: str, checked: Checked) -> Claim | None:
        """The claim as it is shown; None for a sentence that is left out."""
        self.problems += checked.problems
        unproved = checked.claim.verdict == "unproved"
        self.unproved += unproved
        if unproved and not self.marks:
            return None
        return self._keep(text, checked)

    def lacks(self, claim: Claim) -> bool:
        """Whether a sentence is proved, and not there already, word for word."""
        said = any(piece.claim.text == claim.text for piece in self.pieces)
        return claim.verdict != "unproved" and not said

    def take_repaired(self, text: str, checked: Checked) -> Claim:
        """A sentence that is proved, in place of one that was not; nothing is left out then."""
        claim = replace(checked.claim, repaired=True)
        return self._keep(text, replace(checked, claim=claim))

    def _keep(self, text: str, checked: Checked) -> Claim:
        self.told += _list_told(checked)
        return self.add(*self.numbering.take(text, checked))

    def add(self, text: str, claim: Claim) -> Claim:
        self.pieces.append(Piece(text, claim))
        return claim

    def add_line(self, text: str, claim: Claim) -> Claim:
        """A sentence with its markers on a line of its own."""
        begins = not self.pieces or self.pieces[-1].text.endswith("\n")
        return self.add(f"{text}\n" if begins else f"\n{text}\n", claim)

    def oppose(self, about: str, sides: Sequence[Side]) -> Conflict:
        """The conflict under the answer's own numbers."""
        numbers = [self.numbering.number(side.citation) for side in sides]
        self.conflicts.append(build_conflict(about, sides, numbers))
        return self.conflicts[-1]


class _Numbering:
    """Citations in order of use; one passage quoted at two places is two citations."""

    def __init__(self) -> None:
        self.citations: list[Citation] = []
        self._known: dict[tuple[str, int, int], int] = {}

    def take(self, text: str, checked: Checked) -> tuple[str, Claim]:
        """A sentence's text and claim with the answer's own numbers."""
        place = {citation.number: self.number(citation) for citation in checked.citations}
        # No marker holds -1, as one might hold 0: what isn't cited here has no place.
        order = [-1] * max(place.values(), default=0)
        for passage, number in place.items():
            order[number - 1] = passage
        return renumber(text, order), _renumbered(checked.claim, place)

    def number(self, citation: Citation) -> int:
        """The answer's number of a citation, which it gets where it hasn't any."""
        key = (citation.passage.document, citation.span.start, citation.span.end)
        if key not in self._known:
            self._known[key] = len(self._known) + 1
            self.citations.append(replace(citation, number=self._known[key]))
        return self._known[key]


def _list_told(checked: Checked) -> list[Told]:
    """The figures that a sentence is proved to state, each with its quotation."""
    return [
        Told(figure.figure, citation)
        for figure in checked.claim.figures
        for citation in checked.citations
        if checked.claim.verdict != "unproved"
        if figure.verdict == "checked" and citation.number in figure.citations
    ]


def _renumbered(claim: Claim, place: Mapping[int, int]) -> Claim:
    figures = tuple(
        replace(figure, citations=tuple(place[n] for n in figure.citations if n in place))
        for figure in claim.figures
    )
    # Two passages may hold the same place of the document: it is cited once.
    citations = tuple(dict.fromkeys(place[n] for n in claim.citations))
    return replace(claim, citations=citations, figures=figures)
