"""Why a sentence isn't proved, in words that a person reads."""

from __future__ import annotations

from assistant.answer import Answer, Language
from assistant.prompts import load_messages

_FRAMES = frozenset({"left_out", "marked"})
_HARMLESS = "unknown_marker:"


def explain_reason(reason: str, language: Language) -> str:
    """The one line for a reason of a claim or a problem of an answer, `code` or `code:detail`."""
    messages = load_messages(language)
    code, _, detail = reason.partition(":")
    key = f"reasons.{code}"
    if key not in messages or code in _FRAMES:
        return messages.text("reasons.other", detail=reason)
    wanted = messages.variables(key)
    return messages.text(key, **dict.fromkeys(wanted, detail))


def explain_problems(answer: Answer, language: Language | None = None) -> list[str]:
    """A line for each reason why a sentence of an answer was left out, or is marked; each once, in
    the answer's language unless another is given. A marker that names no passage is none: what else
    stands in its sentence decides."""
    reasons = dict.fromkeys(one for one in answer.problems if not one.startswith(_HARMLESS))
    key = "reasons.marked" if answer.status == "partial" else "reasons.left_out"
    spoken = language or answer.language
    messages = load_messages(spoken)
    said = (explain_reason(reason, spoken) for reason in reasons)
    return [messages.text(key, reason=reason) for reason in dict.fromkeys(said)]
