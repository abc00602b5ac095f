"""Which of our languages somebody reads, by what their browser or program accepts."""

from __future__ import annotations

import re
from typing import Literal, get_args

Spoken = Literal["en", "zh"]

_RANGE = re.compile(r"\s*([a-zA-Z*]+)(?:-[\w-]+)?\s*(?:;\s*q=([\d.]+))?\s*")


def choose_language(wanted: str | None, accepted: str | None) -> Spoken:
    """`wanted` (from ?lang=) if it is one of ours, else the best of the browser's languages."""
    ours: tuple[Spoken, ...] = get_args(Spoken)
    asked = [(wanted or "").lower().split("-")[0], *_rank(accepted or "")]
    return next((language for tag in asked for language in ours if language == tag), "en")


def _rank(accepted: str) -> list[str]:
    """The primary tags of an Accept-Language header (RFC 9110, 12.5.4), best first."""
    matches = [match for part in accepted.split(",") if (match := _RANGE.fullmatch(part))]
    weighted = [(_weight(match[2]), match[1].lower()) for match in matches]
    return [tag for weight, tag in sorted(weighted, key=lambda w: -w[0]) if weight > 0]


def _weight(text: str | None) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
