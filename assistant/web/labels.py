"""The words that stand around the conversation, in the language of the interface."""

from __future__ import annotations

from html import escape

from assistant.answer import Language
from assistant.prompts import load_messages

LANGUAGES: dict[Language, str] = {"en": "English", "zh": "中文"}


def show_masthead(language: Language, collection: str, documents: int) -> str:
    """The head of the page; its class tells the script which language the page is in."""
    labels = load_messages(language)
    facts = {"collection": collection, "documents": documents}
    shown = "".join(
        f"<span>{escape(labels.text(f'ui.page.{key}'))} <b>{escape(str(fact))}</b></span>"
        for key, fact in facts.items()
    )
    name, purpose = (escape(labels.text(f"ui.page.{key}")) for key in ("name", "purpose"))
    return (
        f'<header class="masthead lang-{language}"><h1>{name}</h1><p class="purpose">{purpose}</p>'
        f'<p class="facts">{shown}</p></header>'
    )


def show_welcome(language: Language) -> str:
    labels = load_messages(language)
    title, text = (escape(labels.text(f"ui.welcome.{key}")) for key in ("title", "text"))
    return f'<div class="welcome"><h2>{title}</h2><p>{text}</p></div>'
