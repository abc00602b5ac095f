"""A model's reply as it arrives: whole sentences, and whether it came to its end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from llama_index.core.llms import ChatResponse
from openai.types.chat import ChatCompletionChunk

from assistant.errors import ModelError, RetryableModelError
from assistant.layout import Layout
from assistant.text.citations import drop_unfinished
from assistant.text.stream import SentenceBuffer, ThoughtFilter

REFUSAL = "NOT_STATED"
"""What the prompts tell a model to write when the passages don't answer."""

# Models escape the underline as Markdown wants it, or leave it out.
_REFUSAL = re.compile(r"NOT(?:\\?_|\s)STATED")


class Reply:
    """A model's reply as it arrives: sentences out, the sentinel kept back, its end checked.

    `metadata` is filled while it arrives: model, refused, usage (token counts, where the server
    says them), shown (the numbers of the passages that the model saw). A refusal has no sentences.
    What the model thinks aloud is left out, rows of its tables come as items of a list.
    """

    def __init__(self, model: str, shown: Sequence[int] = ()) -> None:
        self.model = model
        self.metadata: dict[str, Any] = {"model": model, "refused": False, "usage": {}}
        self.metadata["shown"] = tuple(sorted(shown))
        self._thoughts = ThoughtFilter()
        self._buffer = SentenceBuffer()
        self._layout = Layout()
        self._finish_reason: str | None = None
        self._said_nothing = True
        self._shown = False
        self._dropped = False

    @property
    def refused(self) -> bool:
        """Whether the reply began with the sentinel: what follows it answers nothing."""
        return self._dropped and not self._shown

    def push(self, chunk: ChatResponse) -> list[str]:
        """The sentences that `chunk` completes."""
        said = self._thoughts.push(chunk.delta or "")
        self._note(chunk, said)
        return self._pass(self._buffer.push(said))

    def finish(self) -> list[str]:
        """The last sentences; ModelError if the reply is empty or didn't come to its end."""
        begun = self._thoughts.flush()
        self._said_nothing = self._said_nothing and not begun.strip()
        if not self.refused:
            self._check_end()
        last = [*self._buffer.push(begun), *self._buffer.flush()]
        sentences = self._pass(map(drop_unfinished, last))
        self.metadata["refused"] = self.refused
        return sentences

    def _note(self, chunk: ChatResponse, said: str) -> None:
        self._said_nothing = self._said_nothing and not said.strip()
        self._finish_reason = _finish_reason(chunk.raw) or self._finish_reason
        counts = {k: v for k, v in chunk.additional_kwargs.items() if k.endswith("_tokens") and v}
        self.metadata["usage"].update(counts)

    def _pass(self, sentences: Iterable[str]) -> list[str]:
        kept: list[str] = []
        for sentence in sentences:
            if self.refused:
                break
            if is_refusal(sentence):
                self._dropped = True
            else:
                self._shown = True
                kept += self._layout.take(sentence)
        return kept

    def _check_end(self) -> None:
        if self._finish_reason == "content_filter":
            raise ModelError("filtered", model=self.model)
        if self._said_nothing:
            # Also what a body that is no stream of events looks like.
            raise RetryableModelError("bad_reply", model=self.model)
        if self._finish_reason == "length":
            raise ModelError("cut_off", model=self.model)
        if self._finish_reason is None:
            raise RetryableModelError("cut_off", model=self.model)


def is_refusal(text: str) -> bool:
    """Whether a model says that the passages don't answer."""
    return _REFUSAL.search(text) is not None


def _finish_reason(raw: object) -> str | None:
    """Why the model stopped, None as long as it goes on; "stop" where nobody can say.

    LlamaIndex hands on the server's own chunk; an end without a reason is a stream cut short, and
    nothing else shows it. Models that don't speak OpenAI's protocol have no such chunk.
    """
    if not isinstance(raw, ChatCompletionChunk):
        return "stop"
    return next((choice.finish_reason for choice in raw.choices if choice.finish_reason), None)
