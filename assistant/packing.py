"""Which passages a model is shown, and in which order, so that they fit into its window.

Models read best what stands first and last (Liu et al. 2023, "Lost in the Middle"), so the best
passage comes first, the second best last, and so on inward. A passage is shown whole or not at all;
its number is its place among the nodes, shown or not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from llama_index.core.schema import MetadataMode, NodeWithScore

from assistant.fencing import fence

Count = Callable[[str], int]
"""The tokens of a text."""

ANSWER_TOKENS = 1024
"""Room left for the answer, in a window that has it to spare."""
ANSWER_SHARE = 0.25
"""Of a window that has not."""
FRAME_TOKENS = 40
"""What tags and number of a passage take beside its source and text."""
LEAST_TOKENS = 64
"""A piece of a passage that is smaller tells nothing."""

_ATTRIBUTION = ("organisation", "author", "year", "title", "section")


@dataclass(frozen=True, slots=True)
class NumberedPassage:
    """A passage as the prompt shows it; `source` is one line: who, when, under what title. Of one
    that is `cut` the rest is not shown."""

    number: int
    source: str
    text: str
    cut: bool = False


def find_room(window: int, prompt: int) -> int:
    """Tokens for passages in a window, once the prompt without any and the answer have theirs; 0 or
    less where even these don't fit."""
    return window - prompt - min(ANSWER_TOKENS, int(window * ANSWER_SHARE))


def pack_passages(nodes: Sequence[NodeWithScore], room: int, count: Count) -> list[NumberedPassage]:
    """The passages that fit into `room` tokens, in the order in which to show them.

    The best are taken first; one that doesn't fit leaves its room to lesser ones. Where the best
    one alone is larger than all the room, its beginning is shown up to a sentence's end; it is
    cited and checked like any other, against its whole text. Nothing if even that doesn't fit.
    """
    numbered = [number_passage(n, node) for n, node in enumerate(nodes, 1)]
    sizes = [_measure(passage, count) for passage in numbered]
    kept, left = [], room
    for passage, size in zip(numbered, sizes, strict=True):
        if size <= left:
            kept.append(passage)
            left -= size
    if kept or not nodes:
        return fold_inward(kept)
    cut = cut_passage(numbered[0], nodes[0], room, count)
    return [cut] if cut else []


def fold_inward(ranked: Sequence[NumberedPassage]) -> list[NumberedPassage]:
    """Best first, second best last, third best second, and so on."""
    return [*ranked[::2], *reversed(ranked[1::2])]


def cut_passage(
    passage: NumberedPassage, hit: NodeWithScore, room: int, count: Count
) -> NumberedPassage | None:
    """As many of its first sentences as fit."""
    text = hit.node.get_content(metadata_mode=MetadataMode.NONE)
    spans = json.loads(hit.node.metadata.get("sentences", "[]"))
    for _, end, *_ in reversed(spans):
        shorter = replace(passage, text=fence(text[:end]), cut=True)
        if end < len(text) and _measure(shorter, count) <= room and room >= LEAST_TOKENS:
            return shorter
    return None


def number_passage(number: int, hit: NodeWithScore) -> NumberedPassage:
    """The passage as the prompt shows it, made from the metadata that chunks carry."""
    known = (hit.metadata.get(key) for key in _ATTRIBUTION)
    source = " · ".join(" ".join(str(value).split()) for value in known if value)
    text = hit.node.get_content(metadata_mode=MetadataMode.NONE)
    return NumberedPassage(number, fence(source), fence(text))


def _measure(passage: NumberedPassage, count: Count) -> int:
    return FRAME_TOKENS + count(passage.source) + count(passage.text)
