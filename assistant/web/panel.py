"""The source panel: where a citation stands in its document, the quotation marked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from assistant.answer import Answer, CheckedFigure, Citation, Language
from assistant.prompts import Messages, load_messages
from assistant.render import say_figure_check, say_place
from assistant.web.picks import Pick, name_page, name_view

STEP = 2500
"""Characters of the document that each click on "read on" adds, to the end of their line."""

_LONGEST_TAIL = 500  # of a line that is finished rather than cut

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


def show_source(
    answer: Answer, number: int, text: str, language: Language, view: Pick | None = None
) -> str:
    """Citation `number` of `answer` in `text`, its document's own text; unknown numbers: the hint.

    `view` says how much of the text around it. Where the document no longer holds the quotation at
    its place, the stored quotation is shown with a note instead: lines of a text that has changed
    would point at something else.
    """
    citation = find_citation(answer, number)
    if citation is None:
        return show_hint(language)
    labels = load_messages(language)
    start, end = citation.span.start, citation.span.end
    same = text[start:end] == citation.quote
    reach = (view.before, view.after) if view else (0, 0)
    body = _show_place(citation, text, reach, labels) if same else _show_quote(citation, labels)
    return wrap(answer, show_head(answer, citation, labels) + body)


def find_citation(answer: Answer, number: int) -> Citation | None:
    return next((one for one in answer.citations if one.number == number), None)


def wrap(answer: Answer, body: str) -> str:
    """As a panel: its class tells the script whose numbers the buttons in it are."""
    return f'<div class="panel answer-{escape(answer.id)}">{body}</div>'


def show_head(
    answer: Answer, citation: Citation, labels: Messages, *, original: bool = False
) -> str:
    """What stands over a source, be it shown as its stored text or as its `original`."""
    bar = show_bar(
        labels.text("ui.panel.number", number=citation.number),
        labels,
        _show_steps(answer, citation, labels),
    )
    title = f"<h2>{escape(citation.passage.title)}</h2>"
    facts, figures = _show_facts(citation, labels), _show_figures(answer, citation, labels)
    return bar + title + facts + figures + _show_tabs(citation, labels, original)


def show_bar(which: str, labels: Messages, steps: str = "") -> str:
    close = escape(labels.text("ui.panel.close"))
    return (
        f'<div class="bar"><span class="which">{escape(which)}</span>{steps}'
        f'<button class="close" title="{close}" aria-label="{close}">×</button></div>'
    )


def _show_tabs(citation: Citation, labels: Messages, original: bool) -> str:
    place = citation.location
    views = {"text": "", "original": name_page(place.first if place.kind == "page" else 1)}
    now = "original" if original else "text"
    tabs = "".join(
        f'<button class="tab cite-{citation.number} {view}" aria-pressed="{_say(key == now)}">'
        f"{escape(labels.text(f'ui.panel.{key}'))}</button>"
        for key, view in views.items()
    )
    return f'<div class="tabs">{tabs}</div>'


def _say(holds: bool) -> str:
    return "true" if holds else "false"


def _says_nothing(text: str) -> bool:
    """Whether there is nothing more to read in it: signs of a heading, white space."""
    return not any(map(str.isalnum, text))


def _show_figures(answer: Answer, citation: Citation, labels: Messages) -> str:
    """The answer's figures that rest on this source, each beside what the source says."""
    rows = dict.fromkeys(
        f"<tr><td>{escape(one.figure.text)}</td><td>{escape(_fold(_say_source(one, labels)))}</td>"
        "</tr>"
        for one in answer.figures
        if citation.number in one.citations and one.verdict != "not_found"
    )
    if not rows:
        return ""
    heads = "".join(
        f"<th>{escape(labels.text(f'ui.panel.{key}'))}</th>" for key in ("said", "stated")
    )
    body = "".join(rows)
    return f'<table class="figures"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def _say_source(one: CheckedFigure, labels: Messages) -> str:
    if one.verdict == "computed":
        return say_figure_check(one, labels)
    return one.source_text or one.figure.text


def _fold(text: str) -> str:
    return " ".join(text.split())


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


def _show_place(citation: Citation, text: str, reach: tuple[int, int], labels: Messages) -> str:
    quote = (citation.span.start, citation.span.end)
    start = min(citation.passage.span.start, quote[0])
    end = max(citation.passage.span.end, quote[1])
    first, last = find_window(text, start, end, reach)
    before, after = reach
    return (
        _show_more(
            citation, "before", name_view(before + 1, after), _says_nothing(text[:first]), labels
        )
        + _show_around(split_lines(text, first, start))
        + show_lines(split_lines(text, start, end), quote)
        + _show_around(split_lines(text, end, last))
        + _show_more(
            citation, "after", name_view(before, after + 1), _says_nothing(text[last:]), labels
        )
    )


def find_window(text: str, start: int, end: int, reach: tuple[int, int]) -> tuple[int, int]:
    """What is shown of a text around [start, end): so many steps before it and after it, and the
    rest of a line that would be cut, unless it is long."""
    first, last = max(start - reach[0] * STEP, 0), min(end + reach[1] * STEP, len(text))
    line_start = text.rfind("\n", 0, first) + 1
    line_end = text.find("\n", last) % (len(text) + 1)  # -1 is the end
    if reach[0] and first - line_start <= _LONGEST_TAIL:
        first = line_start
    if reach[1] and line_end - last <= _LONGEST_TAIL:
        last = line_end
    return first, last


def _show_more(citation: Citation, side: str, view: str, at_edge: bool, labels: Messages) -> str:
    """The button that brings more of the text, or that there is no more."""
    if at_edge:
        edge = labels.text("ui.panel.begins" if side == "before" else "ui.panel.ends")
        return f'<p class="edge">{escape(edge)}</p>'
    shown = escape(labels.text(f"ui.panel.{side}"))
    return f'<button class="more {side} cite-{citation.number} {view}">{shown}</button>'


def _show_around(lines: list[Line]) -> str:
    return f'<div class="around">{show_lines(lines, (0, 0))}</div>' if lines else ""


def show_lines(lines: list[Line], quote: tuple[int, int]) -> str:
    """Lines of a document, headings as such, the characters from quote[0] to quote[1] marked."""
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
