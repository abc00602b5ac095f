"""An answer in OpenAI's form: a completion, or the chunks of one."""

from __future__ import annotations

import json
import time
from uuid import uuid4

from assistant.wire import Json

DONE = "data: [DONE]\n\n"


class Completion:
    """One reply to one request; `model` is what the request called it. With `usage`, a last chunk
    says what the model took, and all others that they don't."""

    def __init__(self, model: str, *, usage: bool = False) -> None:
        self._usage = usage
        self._head = {
            "id": f"chatcmpl-{uuid4().hex}",
            "created": int(time.time()),
            "model": model,
        }

    def build(self, answer: Json, content: str) -> Json:
        """The whole, at once."""
        message = {
            "role": "assistant",
            "content": content,
            "refusal": None,
            "citations": answer["citations"],
        }
        choice = {"index": 0, "message": message, "logprobs": None}
        return {
            **self._head,
            "object": "chat.completion",
            "choices": [{**choice, "finish_reason": find_end(answer)}],
            "usage": count_usage(answer),
            "system_fingerprint": answer["fingerprint"],
            "duocite": answer,
        }

    def begin(self) -> str:
        return self._write({"role": "assistant", "content": "", "refusal": None})

    def go_on(self, content: str) -> str:
        return self._write({"content": content})

    def end(self, answer: Json) -> str:
        """All that comes after the last word."""
        last = self._write(
            {"citations": answer["citations"]},
            find_end(answer),
            system_fingerprint=answer["fingerprint"],
            duocite=answer,
        )
        used = self._chunk([], usage=count_usage(answer)) if self._usage else ""
        return f"{last}{used}{DONE}"

    def _write(self, delta: Json, end: str | None = None, **more: object) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": end}
        return self._chunk([choice], **({"usage": None} if self._usage else {}), **more)

    def _chunk(self, choices: list[Json], **more: object) -> str:
        whole = {**self._head, "object": "chat.completion.chunk", "choices": choices, **more}
        return write_data(whole)


def write_data(data: Json) -> str:
    # As ASCII: no reader takes a line break of Unicode for the end of the line.
    return f"data: {json.dumps(data)}\n\n"


def find_end(answer: Json) -> str:
    """`length` where the model broke off."""
    return "length" if answer["incomplete"] else "stop"


def count_usage(answer: Json) -> Json:
    """Tokens that the model took; none where nobody was asked but the documents."""
    sent = int(answer["usage"].get("prompt_tokens", 0))
    written = int(answer["usage"].get("completion_tokens", 0))
    return {
        "prompt_tokens": sent,
        "completion_tokens": written,
        "total_tokens": sent + written,
    }
