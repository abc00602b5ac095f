"""What the words before and after a figure make of it: nearly, more than, 以上."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from assistant.figures.types import Bound

REACH: Final = 34
"""How many characters before a figure its bound may start."""
_REACH_AFTER: Final = 16

# "a total of", "some", 了 may stand between the bound and the figure
_FILLER: Final = (
    r"(?:\s{0,3}(?:an?\s)?(?:total|sum|amount|level)\sof|\s{0,3}(?:some|an?|了|至|到|为|人民币))?"
    r"\s{0,3}[(\"“]?\s{0,2}"
)


@cache
def _table() -> dict[str, Any]:
    data = files("assistant.figures").joinpath("bounds.toml").read_text(encoding="utf-8")
    return tomllib.loads(data)


def _named(section: str) -> str:
    return "|".join(
        f"(?P<{bound}>{'|'.join(words['english'] + words['chinese'])})"
        for bound, words in _table()[section].items()
    )


_BEFORE = re.compile(rf"(?<![A-Za-z])(?:{_named('before')})(?![A-Za-z]){_FILLER}\Z", re.IGNORECASE)
_AFTER = re.compile(_named("after"), re.IGNORECASE)


def find_bound(view: str, start: int, end: int) -> Bound:
    """What the words before `start` or after `end` of a folded text make of a figure."""
    match = _AFTER.match(view, end, end + _REACH_AFTER)
    match = match or _BEFORE.search(view, max(0, start - REACH), start)
    if not match:
        return "exact"
    bound: Bound = match.lastgroup  # type: ignore[assignment]
    return bound
