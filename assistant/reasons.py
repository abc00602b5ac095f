"""Why a sentence isn't proved, in words that a person reads."""

from __future__ import annotations

from assistant.answer import Language
from assistant.prompts import load_messages


def explain_reason(reason: str, language: Language) -> str:
    """The one line for a reason of a claim or a problem of an answer, `code` or `code:detail`."""
    messages = load_messages(language)
    code, _, detail = reason.partition(":")
    key = f"reasons.{code}"
    if key not in messages:
        return messages.text("reasons.other", detail=reason)
    wanted = messages.variables(key)
    return messages.text(key, **dict.fromkeys(wanted, detail))
