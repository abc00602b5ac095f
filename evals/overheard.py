"""What a model says while the assistant asks it, heard without standing between the two.

LlamaIndex announces each piece of a reply to whoever listens.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.instrumentation import get_dispatcher  # type: ignore[attr-defined]
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events.llm import (
    LLMChatEndEvent,
    LLMChatInProgressEvent,
    LLMChatStartEvent,
)

_PASSAGE = "<passage "


@dataclass
class ModelReply:
    """One call of a model: whether passages were in its prompt, and all that came back."""

    with_passages: bool
    text: str = ""


@contextmanager
def overhear() -> Iterator[list[ModelReply]]:
    """The calls in their order, as long as the block lasts; of all threads, so that one question
    is asked at a time."""
    listener = _Listener()
    handlers = get_dispatcher().event_handlers
    handlers.append(listener)
    try:
        yield listener.heard
    finally:
        handlers.remove(listener)


class _Listener(BaseEventHandler):
    _heard: list[ModelReply] = PrivateAttr(default_factory=list)

    @property
    def heard(self) -> list[ModelReply]:
        return self._heard

    def handle(self, event: Any, **kwargs: Any) -> None:
        if isinstance(event, LLMChatStartEvent):
            prompt = "".join(message.content or "" for message in event.messages)
            self._heard.append(ModelReply(_PASSAGE in prompt))
        elif isinstance(event, LLMChatInProgressEvent | LLMChatEndEvent) and event.response:
            self._heard[-1].text = event.response.message.content or ""
