"""Messages of a chat as a question with its history; what can't be taken is refused by name."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.api.chat_bodies import ChatBody, Message
from assistant.api.markdown import cut_notes
from assistant.errors import RequestError
from assistant.scope import Turn
from assistant.wire import Asked

MODEL = "duocite"

_PASSED_OVER = frozenset({"system", "developer"})
_TOOLS = frozenset({"tool", "function"})


def read_chat(body: ChatBody, served: str) -> Asked:
    """What is asked. RequestError "no_model", "unsupported" for what Duocite doesn't do, "field"
    where the last message is no user's or has no words."""
    collection = find_collection(body.model, served)
    _check_supported(body)
    said = [(one.role, read_content(one)) for one in body.messages if one.role not in _PASSED_OVER]
    if not said or said[-1][0] != "user" or not said[-1][1].strip():
        raise RequestError("last_message")
    options = body.duocite
    return Asked(
        said[-1][1],
        collection,
        options.filters.to_filters(),
        options.language,
        build_history(said[:-1]),
        "markdown",
    )


def find_collection(model: str, served: str) -> str:
    """The collection that a model stands for; RequestError "no_model"."""
    if model == MODEL:
        return served
    name, _, collection = model.partition("/")
    if name != MODEL or not collection:
        raise RequestError("no_model", model=model)
    return collection


def read_content(message: Message) -> str:
    """The text of a message. RequestError "unsupported" for parts that are none."""
    content = message.content
    if content is None or isinstance(content, str):
        return content or ""
    for part in content:
        if part.type not in ("text", "refusal") or (part.type == "text" and part.text is None):
            raise RequestError("unsupported", name=f"content: {part.type}")
    return "\n".join(part.text or "" for part in content)


def build_history(said: Sequence[tuple[str, str]]) -> tuple[Turn, ...]:
    """Each question with what was answered to it: without the sources and remarks that stood below
    an answer; nothing, where nobody answered. What was said before any question is left out."""
    turns: list[Turn] = []
    for role, text in said:
        if role == "user":
            turns.append(Turn(text, ""))
        elif turns:
            answer = cut_notes(text)
            before = turns[-1].answer
            turns[-1] = Turn(turns[-1].question, f"{before}\n{answer}" if before else answer)
    return tuple(turns)


def _check_supported(body: ChatBody) -> None:
    wanted = {
        "n": body.n not in (None, 1),
        "tools": bool(body.tools) or any(one.role in _TOOLS for one in body.messages),
        "functions": bool(body.functions),
        "modalities": bool(body.modalities) and body.modalities != ["text"],
        "response_format": (body.response_format or {}).get("type", "text") != "text",
    }
    for name, is_wanted in wanted.items():
        if is_wanted:
            raise RequestError("unsupported", name=name)
