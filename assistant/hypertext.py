"""An answer as HTML. All text in it is data and comes out escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from assistant.answer import (
    Answer,
    Citation,
    Claim,
    Conflict,
    ConflictSide,
    Language,
    Passage,
)
from assistant.pieces import Piece, split_answer, split_claims
from assistant.prompts import Messages, load_messages
from assistant.reasons import explain_problems, explain_reason
from assistant.render import (
    find_status,
    fold_line,
    say_cost,
    say_figure_check,
    say_origin,
    say_place,
    side_cells,
    source_parts,
)
from assistant.sheet import write_rows

EXCERPT = 160
"""Characters of a passage that a list shows."""


def to_html(answer: Answer) -> str:
    """One `<div>` without blank lines, so that a Markdown renderer passes it through as it is.

    Citation n is `<button class="cite cite-n">`; the outer class `answer-<id>` says whose it is.
    """
    labels = load_messages(answer.language)
    parts = [
        _html_lines(split_answer(answer), answer.citations, labels),
        _html_status(answer, labels),
        _html_problems(answer),
        *(_html_conflict(conflict, labels) for conflict in answer.conflicts),
        _html_sources(answer.citations, labels),
        _html_nearest(answer.nearest, labels) if not answer.answered else "",
        _html_cost(answer, labels),
    ]
    classes = f"answer answer-{escape(answer.id)} {answer.status} lang-{answer.language}"
    return f'<div class="{classes}">{"".join(parts)}</div>'


def claims_to_html(claims: Sequence[Claim], language: Language) -> str:
    """The checked sentences of an answer that still grows; their markers can't be opened yet."""
    body = _html_lines(split_claims(claims), (), load_messages(language))
    return f'<div class="answer growing">{body}</div>'


def _html_lines(pieces: Iterable[Piece], citations: Sequence[Citation], labels: Messages) -> str:
    origins = {citation.number: say_origin(citation.passage, labels) for citation in citations}
    body = "".join(_html_piece(piece, origins, labels) for piece in pieces)
    return "".join(f"<p>{line}</p>" for line in body.split("\n") if line.strip())


def _html_piece(piece: Piece, origins: dict[int, str], labels: Messages) -> str:
    if piece.marker is not None:
        return _chip(piece.marker, origins.get(piece.marker, ""))
    # Tags are closed before each line break, which parts paragraphs.
    lines = [_html_text(line, piece, labels) if line else "" for line in piece.text.split("\n")]
    return "\n".join(lines)


def _html_text(text: str, piece: Piece, labels: Messages) -> str:
    shown = escape(text)
    if piece.figure is not None:
        hint = escape(fold_line(say_figure_check(piece.figure, labels)))
        shown = f'<span class="figure {piece.figure.verdict}" title="{hint}">{shown}</span>'
    if piece.claim is not None and piece.claim.verdict == "unproved":
        hint = escape(fold_line(_say_doubt(piece.claim, labels)))
        shown = f'<span class="claim unproved" title="{hint}">{shown}</span>'
    return shown


def _chip(number: int, hint: str) -> str:
    return f'<button class="cite cite-{number}" title="{escape(fold_line(hint))}">{number}</button>'


def _html_status(answer: Answer, labels: Messages) -> str:
    status, note = find_status(answer, labels)
    if not status:
        return ""
    return f'<p class="status"><b>{escape(status)}</b> <span>{escape(note)}</span></p>'


def _html_problems(answer: Answer) -> str:
    items = "".join(f"<li>{escape(fold_line(line))}</li>" for line in explain_problems(answer))
    return f'<ul class="reasons">{items}</ul>' if items else ""


def _html_conflict(conflict: Conflict, labels: Messages) -> str:
    heads = "".join(
        f"<th>{escape(labels.text(f'ui.conflict.{key}'))}</th>"
        for key in ("who", "when", "figure", "source")
    )
    rows = "".join(_html_side(side) for side in conflict.sides)
    title = escape(fold_line(labels.text("ui.conflict.title", about=conflict.about)))
    head = f"<thead><tr>{heads}</tr></thead>"
    table = f"<table>{head}<tbody>{rows}</tbody></table>"
    return f'<div class="conflict"><p>{title}</p>{table}{_csv_conflict(conflict, labels)}</div>'


def _csv_conflict(conflict: Conflict, labels: Messages) -> str:
    heads = [labels.text(f"ui.conflict.{key}") for key in ("who", "when", "figure", "source")]
    rows = [[*side_cells(side), f"[{side.citation}]"] for side in conflict.sides]
    return to_csv([heads, *rows], labels)


def to_csv(rows: Sequence[Sequence[str]], labels: Messages) -> str:
    """A button, and beside it what it copies: the rows as a spreadsheet takes them."""
    lines = "".join(f"<span>{escape(line)}</span>" for line in write_rows(rows))
    shown = escape(labels.text("ui.answer.copy"))
    return f'<button class="copy">{shown}</button><span class="csv" hidden>{lines}</span>'


def _html_side(side: ConflictSide) -> str:
    cells = "".join(f"<td>{escape(fold_line(cell))}</td>" for cell in side_cells(side))
    return f"<tr>{cells}<td>{_chip(side.citation, side.who)}</td></tr>"


def _html_sources(citations: Sequence[Citation], labels: Messages) -> str:
    if not citations:
        return ""
    items = "".join(_html_source(citation, labels) for citation in citations)
    title = escape(labels.text("ui.answer.sources"))
    return f'<div class="sources"><p>{title}</p><ul>{items}</ul></div>'


def _html_source(citation: Citation, labels: Messages) -> str:
    number, parts = citation.number, source_parts(citation, labels)
    first, *rest = (escape(fold_line(part)) for part in parts)
    place = escape(fold_line(say_place(citation.location, labels)))
    text = f"<b>{first}</b> <span>{' · '.join([*rest, place])}</span>"
    hint = escape(labels.text("ui.answer.open", number=number))
    return (
        f'<li><button class="cite cite-{number} entry" title="{hint}">'
        f'<span class="number">{number}</span><span class="what">{text}</span></button></li>'
    )


def _html_nearest(passages: Sequence[Passage], labels: Messages) -> str:
    if not passages:
        return ""
    items = "".join(
        f"<li><b>{escape(fold_line(say_origin(passage, labels)))}</b> "
        f"<span>{escape(_excerpt(passage.text))}</span></li>"
        for passage in passages
    )
    title = escape(labels.text("ui.answer.nearest"))
    return f'<div class="nearest"><p>{title}</p><ul>{items}</ul></div>'


def _html_cost(answer: Answer, labels: Messages) -> str:
    cost = say_cost(answer, labels)
    return f'<p class="cost">{escape(fold_line(cost))}</p>' if cost else ""


def _excerpt(text: str) -> str:
    folded = fold_line(text)
    return folded if len(folded) <= EXCERPT else folded[:EXCERPT].rstrip() + "…"


def _say_doubt(claim: Claim, labels: Messages) -> str:
    if claim.reason is None:
        return labels.text("ui.answer.unproved")
    return explain_reason(claim.reason, labels.language)
