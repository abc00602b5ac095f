"""An answer as plain text, Markdown and HTML. All text in it is data and comes out escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
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
from assistant.reasons import explain_problems, explain_reason
from store.places import Place

EXCERPT = 160
"""Characters of a passage that a list shows."""

_COUNTED = {
    "lines": ("ui.source.line", "ui.source.lines"),
    "page": ("ui.source.page", "ui.source.pages"),
    "slide": ("ui.source.slide", "ui.source.slides"),
}
# "[1](x)" and "[1]: x" would be links.
_OPEN_MARKER = re.compile(r"(\[\d{1,3})(\][(:])")
_MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~&$])")


def to_plain(answer: Answer) -> str:
    labels = load_messages(answer.language)
    blocks = [_say_pieces(split_answer(answer), str, labels), say_status(answer, labels)]
    blocks.append("\n".join(explain_problems(answer)))
    blocks += [_plain_conflict(conflict, labels) for conflict in answer.conflicts]
    if answer.citations:
        sources = [_plain_source(citation, labels) for citation in answer.citations]
        blocks.append("\n".join([labels.text("ui.answer.sources"), *sources]))
    blocks.append(say_cost(answer, labels))
    return "\n\n".join(block for block in blocks if block)


def to_markdown(answer: Answer) -> str:
    labels = load_messages(answer.language)
    blocks = [close_markers(_say_pieces(split_answer(answer), escape_markdown, labels))]
    status = say_status(answer, labels)
    blocks.append(f"*{escape_markdown(status)}*" if status else "")
    problems = (escape_markdown(_fold(line)) for line in explain_problems(answer))
    blocks.append("\n".join(f"- {line}" for line in problems))
    blocks += [_markdown_conflict(conflict, labels) for conflict in answer.conflicts]
    if answer.citations:
        sources = [_markdown_source(citation, labels) for citation in answer.citations]
        blocks.append("\n\n".join([f"**{labels.text('ui.answer.sources')}**", *sources]))
    cost = say_cost(answer, labels)
    blocks.append(f"*{escape_markdown(cost)}*" if cost else "")
    return "\n\n".join(block for block in blocks if block)


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


def say_status(answer: Answer, labels: Messages) -> str:
    """Whether the answer is proved, in a line; empty where nothing needs proof (a greeting)."""
    status, note = _status(answer, labels)
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


def _status(answer: Answer, labels: Messages) -> tuple[str, str]:
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


def _source_parts(citation: Citation, labels: Messages) -> list[str]:
    passage = citation.passage
    parts = [say_origin(passage, labels), passage.title, passage.section or ""]
    return list(dict.fromkeys(part for part in parts if part))


def _side_cells(side: ConflictSide) -> tuple[str, str, str]:
    return side.who, str(side.when or ""), side.figure.text


def _fold(text: str) -> str:
    return " ".join(text.split())


def _say_pieces(pieces: Sequence[Piece], say: Callable[[str], str], labels: Messages) -> str:
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
    parts = [*_source_parts(citation, labels), _fold(say_place(citation.location, labels))]
    head = f"[{citation.number}] {' · '.join(parts)} ({citation.passage.document})"
    return f"{head}\n    “{_fold(citation.quote_shown)}”"


def _plain_conflict(conflict: Conflict, labels: Messages) -> str:
    rows = [
        "  " + " · ".join(cell for cell in (*_side_cells(side), f"[{side.citation}]") if cell)
        for side in conflict.sides
    ]
    return "\n".join([labels.text("ui.conflict.title", about=conflict.about), *rows])


# Markdown


def escape_markdown(text: str) -> str:
    """Text that Markdown takes for text, but for signs that begin a line."""
    return _MARKDOWN_SIGNS.sub(r"\\\1", text)


def close_markers(text: str) -> str:
    """Markdown in which no marker makes a link of what follows it."""
    return _OPEN_MARKER.sub(r"\1\\\2", text)


def _markdown_source(citation: Citation, labels: Messages) -> str:
    parts = " · ".join(escape_markdown(_fold(part)) for part in _source_parts(citation, labels))
    where = escape_markdown(_fold(say_place(citation.location, labels)))
    place = f"{where}, {escape_markdown(citation.passage.document)}"
    quote = escape_markdown(_fold(citation.quote_shown))
    return f"[{citation.number}] {parts} ({place})\n> “{quote}”"


def _markdown_conflict(conflict: Conflict, labels: Messages) -> str:
    heads = [labels.text(f"ui.conflict.{key}") for key in ("who", "when", "figure", "source")]
    rows = [[*_side_cells(side), f"[{side.citation}]"] for side in conflict.sides]
    table = [heads, ["---"] * 4, *([*map(escape_markdown, row[:3]), row[3]] for row in rows)]
    lines = [f"| {' | '.join(row)} |" for row in table]
    title = escape_markdown(labels.text("ui.conflict.title", about=conflict.about))
    return "\n".join([f"**{title}**", "", *lines])


# HTML


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
        hint = escape(_fold(say_figure_check(piece.figure, labels)))
        shown = f'<span class="figure {piece.figure.verdict}" title="{hint}">{shown}</span>'
    if piece.claim is not None and piece.claim.verdict == "unproved":
        hint = escape(_fold(_say_doubt(piece.claim, labels)))
        shown = f'<span class="claim unproved" title="{hint}">{shown}</span>'
    return shown


def _say_doubt(claim: Claim, labels: Messages) -> str:
    if claim.reason is None:
        return labels.text("ui.answer.unproved")
    return explain_reason(claim.reason, labels.language)


def _chip(number: int, hint: str) -> str:
    return f'<button class="cite cite-{number}" title="{escape(_fold(hint))}">{number}</button>'


def _html_status(answer: Answer, labels: Messages) -> str:
    status, note = _status(answer, labels)
    if not status:
        return ""
    return f'<p class="status"><b>{escape(status)}</b> <span>{escape(note)}</span></p>'


def _html_problems(answer: Answer) -> str:
    items = "".join(f"<li>{escape(_fold(line))}</li>" for line in explain_problems(answer))
    return f'<ul class="reasons">{items}</ul>' if items else ""


def _html_conflict(conflict: Conflict, labels: Messages) -> str:
    heads = "".join(
        f"<th>{escape(labels.text(f'ui.conflict.{key}'))}</th>"
        for key in ("who", "when", "figure", "source")
    )
    rows = "".join(_html_side(side) for side in conflict.sides)
    title = escape(_fold(labels.text("ui.conflict.title", about=conflict.about)))
    head = f"<thead><tr>{heads}</tr></thead>"
    table = f"<table>{head}<tbody>{rows}</tbody></table>"
    return f'<div class="conflict"><p>{title}</p>{table}</div>'


def _html_side(side: ConflictSide) -> str:
    cells = "".join(f"<td>{escape(_fold(cell))}</td>" for cell in _side_cells(side))
    return f"<tr>{cells}<td>{_chip(side.citation, side.who)}</td></tr>"


def _html_sources(citations: Sequence[Citation], labels: Messages) -> str:
    if not citations:
        return ""
    items = "".join(_html_source(citation, labels) for citation in citations)
    title = escape(labels.text("ui.answer.sources"))
    return f'<div class="sources"><p>{title}</p><ul>{items}</ul></div>'


def _html_source(citation: Citation, labels: Messages) -> str:
    number, parts = citation.number, _source_parts(citation, labels)
    first, *rest = (escape(_fold(part)) for part in parts)
    place = escape(_fold(say_place(citation.location, labels)))
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
        f"<li><b>{escape(_fold(say_origin(passage, labels)))}</b> "
        f"<span>{escape(_excerpt(passage.text))}</span></li>"
        for passage in passages
    )
    title = escape(labels.text("ui.answer.nearest"))
    return f'<div class="nearest"><p>{title}</p><ul>{items}</ul></div>'


def _html_cost(answer: Answer, labels: Messages) -> str:
    cost = say_cost(answer, labels)
    return f'<p class="cost">{escape(_fold(cost))}</p>' if cost else ""


def _excerpt(text: str) -> str:
    folded = _fold(text)
    return folded if len(folded) <= EXCERPT else folded[:EXCERPT].rstrip() + "…"
