"""The source panel: where a citation stands in its document, the quotation marked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from assistant.answer import Answer, Citation, Language
from assistant.prompts import Messages, load_messages
from assistant.render import say_place

NEIGHBOURS = 3000
"""Characters of the document that can be read on either side of the passage."""


_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+(?=\S)")
_RULE = re.compile(r"[ \t]*\|(?:[ \t]*:?-{3,}:?[ \t]*\|)+[ \t\r]*")  # under a table's header


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a document, or the part of it that a window shows; `number` counts from 1."""

    number: int
    start: int
    text: str


def show_hint(language: Language, key: str = "ui.panel.hint") -> str:
    """What stands where no source is open."""
    return f'<div class="panel empty"><p>{escape(load_messages(language).text(key))}</p></div>'


def show_source(answer: Answer, number: int, text: str, language: Language) -> str:
    """Citation `number` of `answer` in `text`, its document's own text; unknown numbers: the hint.

    Where the document no longer holds the quotation at its place, the stored quotation is shown
    with a note instead: lines of a text that has changed would point at something else.
    """
    citation = next((c for c in answer.citations if c.number == number), None)
    if citation is None:
        return show_hint(language)
    labels = load_messages(language)
    start, end = citation.span.start, citation.span.end
    same = text[start:end] == citation.quote
    body = _show_place(citation, text, labels) if same else _show_quote(citation, labels)
    head = _show_head(answer, citation, labels) + _show_facts(citation, labels)
    return f'<div class="panel answer-{escape(answer.id)}">{head}{body}</div>'


def _show_head(answer: Answer, citation: Citation, labels: Messages) -> str:
    title = escape(citation.passage.title)
    number = escape(labels.text("ui.panel.number", number=citation.number))
    steps = _show_steps(answer, citation, labels)
    close = escape(labels.text("ui.panel.close"))
    return (
        f'<div class="bar"><span class="which">{number}</span>{steps}'
        f'<button class="close" title="{close}" aria-label="{close}">×</button></div>'
        f"<h2>{title}</h2>"
    )


def _show_steps(answer: Answer, citation: Citation, labels: Messages) -> str:
    numbers = [c.number for c in answer.citations]
    at = numbers.index(citation.number)
    before = _show_step(numbers[at - 1] if at else None, labels.text("ui.panel.previous"), "‹")
    following = numbers[at + 1] if at + 1 < len(numbers) else None
    return before + _show_step(following, labels.text("ui.panel.next"), "›")


def _show_step(number: int | None, hint: str, sign: str) -> str:
    state = f'class="step cite-{number}"' if number else 'class="step" disabled'
    return f'<button {state} title="{escape(hint)}" aria-label="{escape(hint)}">{sign}</button>'


def _show_facts(citation: Citation, labels: Messages) -> str:
    passage = citation.passage
    facts = {
        "organisation": passage.organisation,
        "author": passage.author,
        "year": passage.year,
        "place": say_place(citation.location, labels),
        "section": passage.section if passage.section != passage.title else None,
        "document": passage.document,
    }
    rows = (
        f'<div class="{key}"><dt>{escape(labels.text(f"ui.panel.{key}"))}</dt>'
        f"<dd>{escape(str(fact))}</dd></div>"
        for key, fact in facts.items()
        if fact
    )
    return f"<dl>{''.join(rows)}</dl>"


def _show_quote(citation: Citation, labels: Messages) -> str:
    note = escape(labels.text("ui.panel.changed"))
    quote = escape(citation.quote_shown)
    return f'<p class="note">{note}</p><div class="text"><mark>{quote}</mark></div>'


def _show_place(citation: Citation, text: str, labels: Messages) -> str:
    quote = (citation.span.start, citation.span.end)
    start = min(citation.passage.span.start, quote[0])
    end = max(citation.passage.span.end, quote[1])
    first, last = max(start - NEIGHBOURS, 0), min(end + NEIGHBOURS, len(text))
    return (
        _show_more("before", split_lines(text, first, start), first == 0, labels)
        + _show_lines(split_lines(text, start, end), quote)
        + _show_more("after", split_lines(text, end, last), last == len(text), labels)
    )


def _show_more(side: str, lines: list[Line], at_edge: bool, labels: Messages) -> str:
    edge = labels.text("ui.panel.begins" if side == "before" else "ui.panel.ends")
    note = f'<p class="edge">{escape(edge)}</p>' if at_edge else ""
    if not lines:
        return note
    shown = _show_lines(lines, (0, 0))
    body = note + shown if side == "before" else shown + note
    summary = escape(labels.text(f"ui.panel.{side}"))
    return f'<details class="{side}"><summary>{summary}</summary>{body}</details>'


def _show_lines(lines: list[Line], quote: tuple[int, int]) -> str:
    rows = "".join(_show_line(line, quote) for line in lines if not _RULE.fullmatch(line.text))
    return f'<div class="text">{rows}</div>'


def _show_line(line: Line, quote: tuple[int, int]) -> str:
    """A heading as one: its signs are how it is stored, not what it says."""
    signs = _HEADING.match(line.text)
    if signs and not line.start < quote[1] <= line.start + signs.end():
        line = Line(line.number, line.start + signs.end(), line.text[signs.end() :])
    kind = "line heading" if signs else "line"
    return (
        f'<div class="{kind}"><span class="at">{line.number}</span>'
        f"<span>{_mark(line, quote)}</span></div>"
    )


def _mark(line: Line, quote: tuple[int, int]) -> str:
    start = min(max(quote[0] - line.start, 0), len(line.text))
    end = min(max(quote[1] - line.start, 0), len(line.text))
    if not line.text[start:end].strip():
        return escape(line.text)
    before, marked, after = line.text[:start], line.text[start:end], line.text[end:]
    return f"{escape(before)}<mark>{escape(marked)}</mark>{escape(after)}"


def split_lines(text: str, start: int, end: int) -> list[Line]:
    """The lines of text[start:end] that hold anything, numbered as in the whole text."""
    lines: list[Line] = []
    number = text.count("\n", 0, start) + 1
    for content in text[start:end].split("\n"):
        if content.strip():
            lines.append(Line(number, start, content))
        number += 1
        start += len(content) + 1
    return lines
