"""An answer as plain text and Markdown. All text in it is data and comes out escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import zip_longest

from assistant.answer import (
    Answer,
    CheckedFigure,
    Citation,
    Claim,
    Conflict,
    ConflictSide,
    Language,
    Passage,
)
from assistant.pieces import Piece, split_answer, split_claims
from assistant.prompts import Messages, explain, load_messages
from assistant.reasons import explain_problems
from store.places import Place

_COUNTED = {
    "lines": ("ui.source.line", "ui.source.lines"),
    "page": ("ui.source.page", "ui.source.pages"),
    "slide": ("ui.source.slide", "ui.source.slides"),
}
# "[1](x)" and "[1]: x" would be links.
_OPEN_MARKER = re.compile(r"(\[\d{1,3})(\][(:])")
_MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~&$])")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]<>#|~&$])")


def to_plain(answer: Answer) -> str:
    labels = load_messages(answer.language)
    blocks = [say_pieces(split_answer(answer), str, labels), say_status(answer, labels)]
    blocks.append("\n".join(explain_problems(answer)))
    blocks += [_plain_conflict(conflict, labels) for conflict in answer.conflicts]
    if answer.citations:
        sources = [_plain_source(citation, labels) for citation in answer.citations]
        blocks.append("\n".join([labels.text("ui.answer.sources"), *sources]))
    blocks.append(say_cost(answer, labels))
    return "\n\n".join(block for block in blocks if block)


def to_markdown(answer: Answer) -> str:
    labels = load_messages(answer.language)
    body = close_markers(say_pieces(split_answer(answer), escape_markdown, labels))
    return "\n\n".join(block for block in (body, markdown_notes(answer)) if block)


def markdown_claim(claim: Claim, language: Language) -> str:
    """A sentence of an answer that still grows, with its markers."""
    pieces = split_claims([claim])
    return close_markers(say_pieces(pieces, escape_markdown, load_messages(language)))


def markdown_notes(answer: Answer) -> str:
    """What stands below the answer itself: how it is proved, what its sources say."""
    labels = load_messages(answer.language)
    status = say_status(answer, labels)
    blocks = [f"*{escape_markdown(status)}*" if status else ""]
    problems = (escape_markdown(fold_line(line)) for line in explain_problems(answer))
    blocks.append("\n".join(f"- {line}" for line in problems))
    blocks += [_markdown_conflict(conflict, labels) for conflict in answer.conflicts]
    if answer.citations:
        sources = [_markdown_source(citation, labels) for citation in answer.citations]
        blocks.append("\n\n".join([f"**{labels.text('ui.answer.sources')}**", *sources]))
    cost = say_cost(answer, labels)
    blocks.append(f"*{escape_markdown(cost)}*" if cost else "")
    return "\n\n".join(block for block in blocks if block)


def say_status(answer: Answer, labels: Messages) -> str:
    """Whether the answer is proved, in a line; empty where nothing needs proof (a greeting)."""
    status, note = find_status(answer, labels)
    return f"{status}: {note}" if status else ""


def say_cost(answer: Answer, labels: Messages) -> str:
    """What the model took, in a line; empty where its price isn't known."""
    used = answer.usage
    if "cost" not in used:
        return ""
    return labels.text(
        "ui.answer.cost",
        model=answer.model,
        sent=used.get("prompt_tokens", 0),
        written=used.get("completion_tokens", 0),
        cost=used["cost"],
        currency=used["currency"],
    )


def find_status(answer: Answer, labels: Messages) -> tuple[str, str]:
    if answer.answered and not answer.claims:
        return "", ""
    notes = [_say_reason(answer, labels)]
    notes += [labels.text("ui.answer.incomplete")] if answer.incomplete else []
    notes += [labels.text("ui.answer.fallback")] if answer.fallback else []
    notes += [explain(answer.failure, labels.language)] if answer.failure else []
    return labels.text(f"ui.answer.{answer.status}"), " ".join(notes)


def _say_reason(answer: Answer, labels: Messages) -> str:
    if answer.answered:
        return labels.text(f"ui.answer.{answer.status}_hint")
    return labels.text(f"ui.answer.{answer.reason or 'not_stated'}")


