"""The parts of a message, each within Slack's limits, and messages packed of them.

The limits are those of slack_sdk's models and docs.slack.dev ("Blocks"); a message as a whole fails
somewhat above 13,000 characters, each block counting some 125 more than its text (bolt-js#2509).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.slack.split import SHORTEST, measure, shorten, split_text
from assistant.wire import Json

LONGEST_SECTION = 3000
LONGEST_FALLBACK = 4000
LONGEST_LABEL = 75
LONGEST_VALUE = 2000
LONGEST_OPTION = 150
MOST_BLOCKS = 50
LONGEST_MESSAGE = 12_500
"""Characters of a message's blocks as JSON, with a margin of what has been seen to fail."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted: `blocks` where they can be shown, `text` where they can't (notifications,
    screen readers). Both hold nothing but mrkdwn."""

    text: str
    blocks: list[Json]

    def to_json(self) -> Json:
        """The fields that Slack's methods and webhooks take. Addresses in it are not unfolded: they
        are of documents, and a preview would ask other hosts for them."""
        quiet = {"unfurl_links": False, "unfurl_media": False}
        return {"text": self.text, "blocks": self.blocks, **quiet}


def build_sections(text: str) -> list[Json]:
    """Escaped text as sections; none for an empty one."""
    parts = split_text(text, LONGEST_SECTION)
    return [{"type": "section", "text": _text(part)} for part in parts]


def build_context(text: str) -> list[Json]:
    """Escaped text in small type."""
    parts = split_text(text, LONGEST_SECTION)
    return [{"type": "context", "elements": [_text(part)]} for part in parts]


def build_button(action: str, label: str, value: str, hint: str = "") -> Json:
    button: Json = {
        "type": "button",
        "action_id": action,
        "text": _plain(label),
        "value": value[:LONGEST_VALUE],
    }
    return {**button, "accessibility_label": shorten(hint, LONGEST_LABEL)} if hint else button


def build_choice(action: str, label: str, options: Iterable[tuple[str, str]]) -> Json:
    """A menu of labels, each with its value."""
    return {
        "type": "static_select",
        "action_id": action,
        "placeholder": _plain(label),
        "options": [{"text": _plain(one), "value": value} for one, value in options],
    }


def build_actions(elements: Sequence[Json]) -> Json:
    return {"type": "actions", "elements": [*elements]}


def pack(blocks: Sequence[Json]) -> list[Message]:
    """As many messages as these need, in order, each with the beginning of what it says.

    What can be clicked goes with the block before it: a message has to say something.
    """
    groups: list[list[Json]] = [[]]
    for block in blocks:
        if groups[-1] and not fits([*groups[-1], block]):
            keeps = block["type"] == "actions" and len(groups[-1]) > 1
            groups.append([groups[-1].pop()] if keeps else [])
        groups[-1].append(block)
    return [Message(build_fallback(group), group) for group in groups if group]


def fits(blocks: Sequence[Json]) -> bool:
    return len(blocks) <= MOST_BLOCKS and _size(blocks) <= LONGEST_MESSAGE


def build_fallback(blocks: Iterable[Json]) -> str:
    """The beginning of what blocks say, as a notification shows it."""
    said = "\n".join(text for block in blocks for text in find_texts(block))
    first, *rest = split_text(said, LONGEST_FALLBACK - SHORTEST) or [""]
    return f"{first} …" if rest else first


def find_texts(block: Json) -> Iterator[str]:
    """The mrkdwn of a section or a context."""
    if block["type"] == "section":
        yield block["text"]["text"]
    elif block["type"] == "context":
        yield from (element["text"] for element in block["elements"])


def _text(text: str) -> Json:
    """Verbatim: addresses and names of channels in it stay text."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": shorten(text, LONGEST_LABEL), "emoji": True}


def _size(blocks: Sequence[Json]) -> int:
    return measure(json.dumps(blocks, ensure_ascii=False))
