"""What is too long for a part of a message, cut where a reader would pause.

Slack counts as JavaScript does: a character beyond the first 65,536 is two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import regex

from assistant.text.citations import split_pieces

ELLIPSIS = "…"
SHORTEST = 16
"""No limit may be lower: an escape and a whole character have to fit."""

_ESCAPE = re.compile(r"&(?:amp|lt|gt);")
_PAUSE = re.compile(r"(?<!&amp)(?<!&lt)(?<!&gt)[;,:](?=\s)|[，、；：]|\s")
# As people see characters: a letter with its accents, a family with all its members.
_GRAPHEME = regex.compile(r"\X")
# How far beyond the limit one has to look to see whether a sentence ends there.
_AHEAD = 40


def measure(text: str) -> int:
    """Its length as Slack counts it."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def split_text(text: str, limit: int) -> list[str]:
    """Escaped text in parts that are within `limit`, without the white space between them.

    Cut after sentences, in both languages; a sentence that is too long by itself, after a pause or
    a word; never within an escape or what is seen as one character.
    """
    parts = []
    rest = text.strip()
    while measure(rest) > limit:
        cut = _find_cut(rest, limit, 0)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [part for part in (*parts, rest) if part]


def shorten(text: str, limit: int) -> str:
    """The beginning of a text, with "…" where something is left out, within `limit`."""
    whole = text.strip()
    if measure(whole) <= limit:
        return whole
    cut = _find_cut(whole, limit - len(ELLIPSIS), limit // 2)
    return whole[:cut].rstrip().rstrip(",，、;；:：") + ELLIPSIS


def _find_cut(text: str, limit: int, least: int) -> int:
    """Where to cut a text that is longer than `limit`; not before `least`, if there is a choice."""
    room = _room(text, limit)
    for ends in (_ends_of_sentences(text, room), _pauses(text, room)):
        if best := max((end for end in ends if max(least, 1) <= end <= room), default=0):
            return best
    return _end_of_characters(text, room)


def _room(text: str, limit: int) -> int:
    """How many characters from the start are within a length."""
    used = 0
    for at, sign in enumerate(text):
        used += 2 if sign > "\uffff" else 1
        if used > limit:
            return at
    return len(text)


def _ends_of_sentences(text: str, room: int) -> Iterator[int]:
    seen = text[: room + _AHEAD]
    return (end for _, end in split_pieces(seen) if end < len(seen))


def _pauses(text: str, room: int) -> Iterator[int]:
    """Before a blank, which is in no part, or after another sign."""
    for pause in _PAUSE.finditer(text, 0, room + 1):
        yield pause.start() if pause.group().isspace() else pause.end()


def _end_of_characters(text: str, room: int) -> int:
    escapes = (found for found in _ESCAPE.finditer(text, 0, room + _AHEAD))
    cut = next((one.start() for one in escapes if one.start() < room < one.end()), room)
    seen = text[: room + _AHEAD]
    edges = [found.end() for found in _GRAPHEME.finditer(seen) if found.end() <= cut]
    return edges[-1] if edges else max(cut, 1)
