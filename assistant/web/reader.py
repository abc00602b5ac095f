"""A document as it is stored: what is known about it, its text with headings, what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from assistant.answer import Language
from assistant.prompts import Messages, load_messages
from assistant.shelf import Shelved
from assistant.web.listing import act, say_language, say_state
from assistant.web.panel import find_window, show_bar, show_lines, split_lines

STEPS = 8
"""Steps of the source panel that are read at a time: some pages."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a document is read, whether its removal waits for a word, and what is to be told."""

    reach: int = 1
    asks: bool = False
    told: str = ""


def show_no_document(language: Language, told: str = "") -> str:
    """What stands where no document is open."""
    labels = load_messages(language)
    shown = told or labels.text("ui.documents.hint")
    return f'<div class="panel empty"><p role="status">{escape(shown)}</p></div>'


def show_document(
    one: Shelved, text: str, reading: Reading, language: Language, *, editor: bool
) -> str:
    labels = load_messages(language)
    bar = show_bar(labels.text("ui.documents.document"), labels)
    title = f"<h2>{escape(one.record.title)}</h2>"
    facts = _show_facts(one, labels)
    doing = _show_doing(one, reading, labels) if editor else ""
    told = f'<p class="note" role="status">{escape(reading.told)}</p>' if reading.told else ""
    body = _show_text(one.record.id, text, reading.reach, labels)
    return f'<div class="panel">{bar}{title}{facts}{told}{doing}{body}</div>'


def _show_facts(one: Shelved, labels: Messages) -> str:
    record = one.record
    facts: dict[str, object] = {
        "organisation": ", ".join(record.organisations) or record.organisation,
        "author": record.author,
        "publisher": record.publisher,
        "year": record.year,
        "language": say_language(one, labels),
        "characters": f"{record.characters:,}",
        "chunks": record.chunks,
        "state": say_state(one, labels),
        "id": record.id,
    }
    rows = "".join(
        f'<div class="{key}"><dt>{escape(labels.text(f"ui.documents.{key}"))}</dt>'
        f"<dd>{escape(str(fact))}</dd></div>"
        for key, fact in facts.items()
        if fact
    )
    return f"<dl>{rows}</dl>"


def _show_doing(one: Shelved, reading: Reading, labels: Messages) -> str:
    document = one.record.id
    if not reading.asks:
        buttons: Sequence[tuple[str, str]] = (("again", "reread"), ("remove", "remove"))
        return f'<p class="doing">{_show_buttons(document, buttons, labels)}</p>'
    key = "sure_upload" if one.uploaded else "sure"
    asked = escape(labels.text(f"ui.documents.{key}", title=one.record.title))
    buttons = (("sure", "remove_now"), ("unsure", "keep"))
    shown = _show_buttons(document, buttons, labels)
    return f'<div class="doing asks" role="alert"><p>{asked}</p><p>{shown}</p></div>'


def _show_buttons(document: str, buttons: Sequence[tuple[str, str]], labels: Messages) -> str:
    return "".join(
        f'<button class="do {verb}" {act(verb, document)}>'
        f"{escape(labels.text(f'ui.documents.{key}'))}</button>"
        for verb, key in buttons
    )


def _show_text(document: str, text: str, reach: int, labels: Messages) -> str:
    _, end = find_window(text, 0, 0, (0, reach * STEPS))
    lines = show_lines(split_lines(text, 0, end), (0, 0))
    if not text[end:].strip():
        return f'{lines}<p class="edge">{escape(labels.text("ui.panel.ends"))}</p>'
    more = escape(labels.text("ui.panel.after"))
    return f'{lines}<button class="more" {act("more", document)}>{more}</button>'
