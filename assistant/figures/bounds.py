"""Words that make a figure approximate or one-sided, before and after it, in both languages."""

from __future__ import annotations

import re
from typing import Final

from assistant.figures.types import Bound

REACH = 34
"""How many characters before a figure its bound may start."""


def _named(patterns: dict[Bound, str]) -> str:
    return "|".join(f"(?P<{bound}>{pattern})" for bound, pattern in patterns.items())


_BEFORE: Final[dict[Bound, str]] = {
    "at_most": (
        r"no more than|not more than|not exceed(?:ing)?|not to exceed|at most|up to|maximum of|max\.?|a maximum"
        r"|not over|not greater than|no greater than|as much as|as many as|capped at|limit(?:ed)? to"
        r"|≤|<=|不超过|不高于|不多于|不大于|至多|最多|不得超过|不逾|上限为?|控制在"
    ),
    "at_least": (
        r"no less than|not less than|no fewer than|not fewer than|at least|a minimum of|minimum of|not below"
        r"|no lower than|not lower than|≥|>=|不少于|不低于|不小于|至少|最少|最低|不下于|起码"
    ),
    "less_than": (
        r"less than|fewer than|lower than|under|below|just short of|short of|smaller than|<|不到|不足|低于|少于|小于|未满|未达|不满|不及"
    ),
    "more_than": (
        r"more than|over|above|exceed(?:s|ed|ing)?|in excess of|upwards? of|greater than|higher than|larger than"
        r"|surpass(?:es|ed|ing)?|well beyond|beyond|top(?:ped|ping)|>"
        r"|超过|超出|超|突破|高于|多于|大于|逾|超越|不止"
    ),
    "nearly": r"nearly|almost|close to|approaching|just under|(?<![最附])近|将近|接近|逼近|几乎",
    "about": (
        r"about|around|approximately|approx\.?|roughly|some|circa|ca\.|c\.|in the region of|an estimated"
        r"|(?<![0-9%])(?<![0-9%]\s)[~≈]|约为|大约|大概|约|大致"
    ),
}
_AFTER: Final[dict[Bound, str]] = {
    "at_least": (
        r"\s?\+(?![0-9A-Za-z])|\s(?:or|and)\s(?:more|above|higher|over|greater)\b|-and-above\b"
        r"|[^\W\d_]{0,4}?(?:及以上|或以上|以上)"
    ),
    "at_most": r"\s(?:or|and)\s(?:less|fewer|below|under|lower)\b|(?:及以下|或以下|以下|以内|之内)",
    "about": r"\s(?:or\sso|or\sthereabouts)\b|(?:左右|上下|前后)",
}
_FILLER: Final = (
    r"(?:\s{0,3}(?:an?\s)?(?:total|sum|amount|level)\sof|\s{0,3}(?:some|an?|了|至|到|为|人民币))?"
    r"\s{0,3}[(\"“]?\s{0,2}"
)
# The leftmost match wins, so that "not less than" is not read as "less than".
_BEFORE_PATTERN = re.compile(
    rf"(?<![A-Za-z])(?:{_named(_BEFORE)})(?![A-Za-z]){_FILLER}\Z", re.IGNORECASE
)
_AFTER_PATTERN = re.compile(_named(_AFTER), re.IGNORECASE)


def find_bound(view: str, start: int, end: int) -> Bound:
    """What the words before `start` or after `end` make of a figure."""
    if match := _AFTER_PATTERN.match(view, end, end + 16):
        return _name(match)
    match_before = _BEFORE_PATTERN.search(view, max(0, start - REACH), start)
    return _name(match_before) if match_before else "exact"


def _name(match: re.Match[str]) -> Bound:
    name: Bound = match.lastgroup  # type: ignore[assignment]
    return name
