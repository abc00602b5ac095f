"""From a place in a chunk's clean text to the place in the document's own text."""

from __future__ import annotations

import bisect
import json
from collections.abc import Mapping
from typing import Any


def find_original(metadata: Mapping[str, Any], start: int, end: int) -> tuple[int, int]:
    """Offsets in the document's own text of the characters [start, end) of a chunk's clean text."""
    runs: list[list[int]] = json.loads(metadata["offsets"])
    base = int(metadata["start"])
    return base + _place(runs, start), base + _place(runs, end - 1) + 1


def _place(runs: list[list[int]], clean: int) -> int:
    first, original = runs[bisect.bisect_right(runs, clean, key=lambda run: run[0]) - 1]
    return original + clean - first
