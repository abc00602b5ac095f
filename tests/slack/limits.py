"""What Slack takes, told by slack_sdk's own models and by what its documentation adds to them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from slack_sdk.models.blocks import Block

from assistant.slack.elements import Message

Json = dict[str, Any]

_ESCAPES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_DOUBLES = str.maketrans({"∗": "*", "＿": "_", "∼": "~", "ˋ": "`", "\u2060": ""})
_MENTION = re.compile(r"<@[UW][A-Z0-9]+>")


def count(text: str) -> int:
    """As JavaScript counts."""
    return len(text.encode("utf-16-le")) // 2


def check_all(messages: Sequence[Message]) -> None:
    assert messages
    for message in messages:
        check(message)


def check(message: Message) -> None:
    """Raises where Slack would refuse the message, or read something into its text."""
    assert 0 < count(message.text) <= 4000
    check_text(message.text)
    assert 0 < len(message.blocks) <= 50
    assert count(json.dumps(message.blocks, ensure_ascii=False)) <= 13_000
    for block in message.blocks:
        check_block(block)
    ids = [element["action_id"] for element in find_elements(message)]
    assert len(ids) == len(set(ids))
    json.dumps(message.to_json(), ensure_ascii=False).encode()


def check_block(block: Json) -> None:
    parsed = Block.parse(dict(block))
    assert parsed is not None
    parsed.validate_json()
    assert len(block.get("block_id", "")) <= 255
    for text in find_texts([block]):
        assert 0 < count(text) <= 3000
        assert text.strip()
        check_text(text)
    for part in find_parts(block):
        if part.get("type") == "mrkdwn":
            assert part["verbatim"] is True
        if part.get("type") == "button":
            assert count(part["text"]["text"]) <= 75
            assert count(part.get("accessibility_label", "")) <= 75
            assert count(part["value"]) <= 2000
        if part.get("type") == "static_select":
            assert all(0 < len(one["value"]) <= 150 for one in part["options"])
            assert all(0 < count(one["text"]["text"]) <= 75 for one in part["options"])


def check_text(text: str) -> None:
    """No escape is cut, and no bracket is left that a mention or a link could be made of."""
    assert not re.search(r"&(?!(?:amp|lt|gt);)", text)
    assert not re.search(r"[<>]", _MENTION.sub("", text))
    assert not re.search(r"[\ud800-\udfff\x00-\x08]", text)


def find_parts(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from find_parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from find_parts(inner)


def find_elements(message: Message) -> list[Json]:
    actions = [block for block in message.blocks if block["type"] == "actions"]
    return [element for block in actions for element in block["elements"]]


def find_texts(blocks: Sequence[Json], *types: str) -> list[str]:
    wanted = types or ("section", "context")
    parts = (part for block in blocks if block["type"] in wanted for part in find_parts(block))
    return [part["text"] for part in parts if part.get("type") == "mrkdwn"]


def read(text: str) -> str:
    """What a reader sees of escaped text."""
    signs = re.sub("|".join(_ESCAPES), lambda found: _ESCAPES[found.group()], text)
    return signs.translate(_DOUBLES)


def fold(text: str) -> str:
    """What a reader sees, white space and control characters aside."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]", "", read(text))


def find_formatted(text: str) -> list[str]:
    """What Slack would format: between two signs, the first of which follows no letter or digit,
    and the second of which precedes none; and lines that it would set as quotations."""
    spans = [
        found.group()
        for sign in "*_~`"
        for found in re.finditer(
            rf"(?<![A-Za-z0-9]){re.escape(sign)}(?=\S)[^\n]*?(?<=\S){re.escape(sign)}(?![A-Za-z0-9])",
            text,
        )
    ]
    quoted = re.findall(r"^[^\S\n]*(?:&gt;|>).*$", text, re.MULTILINE)
    return [*spans, *quoted, *re.findall(r":[^\s:\u2060]+:", text)]
