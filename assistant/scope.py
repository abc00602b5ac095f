"""What goes with a question: where it may look, what was said before, the language of its answer.

Apart from the answer's own types, which bring LlamaIndex along: who only sends a question starts
in a fraction of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One past exchange of a conversation."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Filters:
    """Where a question may look; an empty tuple means everywhere."""

    documents: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
