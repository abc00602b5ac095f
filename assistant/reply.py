"""A model's reply as it arrives: whole sentences, without what it thinks aloud."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from llama_index.core.llms import ChatResponse

from assistant.calling import count_usage
from assistant.errors import RetryableModelError
from assistant.layout import Layout
from assistant.text.citations import drop_unfinished
from assistant.text.stream import SentenceBuffer, ThoughtFilter

REFUSAL = "NOT_STATED"
"""What the prompts tell a model to write when the passages don't answer."""

# Models escape the underline as Markdown wants it, or leave it out.
_REFUSAL = re.compile(r"NOT(?:\\?_|\s)STATED")


class Reply:
    """A model's reply as it arrives: sentences out, the sentinel kept back.

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
        """The last sentences; ModelError if nothing was said but thoughts."""
        begun = self._thoughts.flush()
        self._said_nothing = self._said_nothing and not begun.strip()
        if self._said_nothing and not self.refused:
            raise RetryableModelError("bad_reply", model=self.model)
        last = [*self._buffer.push(begun), *self._buffer.flush()]
        sentences = self._pass(map(drop_unfinished, last))
        self.metadata["refused"] = self.refused
        return sentences

    def _note(self, chunk: ChatResponse, said: str) -> None:
        self._said_nothing = self._said_nothing and not said.strip()
        self.metadata["usage"].update(count_usage(chunk))

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


def is_refusal(text: str) -> bool:
    """Whether a model says that the passages don't answer."""
    return _REFUSAL.search(text) is not None
