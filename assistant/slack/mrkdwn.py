"""Text that Slack takes for text, and the little formatting that stands around it.

Slack's mrkdwn has escapes for three signs alone (docs.slack.dev, "Formatting message text"). What
else could format gets a sign that looks the same; there is no other way to be sure, since invisible
characters beside it count as the edge of a word, at which formatting begins.
"""

from __future__ import annotations

import re
import unicodedata

from assistant.state import make_whole

WORD_JOINER = "\u2060"
"""Takes no room, shows nothing, and breaks what has to stand together."""

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_DOUBLES = {"*": "∗", "_": "＿", "~": "∼", "`": "ˋ"}
# Between letters of the basic alphabet (snake_case, 5*3) and among blanks (a * b) nothing begins or
# ends; a backtick is never only a sign.
_FORMATTING = re.compile(r"`|(?!(?<=[A-Za-z0-9]).[A-Za-z0-9])(?!(?<=\s).\s)[*_~]")
# A name between colons, custom names in any script included: ":x:" is a picture.
_EMOJI = re.compile(r":(?=[^\s:]{1,100}:)")
_QUOTED_LINE = re.compile(r"^([^\S\n]*)(?=>)", re.MULTILINE)
_BREAKS = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
# What turns the direction of text around makes a reader see what isn't there.
_TURNS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_USER = re.compile(r"[UW][A-Z0-9]{1,30}")


def escape(text: str) -> str:
    """Any text as mrkdwn that shows it and does nothing: no mention, link, format or picture.

    Addresses and names of channels are left to the `verbatim` of the text object around it.
    """
    quiet = _FORMATTING.sub(lambda sign: _DOUBLES[sign.group()], clean(text))
    quiet = _EMOJI.sub(f":{WORD_JOINER}", quiet)
    return _QUOTED_LINE.sub(rf"\1{WORD_JOINER}", quiet).translate(_ESCAPES)


def clean(text: str) -> str:
    """Without halves of characters, control characters and turns of direction; all line breaks are
    the same."""
    whole = _BREAKS.sub("\n", make_whole(text))
    return "".join(
        sign
        for sign in whole
        if sign in "\n\t" or (sign not in _TURNS and unicodedata.category(sign) != "Cc")
    )


def fold(text: str) -> str:
    """In one line."""
    return " ".join(clean(text).split())


def bold(text: str) -> str:
    """Escaped text in bold, where Slack can do that: from a letter or digit to another. It has to
    stand in a line of its own, or among blanks."""
    able = text and "\n" not in text and text[0].isalnum() and text[-1].isalnum()
    return f"*{text}*" if able else text


def mention(user: str) -> str:
    """Somebody by their id in Slack; anything that isn't one comes out as text."""
    return f"<@{user}>" if _USER.fullmatch(user) else escape(fold(user))
