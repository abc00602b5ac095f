"""A model that is called: on time, as often as it helps, and no longer than somebody listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Sequence
from contextlib import aclosing
from functools import cache
from typing import Any

import openai
from llama_index.core.llms import LLM, ChatMessage, ChatResponse
from llama_index.llms.openai import OpenAI
from openai.types.chat import ChatCompletionChunk

from assistant import background
from assistant.errors import ModelError, RetryableModelError
from assistant.failures import model_errors
from assistant.patience import Patience, Slots
from assistant.settings import Settings

Usage = dict[str, int]
"""Counts of tokens by name, as the server says them: prompt_tokens, completion_tokens."""

Complete = Callable[[Sequence[ChatMessage], Usage], str]
"""Sends a prompt, waits for the whole reply and adds what it took; raises ModelError."""

# Parameters that some servers or models don't take; whoever refuses one is asked without it.
_DISPENSABLE = ("stream_options", "temperature")
_CLOSE_S = 5.0


class Caller:
    """Calls one model. Threads may share it; what it does, it does in the background loop.

    One deadline holds for a whole call, from waiting for a free slot to the last token. What can
    pass is tried again, until the first words are there. Raises ModelError, and GoneError once
    nobody wants the words (`stopping.stop_when`).

    `slots` are for replies that stream, `asides` for those that are wanted whole: a repair is asked
    for while the answer still streams, and would wait for the place that this holds.
    """

    def __init__(
        self,
        llm: LLM,
        patience: Patience | None = None,
        slots: Slots | None = None,
        asides: Slots | None = None,
    ) -> None:
        self._llm = llm
        self._patience = patience or Patience()
        self._slots = slots or Slots(1)
        self._asides = asides or Slots(1)
        self._left_out: set[str] = set()

    @property
    def model(self) -> str:
        return str(self._llm.metadata.model_name)

    def stream(self, messages: Sequence[ChatMessage]) -> Generator[ChatResponse]:
        """The reply as it arrives; it came to its end if no error is raised.

        Closing the generator breaks the connection off, so that the model stops.
        """
        return background.iterate(lambda: self._reply(messages, self._slots))

    def astream(self, messages: Sequence[ChatMessage]) -> AsyncGenerator[ChatResponse]:
        """`stream` for those who have an event loop."""
        return background.aiterate(lambda: self._reply(messages, self._slots))

    def complete(self, messages: Sequence[ChatMessage], usage: Usage | None = None) -> str:
        """The whole reply; what it took is added to `usage`."""
        text = []
        last: Usage = {}
        for chunk in background.iterate(lambda: self._reply(messages, self._asides)):
            text.append(chunk.delta or "")
            last.update(count_usage(chunk))
        add_usage(usage if usage is not None else {}, last)
        return "".join(text)

    def close(self) -> None:
        """Let go of the connections."""
        if model := find_openai(self._llm):
            background.run(model._get_aclient().close(), _CLOSE_S)
            model._get_client().close()

    async def _reply(
        self, messages: Sequence[ChatMessage], slots: Slots
    ) -> AsyncGenerator[ChatResponse]:
        end = self._patience.end()
        tries = 0
        async with slots.take(self.model, end):
            while True:
                tries += 1
                ending = _Ending(self.model)
                try:
                    async with aclosing(self._try(messages, end)) as chunks:
                        async for chunk in chunks:
                            ending.note(chunk)
                            yield chunk
                    ending.check()
                except RetryableModelError as error:
                    if ending.begun:
                        raise
                    await self._patience.pause(error, tries, end)
                else:
                    return

    async def _try(
        self, messages: Sequence[ChatMessage], end: float
    ) -> AsyncGenerator[ChatResponse]:
        with model_errors(self.model):
            while True:
                try:
                    async with aclosing(await self._open(messages, end)) as stream:
                        while chunk := await _next(stream, end):
                            yield chunk
                    return
                except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                    self._leave_out(error)

    async def _open(self, messages: Sequence[ChatMessage], end: float) -> Any:
        """The stream; with OpenAI's classes, the request goes out when its first item is wanted."""
        options: dict[str, Any] = {}
        if find_openai(self._llm):
            # Streams don't count their tokens unless they are asked to.
            options = {"stream_options": {"include_usage": True}}
            options |= dict.fromkeys(self._left_out, openai.omit)
        async with asyncio.timeout_at(end):
            return await self._llm.astream_chat(messages, **options)

    def _leave_out(self, error: openai.APIStatusError) -> None:
        """Note which parameter the server refuses; raises `error` if it isn't about one."""
        refused = {name for name in _DISPENSABLE if name in error.message} - self._left_out
        if not refused:
            raise error
        self._left_out |= refused


class _Ending:
    """How a reply ends: nothing but its last chunks show whether it is whole."""

    def __init__(self, model: str) -> None:
        self.begun = False
        self._model = model
        self._reason: str | None = None

    def note(self, chunk: ChatResponse) -> None:
        self.begun = self.begun or bool((chunk.delta or "").strip())
        self._reason = find_finish_reason(chunk.raw) or self._reason

    def check(self) -> None:
        """Raises ModelError if the reply is empty, was held back, or didn't come to its end."""
        if self._reason == "content_filter":
            raise ModelError("filtered", model=self._model)
        if not self.begun:
            # Also what a body that is no stream of events looks like.
            raise RetryableModelError("bad_reply", model=self._model)
        if self._reason == "length":
            raise ModelError("cut_off", model=self._model)
        if self._reason is None:
            raise RetryableModelError("cut_off", model=self._model)


def build_caller(settings: Settings, llm: LLM) -> Caller:
    """The caller of the model that the settings name; all of a process share its slots."""
    if model := find_openai(llm):
        _ = model._get_aclient().chat.completions  # loads what would else hold up the first call
    patience = Patience(settings.timeout)
    places = (_slots_of(settings.llm, settings.llm_slots, kind) for kind in ("slots", "asides"))
    return Caller(llm, patience, *places)


def find_openai(llm: LLM) -> OpenAI | None:
    """The model if it speaks OpenAI's protocol, or the one that it stands before as its
    `wrapped`."""
    model = getattr(llm, "wrapped", llm)
    return model if isinstance(model, OpenAI) else None


def find_finish_reason(raw: object) -> str | None:
    """Why the model stopped, None as long as it goes on; "stop" where nobody can say.

    LlamaIndex hands on the server's own chunk; an end without a reason is a stream cut short, and
    nothing else shows it. Models that don't speak OpenAI's protocol have no such chunk.
    """
    if not isinstance(raw, ChatCompletionChunk):
        return "stop"
    return next((choice.finish_reason for choice in raw.choices if choice.finish_reason), None)


def count_usage(chunk: ChatResponse) -> Usage:
    """The counts of tokens that a chunk brings: of the whole call, mostly in the last one."""
    return {k: v for k, v in chunk.additional_kwargs.items() if k.endswith("_tokens") and v}


def add_usage(sum_so_far: Usage, counts: Usage) -> None:
    for name, count in counts.items():
        sum_so_far[name] = sum_so_far.get(name, 0) + count


@cache
def _slots_of(llm: str, many: int, kind: str) -> Slots:
    return Slots(many)


async def _next(stream: AsyncIterator[ChatResponse], end: float) -> ChatResponse | None:
    async with asyncio.timeout_at(end):
        return await anext(stream, None)
