"""How much of a known quotation a passage holds."""

from __future__ import annotations

FOUND = 0.8
"""A quotation counts as found where this share of its characters lies in one passage."""

_RUN = 8
"""Characters that must agree in a row to count: letters and common words agree by chance."""


def quotation_share(quotation: str, passage: str) -> float:
    """The share (0 to 1) of a quotation's characters that lie in a passage.

    White space is left out on both sides, for lines are broken at other places in a chunk than in
    a quotation. A character lies in the passage where it stands in a run of 8 or more characters
    (or in the whole quotation, if that is shorter) that the passage holds.
    """
    wanted, held = squeeze(quotation), squeeze(passage)
    if not wanted:
        return 0.0
    if wanted in held:
        return 1.0
    covered: set[int] = set()
    for start in range(len(wanted) - _RUN + 1):
        if wanted[start : start + _RUN] in held:
            covered.update(range(start, start + _RUN))
    return len(covered) / len(wanted)


def holds_quotation(quotation: str, passage: str) -> bool:
    return quotation_share(quotation, passage) >= FOUND


def squeeze(text: str) -> str:
    """A text without its white space."""
    return "".join(text.split())
