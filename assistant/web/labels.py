"""The words that stand around the conversation, in the language of the interface."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

from assistant.answer import Language
from assistant.prompts import Messages, load_messages
from assistant.status import Offer, Use, say_offer

LANGUAGES: dict[Language, str] = {"en": "English", "zh": "中文"}


def show_masthead(language: Language, collection: str, documents: int, answering: Use) -> str:
    """The head of the page; its class tells the script which language the page is in."""
    labels = load_messages(language)
    answers = say_answering(answering, labels)
    facts = {"collection": collection, "documents": documents, "answers": answers}
    shown = "".join(
        f"<span>{escape(labels.text(f'ui.page.{key}'))} <b>{escape(str(fact))}</b></span>"
        for key, fact in facts.items()
    )
    name, purpose = (escape(labels.text(f"ui.page.{key}")) for key in ("name", "purpose"))
    return (
        f'<header class="masthead lang-{language}"><h1>{name}</h1><p class="purpose">{purpose}</p>'
        f'<p class="facts">{shown}</p></header>'
    )


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
