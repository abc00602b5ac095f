"""Texts of documents and people inside a prompt: data that can't pass for the prompt itself."""

from __future__ import annotations

import re

from assistant.text.citations import disarm_markers

# What could close a passage's tag, or open a turn in a local server's chat template.
_TAG = re.compile(r"[<＜](?=\s*[/／]?\s*passage|\|)", re.IGNORECASE)


def fence(text: str) -> str:
    """`text` unable to close its tag, to open a turn of its own, or to pass for a citation."""
    return disarm_markers(close_tags(text))


def close_tags(text: str) -> str:
    """`text` unable to close its tag or to open a turn of its own; its citations stay."""
    return _TAG.sub("‹", text)
