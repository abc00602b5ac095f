"""An answer or a conversation as headings, paragraphs, quotations and tables, in whatever file.

What stands around the answer is in the language of whoever exports it. All text in it is data: a
writer of files escapes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Literal

from assistant import __version__
from assistant.answer import Answer, CheckedFigure, Citation, Conflict, Language, Passage
from assistant.history import PastConversation, PastTurn
from assistant.pieces import Piece, split_answer
from assistant.prompts import Messages, load_messages
from assistant.reasons import explain_problems
from assistant.render import say_cost, say_figure_check, say_place, say_status

Style = Literal["plain", "strong", "note", "marker"]
"""`marker` is a number of ours in brackets; whatever else looks like one is text."""

_ITEM = "- "
_BREAKS = re.compile("[\n\r\v\f\x85\u2028\u2029]")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one style, in one line."""

    text: str
    style: Style = "plain"


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` from 1, the title of the whole."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: tuple[Run, ...]
    item: bool = False


@dataclass(frozen=True, slots=True)
class Quotation:
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    heads: tuple[str, ...]
    rows: tuple[tuple[Run, ...], ...]


Block = Heading | Paragraph | Quotation | Table


def outline_conversation(conversation: PastConversation, language: Language) -> list[Block]:
    """All turns, each with its answer and everything that proves it."""
    labels, row = load_messages(language), conversation.row
    about = labels.text(
        "ui.export.about",
        collection=row.collection,
        first=_say_time(row.created),
        last=_say_time(row.updated),
        version=__version__,
    )
    blocks: list[Block] = [Heading(title_of(conversation, language), 1), _note(about)]
    for number, turn in enumerate(conversation.turns, 1):
        blocks += _outline_turn(number, turn, labels)
    return blocks


def outline_answer(answer: Answer, language: Language) -> list[Block]:
    """One answer under its question."""
    labels = load_messages(language)
    about = labels.text("ui.export.about_answer", collection=answer.collection, version=__version__)
    notes = [_note(about), _note(_say_writer(answer, labels))]
    return [Heading(fold(answer.question), 1), *notes, *_outline_answer(answer, labels)]


def title_of(conversation: PastConversation, language: Language) -> str:
    title = fold(conversation.row.title)
    return title or load_messages(language).text("ui.export.untitled")


def fold(text: str) -> str:
    """In one line."""
    return " ".join(text.split())


def _outline_turn(number: int, turn: PastTurn, labels: Messages) -> list[Block]:
    head = Heading(f"{number}. {fold(turn.question)}", 2)
    asked = f"{_say_time(turn.created)} UTC"
    if turn.answer is None:
        return [head, _note(asked), _note(labels.text("ui.export.unanswered"))]
    about = f"{asked} · {_say_writer(turn.answer, labels)}"
    return [head, _note(about), *_outline_answer(turn.answer, labels)]


def _outline_answer(answer: Answer, labels: Messages) -> list[Block]:
    problems = explain_problems(answer, labels.language)
    blocks: list[Block] = [*_lay_lines(split_answer(answer), labels)]
    blocks += [_note(line) for line in (say_status(answer, labels),) if line]
    blocks += [Paragraph((Run(fold(line)),), item=True) for line in problems]
    blocks += _outline_figures(answer.figures, labels)
    for conflict in answer.conflicts:
        blocks += _outline_conflict(conflict, labels)
    blocks += _outline_sources(answer.citations, labels)
    blocks += _outline_nearest(answer.nearest, labels) if not answer.answered else []
    cost = say_cost(answer, labels)
    return [*blocks, _note(cost)] if cost else blocks


def _lay_lines(pieces: Sequence[Piece], labels: Messages) -> Iterator[Paragraph]:
    """Each line of the text as a paragraph or an item, sentences that aren't proved marked."""
    lines: list[list[Run]] = [[]]
    for piece, following in zip_longest(pieces, pieces[1:]):
        style: Style = "plain" if piece.marker is None else "marker"
        first, *rest = (Run(_SPACES.sub(" ", line), style) for line in _BREAKS.split(piece.text))
        lines[-1].append(first)
        lines += [[run] for run in rest]
        ends = following is None or following.claim is not piece.claim
        if ends and piece.claim is not None and piece.claim.verdict == "unproved":
            lines[-1].append(Run(labels.text("ui.answer.unproved_mark"), "note"))
    for runs in lines:
        if any(run.text.strip() for run in runs):
            yield _lay_line(runs)


def _lay_line(runs: Sequence[Run]) -> Paragraph:
    first, *rest = (run for run in runs if run.text)
    if first.text.startswith(_ITEM):
        return Paragraph((Run(first.text.removeprefix(_ITEM), first.style), *rest), item=True)
    return Paragraph((first, *rest))


def _outline_figures(figures: Sequence[CheckedFigure], labels: Messages) -> list[Block]:
    """What the check of each figure found."""
    if not figures:
        return []
    names = ("figure", "check", "sources")
    rows = tuple(
        (
            Run(fold(checked.figure.text)),
            Run(fold(say_figure_check(checked, labels))),
            _number(checked.citations),
        )
        for checked in dict.fromkeys(figures)
    )
    return [Table(tuple(labels.text(f"ui.export.{name}") for name in names), rows)]


def _outline_conflict(conflict: Conflict, labels: Messages) -> list[Block]:
    names = ("who", "when", "figure", "source")
    rows = tuple(
        (
            Run(fold(side.who)),
            Run(str(side.when or "")),
            Run(fold(side.figure.text)),
            _number([side.citation]),
        )
        for side in conflict.sides
    )
    title = fold(labels.text("ui.conflict.title", about=conflict.about))
    heads = tuple(labels.text(f"ui.conflict.{name}") for name in names)
    return [Paragraph((Run(title, "strong"),)), Table(heads, rows)]


def _outline_sources(citations: Sequence[Citation], labels: Messages) -> list[Block]:
    if not citations:
        return []
    blocks: list[Block] = [Heading(labels.text("ui.answer.sources"), 3)]
    for citation in citations:
        place = say_place(citation.location, labels)
        known = _describe(citation.passage, place)
        blocks.append(Paragraph((_number([citation.number]), Run(" "), *known)))
        blocks.append(Quotation(fold(citation.quote_shown)))
    return blocks


def _outline_nearest(passages: Sequence[Passage], labels: Messages) -> list[Block]:
    if not passages:
        return []
    blocks: list[Block] = [Heading(labels.text("ui.answer.nearest"), 3)]
    for passage in passages:
        blocks += [Paragraph(_describe(passage)), Quotation(fold(passage.text))]
    return blocks


def _describe(passage: Passage, place: str = "") -> tuple[Run, ...]:
    """All that is known of a source, its title first, each fact once."""
    known: Iterable[object] = (
        passage.organisation,
        passage.author,
        passage.year,
        passage.section,
        place,
        passage.document,
    )
    title = fold(passage.title) or passage.document
    facts = dict.fromkeys(fold(str(fact)) for fact in known if fact)
    rest = "".join(f" · {fact}" for fact in facts if fact != title)
    return Run(title, "strong"), Run(rest)


def _number(numbers: Iterable[int]) -> Run:
    return Run("".join(f"[{number}]" for number in numbers), "marker")


def _note(text: str) -> Paragraph:
    return Paragraph((Run(fold(text), "note"),))


def _say_writer(answer: Answer, labels: Messages) -> str:
    here = labels.text("ui.page.answers_here")
    writer = here if answer.model == "offline" else answer.model
    return labels.text("ui.export.answered", writer=writer)


def _say_time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
