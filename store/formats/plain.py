"""Text and Markdown: stored as they are decoded, cited by their lines."""

from __future__ import annotations

import re
from typing import Any

import yaml

from store.formats.encoding import decode
from store.formats.extract import Extract, Note, Source

_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.*?\r?\n)---[ \t]*(?:\r?\n|$)", re.DOTALL)


def read_plain(source: Source) -> Extract:
    """Every character as it stands; front matter is kept, and not searched. Raises IngestError
    "encoding"."""
    text, notes = decode_source(source)
    end = find_front_matter(text)[1]
    return Extract(text, hidden=((0, end),) if end else (), notes=notes)


def decode_source(source: Source, declared: str | None = None) -> tuple[str, tuple[Note, ...]]:
    found = decode(source.data, declared)
    if found is None:
        raise source.refuse("encoding")
    return found.text, (Note("slips", str(found.slips)),) if found.slips else ()


def find_front_matter(text: str) -> tuple[dict[str, str], int]:
    """The values of YAML between two lines of "---" at the top, and where it ends; else ({}, 0)."""
    match = _FRONT_MATTER.match(text)
    try:
        content: Any = yaml.safe_load(match.group(1)) if match else None
    except (yaml.YAMLError, RecursionError, ValueError):
        return {}, 0  # three dashes may also just be a rule above a text
    if not match or not isinstance(content, dict):
        return {}, 0
    known = {str(key): str(value) for key, value in content.items() if _is_scalar(value)}
    return known, match.end()


def _is_scalar(value: object) -> bool:
    return value is not None and not isinstance(value, list | dict)