def say_place(place: Place, labels: Messages) -> str:
    """Where a quotation stands, as a reader would say it: p. 3, sheet A, cells B2:D2, slide 4."""
    if place.kind == "cells" and place.box:
        if place.name:
            return labels.text("ui.source.cells", sheet=place.name, range=place.box.range)
        return labels.text("ui.source.bare_cells", range=place.box.range)
    if place.kind == "heading":
        return labels.text("ui.source.heading", path=place.name)
    one, many = _COUNTED[place.kind]
    if place.first == place.last:
        return labels.text(one, first=place.first)
    return labels.text(many, first=place.first, last=place.last)


def say_origin(passage: Passage, labels: Messages) -> str:
    """Who and when, or the title where neither is known."""
    who = passage.organisation or passage.author
    known = [str(part) for part in (who, passage.year) if part]
    return labels.text("ui.source.joint").join(known) or passage.title


def say_figure_check(checked: CheckedFigure, labels: Messages) -> str:
    """What the check of a figure found, as a hint beside it."""
    if checked.verdict == "computed":
        operands = labels.text("ui.source.joint").join(figure.text for figure in checked.operands)
        return labels.text("ui.figure.computed", operands=operands)
    if checked.verdict == "not_found":
        return labels.text("ui.figure.not_found")
    if checked.source_text is None or checked.source_text == checked.figure.text:
        return labels.text("ui.figure.checked_same")
    return labels.text("ui.figure.checked", source=checked.source_text)


def source_parts(citation: Citation, labels: Messages) -> list[str]:
    passage = citation.passage
    parts = [say_origin(passage, labels), passage.title, passage.section or ""]
    return list(dict.fromkeys(part for part in parts if part))


def side_cells(side: ConflictSide) -> tuple[str, str, str]:
    return side.who, str(side.when or ""), side.figure.text


def fold_line(text: str) -> str:
    return " ".join(text.split())


def say_pieces(pieces: Sequence[Piece], say: Callable[[str], str], labels: Messages) -> str:
    """The pieces in a form without tags, where an unproved sentence is marked in words."""
    shown = []
    for piece, following in zip_longest(pieces, pieces[1:]):
        shown.append(piece.text if piece.marker is not None else say(piece.text))
        ends = following is None or following.claim is not piece.claim
        if ends and piece.claim is not None and piece.claim.verdict == "unproved":
            shown.append(labels.text("ui.answer.unproved_mark"))
    return "".join(shown)


# Plain text


def _plain_source(citation: Citation, labels: Messages) -> str:
    parts = [*source_parts(citation, labels), fold_line(say_place(citation.location, labels))]
    head = f"[{citation.number}] {' · '.join(parts)} ({citation.passage.document})"
    return f"{head}\n    “{fold_line(citation.quote_shown)}”"


def _plain_conflict(conflict: Conflict, labels: Messages) -> str:
    rows = [
        "  " + " · ".join(cell for cell in (*side_cells(side), f"[{side.citation}]") if cell)
        for side in conflict.sides
    ]
    return "\n".join([labels.text("ui.conflict.title", about=conflict.about), *rows])


# Markdown


def escape_markdown(text: str) -> str:
    """Text that Markdown takes for text, but for signs that begin a line."""
    return _MARKDOWN_SIGNS.sub(r"\\\1", text)


def unescape_markdown(text: str) -> str:
    """What `escape_markdown` was given."""
    return _ESCAPED.sub(r"\1", text)


def close_markers(text: str) -> str:
    """Markdown in which no marker makes a link of what follows it."""
    return _OPEN_MARKER.sub(r"\1\\\2", text)


def _markdown_source(citation: Citation, labels: Messages) -> str:
    parts = " · ".join(escape_markdown(fold_line(part)) for part in source_parts(citation, labels))
    where = escape_markdown(fold_line(say_place(citation.location, labels)))
    place = f"{where}, {escape_markdown(citation.passage.document)}"
    quote = escape_markdown(fold_line(citation.quote_shown))
    return f"[{citation.number}] {parts} ({place})\n> “{quote}”"


def _markdown_conflict(conflict: Conflict, labels: Messages) -> str:
    heads = [labels.text(f"ui.conflict.{key}") for key in ("who", "when", "figure", "source")]
    rows = [[*side_cells(side), f"[{side.citation}]"] for side in conflict.sides]
    table = [heads, ["---"] * 4, *([*map(escape_markdown, row[:3]), row[3]] for row in rows)]
    lines = [f"| {' | '.join(row)} |" for row in table]
    title = escape_markdown(labels.text("ui.conflict.title", about=conflict.about))
    return "\n".join([f"**{title}**", "", *lines])
