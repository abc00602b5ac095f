"""A model's replies in a file, so that the same questions can be asked again without the model.

A line a reply, found by a hash of what decides about it: the model, its parameters, the messages
and which repetition it is. Neither messages nor what was sent beside them is kept: no key, no
header, no address.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import AsyncGenerator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from llama_index.core.llms import (
    LLM,
    ChatMessage,
    ChatResponse,
    ChatResponseAsyncGen,
    CompletionResponse,
    CompletionResponseGen,
    CustomLLM,
    LLMMetadata,
    MessageRole,
)
from openai.types.chat import ChatCompletionChunk
from openai.types.chat.chat_completion_chunk import Choice, ChoiceDelta
from pydantic import PrivateAttr, TypeAdapter, ValidationError

from assistant.calling import Usage, count_usage, find_finish_reason
from assistant.errors import SuiteError
from assistant.models import build_llm
from assistant.settings import Settings
from evals.attempts import find_attempt
from evals.cases import first_fault, read_rows

PIECE = 24  # characters of a reply that is told again
_PARAMETERS = ("temperature", "max_tokens", "additional_kwargs", "reasoning_effort")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One reply. `finish_reason` is None where nobody heard it to its end: whoever asked had heard
    enough, as of a refusal, or the time was up."""

    key: str
    model: str
    repetition: int
    text: str
    finish_reason: str | None
    usage: Usage


_RECORDED = TypeAdapter(Recorded)


