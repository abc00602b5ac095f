"""Which language the interface speaks, and the words that stand around the conversation."""

from __future__ import annotations

import re
from html import escape
from typing import get_args

from assistant.answer import Language
from assistant.prompts import load_messages

LANGUAGES: dict[Language, str] = {"en": "English", "zh": "中文"}

_RANGE = re.compile(r"\s*([a-zA-Z*]+)(?:-[\w-]+)?\s*(?:;\s*q=([\d.]+))?\s*")


def choose_language(wanted: str | None, accepted: str | None) -> Language:
    """`wanted` (from ?lang=) if it is one of ours, else the best of the browser's languages."""
    ours: tuple[Language, ...] = get_args(Language)
    asked = [(wanted or "").lower().split("-")[0], *_rank(accepted or "")]
    return next((language for tag in asked for language in ours if language == tag), "en")


def _rank(accepted: str) -> list[str]:
    """The primary tags of an Accept-Language header (RFC 9110, 12.5.4), best first."""
    matches = [match for part in accepted.split(",") if (match := _RANGE.fullmatch(part))]
    weighted = [(_weight(match[2]), match[1].lower()) for match in matches]
    return [tag for weight, tag in sorted(weighted, key=lambda w: -w[0]) if weight > 0]


def _weight(text: str | None) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


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
