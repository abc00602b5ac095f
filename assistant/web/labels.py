"""The words that stand around the conversation, in the language of the interface."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

from assistant.answer import Language
from assistant.prompts import Messages, load_messages
from assistant.status import Offer, Use, say_offer

LANGUAGES: dict[Language, str] = {"en": "English", "zh": "中文"}

_NAMES = {
    **{name: f"ui.names.{name}" for name in ("talk", "examples", "send", "stop", "clear", "tabs")},
    "remove": "ui.names.remove",
    "source": "ui.panel.number",
    "sources": "ui.answer.sources",
    "document": "ui.documents.document",
    "chart": "ui.chart.name",
    "drop": "ui.upload.drop",
    "switch": "ui.page.language",
}
"""What `names.js` calls the parts of the page that Gradio names in English, or not at all."""


def show_masthead(language: Language, collection: str, documents: int, answering: Use) -> str:
    """The head of the page; its class tells the scripts which language the page is in, and its
    data the names of parts in it, with `{}` for what is named."""
    labels = load_messages(language)
    answers = say_answering(answering, labels)
    facts = {"collection": collection, "documents": documents, "answers": answers}
    shown = "".join(
        f"<span>{escape(labels.text(f'ui.page.{key}'))} <b>{escape(str(fact))}</b></span>"
        for key, fact in facts.items()
    )
    name, purpose = (escape(labels.text(f"ui.page.{key}")) for key in ("name", "purpose"))
    return (
        f'<header class="masthead lang-{language}" {_show_names(labels)}>'
        f'<h1>{name}</h1><p class="purpose">{purpose}</p>'
        f'<p class="facts">{shown}</p></header>'
    )


def _show_names(labels: Messages) -> str:
    """As attributes."""
    named = {
        name: labels.text(key, **dict.fromkeys(labels.variables(key), "{}"))
        for name, key in _NAMES.items()
    }
    return " ".join(f'data-{name}="{escape(text)}"' for name, text in named.items())


def say_answering(use: Use, labels: Messages) -> str:
    """What writes the answers, and whether questions leave this machine for it."""
    if use.place == "remote":
        host = urlsplit(use.address or "").hostname
        return labels.text("ui.page.answers_remote", model=use.model, host=host)
    if use.place == "local":
        return labels.text("ui.page.answers_local", model=use.model)
    return labels.text("ui.page.answers_here")


def show_welcome(language: Language, offers: Sequence[Offer] = ()) -> str:
    labels = load_messages(language)
    title, text = (escape(labels.text(f"ui.welcome.{key}")) for key in ("title", "text"))
    more = "".join(f'<p class="offer">{escape(say_offer(one, labels))}</p>' for one in offers)
    return f'<div class="welcome"><h2>{title}</h2><p>{text}</p>{more}</div>'


def show_note(*lines: str) -> str:
    return "".join(f'<p class="told">{escape(line)}</p>' for line in lines)