class Tape:
    """The replies of a file. Threads may share it; what is added is in the file at once, so that a
    run which was cut off goes on where it was."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._replies = {reply.key: reply for reply in read_replies(path)} if path.exists() else {}

    def find(self, key: str) -> Recorded | None:
        return self._replies.get(key)

    def add(self, reply: Recorded) -> None:
        """Raises SuiteError "unwritable"."""
        line = json.dumps(asdict(reply), ensure_ascii=False)
        try:
            with self._lock, self.path.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")
                self._replies[reply.key] = reply
        except OSError as error:
            raise SuiteError("unwritable", path=self.path, reason=str(error)) from error


class RecordedLLM(CustomLLM):
    """Replies from a tape as if it were the model that it stands before.

    What isn't on the tape is asked of that model and put there, or where it `replays` is a
    SuiteError "no_reply": a run that asked on would need the key that it is to do without.
    """

    _wrapped: LLM = PrivateAttr()
    _tape: Tape = PrivateAttr()
    _replays: bool = PrivateAttr(False)

    def __init__(self, wrapped: LLM, tape: Tape, *, replays: bool = False) -> None:
        super().__init__()
        self._wrapped, self._tape, self._replays = wrapped, tape, replays

    @property
    def wrapped(self) -> LLM:
        """The model behind it, by whose protocol it is to be called."""
        return self._wrapped

    @property
    def metadata(self) -> LLMMetadata:
        return self._wrapped.metadata

    async def astream_chat(
        self, messages: Sequence[ChatMessage], **options: Any
    ) -> ChatResponseAsyncGen:
        key = self._key(messages)
        if reply := self._find(key):
            return _tell(reply)
        return self._listen(key, await self._wrapped.astream_chat(messages, **options))

    async def achat(self, messages: Sequence[ChatMessage], **options: Any) -> ChatResponse:
        key = self._key(messages)
        if reply := self._find(key):
            return _respond(reply)
        said = await self._wrapped.achat(messages, **options)
        self._keep(key, said.message.content or "", "stop", count_usage(said))
        return said

    def complete(self, prompt: str, formatted: bool = False, **_: object) -> CompletionResponse:
        raise NotImplementedError("models are called with messages: astream_chat")

    def stream_complete(
        self, prompt: str, formatted: bool = False, **_: object
    ) -> CompletionResponseGen:
        raise NotImplementedError("models are called with messages: astream_chat")

    async def _listen(self, key: str, chunks: ChatResponseAsyncGen) -> ChatResponseAsyncGen:
        """The chunks as they come; what was heard is kept, unless asking failed."""
        text, usage, reason = "", Usage(), None
        try:
            async for chunk in chunks:
                text += chunk.delta or ""
                usage |= count_usage(chunk)
                reason = find_finish_reason(chunk.raw) or reason
                yield chunk
        except (asyncio.CancelledError, GeneratorExit):
            if text:
                self._keep(key, text, reason, usage)
            raise
        self._keep(key, text, reason, usage)

    def _key(self, messages: Sequence[ChatMessage]) -> str:
        known = {name: getattr(self._wrapped, name, None) for name in _PARAMETERS}
        said = [(message.role.value, message.content or "") for message in messages]
        return build_key(self.metadata.model_name, said, known, find_attempt())

    def _find(self, key: str) -> Recorded | None:
        reply = self._tape.find(key)
        if reply is None and self._replays:
            named = {"model": self.metadata.model_name, "repetition": find_attempt()}
            raise SuiteError("no_reply", path=self._tape.path, **named)
        return reply

    def _keep(self, key: str, text: str, reason: str | None, usage: Usage) -> None:
        model = self.metadata.model_name
        self._tape.add(Recorded(key, model, find_attempt(), text, reason, usage))


def open_recorded(wrapped: LLM, record: Path | None, replay: Path | None) -> LLM:
    """The model with a tape before it, or the model itself where neither is wanted.

    Raises SuiteError "missing" for a file to replay that isn't there, and "bad_record".
    """
    if replay is not None:
        if not replay.is_file():
            raise SuiteError("missing", path=replay, reason="no such file")
        return RecordedLLM(wrapped, Tape(replay), replays=True)
    return RecordedLLM(wrapped, Tape(record)) if record is not None else wrapped


def open_tape(settings: Settings, record: Path | None, replay: Path | None) -> LLM | None:
    """The model of the settings with a tape before it; None where no tape is wanted.

    Raises SuiteError "no_tape" where the settings name no model, and as `open_recorded`.
    """
    if record is None and replay is None:
        return None
    model = build_llm(settings)
    if model is None:
        raise SuiteError("no_tape")
    return open_recorded(model, record, replay)


def read_replies(path: Path) -> list[Recorded]:
    """The replies of a file, in its order; SuiteError "bad_record" with the line of a bad one."""
    found: list[Recorded] = []
    for number, row in read_rows(path):
        try:
            found.append(_RECORDED.validate_python(row))
        except ValidationError as error:
            fault = first_fault(error)
            raise SuiteError("bad_record", path=path, line=number, reason=fault) from error
    return found


def build_key(
    model: str,
    messages: Sequence[tuple[str, str]],
    parameters: dict[str, Any],
    repetition: int,
) -> str:
    """SHA-256 of all that a reply depends on."""
    said = json.dumps([model, messages, parameters, repetition], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()


async def _tell(reply: Recorded) -> AsyncGenerator[ChatResponse]:
    """A reply in pieces; the last chunk says how it ended and what it took."""
    for start in range(0, len(reply.text), PIECE):
        yield _build_chunk(reply, reply.text[start : start + PIECE], reply.text[: start + PIECE])
    yield _build_chunk(reply, "", reply.text, ends=True)


def _build_chunk(reply: Recorded, delta: str, so_far: str, *, ends: bool = False) -> ChatResponse:
    reason: Any = reply.finish_reason if ends else None
    choice = Choice(delta=ChoiceDelta(content=delta), finish_reason=reason, index=0)
    raw = ChatCompletionChunk(
        id="", choices=[choice], created=0, model=reply.model, object="chat.completion.chunk"
    )
    usage = reply.usage if ends else {}
    message = ChatMessage(so_far, role=MessageRole.ASSISTANT)
    return ChatResponse(message=message, delta=delta, raw=raw, additional_kwargs=dict(usage))


def _respond(reply: Recorded) -> ChatResponse:
    message = ChatMessage(reply.text, role=MessageRole.ASSISTANT)
    return ChatResponse(message=message, additional_kwargs=dict(reply.usage))
