"""What an answer says of sources that disagree: a sentence that names each, with when and where."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import CheckedFigure, Claim, Conflict, ConflictSide, Language
from assistant.conflicts import Side
from assistant.figures import find_figures, same_quantity, say_figure
from assistant.prompts import Messages, load_messages


def build_conflict(about: str, sides: Sequence[Side], numbers: Sequence[int]) -> Conflict:
    """A conflict as an answer carries it; `numbers` are those of the sides' citations in it."""
    return Conflict(
        about,
        tuple(
            ConflictSide(side.figure, side.who, side.when, number)
            for side, number in zip(sides, numbers, strict=True)
        ),
    )


def tell_conflict(conflict: Conflict, language: Language) -> tuple[str, Claim]:
    """The sentence with its markers, and the claim that it makes. Nothing in it needs a proof that
    it hasn't: each figure is the one that its citation states, in the asker's notation."""
    messages = load_messages(language)
    said = [_say_side(side, messages) for side in conflict.sides]
    marked = [f"{text} [{side.citation}]" for text, side in zip(said, conflict.sides, strict=True)]
    joint = messages.text("answer.conflict_joint")
    written, bare = (
        messages.text("answer.conflict", sides=joint.join(parts)) for parts in (marked, said)
    )
    numbers = tuple(dict.fromkeys(side.citation for side in conflict.sides))
    return written, Claim(bare, numbers, "proved", figures=_check(bare, conflict.sides))


def _say_side(side: ConflictSide, messages: Messages) -> str:
    figure = say_figure(side.figure, messages.language)
    if side.when is None:
        return messages.text("answer.conflict_side_undated", who=side.who, figure=figure)
    return messages.text("answer.conflict_side", who=side.who, year=side.when, figure=figure)


def _check(text: str, sides: Sequence[ConflictSide]) -> tuple[CheckedFigure, ...]:
    """The sides' figures where the sentence says them."""
    return tuple(
        CheckedFigure(figure, "checked", (side.citation,), side.figure.text)
        for figure in find_figures(text)
        for side in sides
        if same_quantity(figure, side.figure)
    )
