"""The years in which somebody says so, and not those that it is about: "the paper of 2021"."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.subjects import Mention, find_year_mentions, keys_of
from assistant.text.script import simplify

_REPORT_YEAR = re.compile(
    r"\s*(?:['’]s\s)?(?:\w+\s){0,2}(?:reports?|papers?|briefs?|proposals?|advisory|studies)\b"
    r"|年?[^\d，。,]{0,8}(?:报告|简报|论文|建议)",
    re.IGNORECASE,
)
_SAID_BEFORE = re.compile(
    r"\b(?:said|says|wrote|writes|report(?:s|ed)|stated?|states|not(?:es|ed)|warn(?:s|ed)"
    r"|estimat(?:es|ed)|expect(?:s|ed)|announced|explained)\s(?:\w+\s)?in\s\Z",
    re.IGNORECASE,
)
_OF_PAPER = re.compile(
    r"\b(?:papers?|reports?|briefs?|count|estimates?|figures|account|survey)\s(?:of|from|in)\s\Z",
    re.IGNORECASE,
)
_IN_PAPER = re.compile(r"年[^\d，。,：]{0,16}(?:报告|论文|文集|建议书)")
_SAID_AFTER = re.compile(r"年?(?:就|曾|时)?(?:说|称|指出|表示|写道|提到|认为|预计|宣布)")


def names_report(text: str, end: int) -> bool:
    """Whether a year that ends there names a report: "its 2021 paper", 2021年报告."""
    return _REPORT_YEAR.match(text, end) is not None


def is_of_saying(text: str, span: tuple[int, int]) -> bool:
    """Whether a year stands as that of the one who says so: "wrote in 2021", "ABB (2021)"."""
    text = simplify(text)
    start, end = span
    if _SAID_BEFORE.search(text[:start]) or _SAID_AFTER.match(text, end):
        return True
    before, after = text[start - 1 : start], text[end : end + 1]
    bracketed = before in ("(", "（") and after in (")", "）", "年")
    return bracketed or names_report(text, end)


@lru_cache(maxsize=4096)
def find_said_mentions(text: str) -> tuple[Mention, ...]:
    """Where a text names a year as no more than that of a paper or of saying so."""
    text = simplify(text)
    return tuple(one for one in find_year_mentions(text) if _is_of_paper(text, one.span))


def find_said_years(text: str) -> frozenset[str]:
    """The years that a text names only as those in which somebody says so."""
    said = find_said_mentions(text)
    meant = [one for one in find_year_mentions(text) if one not in said]
    return keys_of(said, "year") - keys_of(meant, "year")


def _is_of_paper(text: str, span: tuple[int, int]) -> bool:
    """In "the paper of 2021" and "2021年文集中的报告" as where somebody says so in that year."""
    if _OF_PAPER.search(text[: span[0]]) or _IN_PAPER.match(text, span[1]):
        return True
    return is_of_saying(text, span)
