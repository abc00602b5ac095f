"""The mark by which a message of Slack tells which post it answers, and as which part of that.

It is the block_id of the message's first block: Slack hands it out again with the message, readers
don't see it, and reading it takes no other scope than following a thread does. Slack asks that a
changed message change its block_ids, hence the `state` at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from assistant.slack.blocks import Message

_LONGEST = 255  # of a block_id


def mark(message: Message, post: str, part: int, state: str) -> Message:
    """The same message, with the mark."""
    first, *rest = message.blocks
    marked = {**first, "block_id": f"{_begin(post, part)}{state}"[:_LONGEST]}
    return Message(message.text, [marked, *rest])


def find_marked(messages: Iterable[Mapping[str, Any]], post: str, part: int) -> str | None:
    """The `ts` of the message that bears the mark, whatever state it shows."""
    begin = _begin(post, part)
    for message in messages:
        blocks = message.get("blocks") or ()
        if any(str(block.get("block_id", "")).startswith(begin) for block in blocks):
            return str(message["ts"])
    return None


def _begin(post: str, part: int) -> str:
    return f"duocite:{post}:{part}:"
