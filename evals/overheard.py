"""What a model says while the assistant asks it, and how it fails, heard without standing between.

LlamaIndex announces each piece of a reply to whoever listens; the assistant logs the failures that
it gets over.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events.llm import (
    LLMChatEndEvent,
    LLMChatInProgressEvent,
    LLMChatStartEvent,
)

from assistant.errors import ModelError

_PASSAGE = "<passage "


@dataclass
class ModelReply:
    """One call of a model: whether passages were in its prompt, and all that came back."""

    with_passages: bool
    text: str = ""


@dataclass
class Overheard:
    """The calls in their order, and the codes of the ModelErrors that were logged."""

    replies: list[ModelReply] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@contextmanager
def overhear() -> Iterator[Overheard]:
    """Listens as long as the block lasts, to all threads: ask one question at a time."""
    heard = Overheard()
    listener, reader = _Listener(heard), _Reader(heard)
    handlers = get_dispatcher().event_handlers
    logger = logging.getLogger("assistant")
    handlers.append(listener)
    logger.addHandler(reader)
    try:
        yield heard
    finally:
        handlers.remove(listener)
        logger.removeHandler(reader)


class _Listener(BaseEventHandler):
    _heard: Overheard = PrivateAttr()

    def __init__(self, heard: Overheard) -> None:
        super().__init__()
        self._heard = heard

    def handle(self, event: Any, **kwargs: Any) -> None:
        if isinstance(event, LLMChatStartEvent):
            prompt = "".join(message.content or "" for message in event.messages)
            self._heard.replies.append(ModelReply(_PASSAGE in prompt))
        elif isinstance(event, LLMChatInProgressEvent | LLMChatEndEvent) and event.response:
            self._heard.replies[-1].text = event.response.message.content or ""


class _Reader(logging.Handler):
    def __init__(self, heard: Overheard) -> None:
        super().__init__(logging.WARNING)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        named = record.args if isinstance(record.args, tuple) else ()
        for error in (record.exc_info[1] if record.exc_info else None, *named):
            if isinstance(error, ModelError):
                self._heard.failures.append(error.code)
                return
