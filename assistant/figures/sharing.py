"""Units and magnitudes that a range or a list states once: "23.91 and 45.25 billion yuan"."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from assistant.figures.drafts import Draft

_BETWEEN: Final = (
    r"\s{0,12}(?:(?:about|around|approximately|roughly|nearly|almost|over|more than|only|just"
    r"|an estimated|some|近|约|超过|的)\s?)?"
)
_RANGE = re.compile(
    rf"\s{{0,12}}(?:-|~|\bto\b|\bup to\b|[\u4e00-\u9fff]{{0,4}}[至到]){_BETWEEN}", re.IGNORECASE
)
_JOIN = re.compile(
    rf"\s{{0,12}}(?:[,，]?\s?\b(?:and|or)\b|和|与|及|或|以及|、){_BETWEEN}", re.IGNORECASE
)
_COMMA = re.compile(r"\s?[,，]\s{0,3}")

_ONWARD = re.compile(
    r"(?:\b(?:from|of which|to|against|versus|vs\.?|than|compared (?:with|to)|or)"
    r"|其中|[从由为至到])"
    rf"[,:，]?{_BETWEEN}\Z",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.;。；!?！？]\s|[。；！？]|\n\s*\n")
_NO_NOUN = re.compile(
    r"\s{0,3}(?:\Z|[.,;:)（(。，；、]|(?:in|were|was|is|are|will|by|from|to|and|for|as|at|on|last|this"
    r"|per|over|during|compared|respectively|annually|a|the|year|through|between|within|since|before"
    r"|after|while)\b)",
    re.IGNORECASE,
)
_ONWARD_REACH: Final = 90
_LINK_REACH: Final = 40


def share_units(view: str, drafts: list[Draft]) -> None:
    """Complete drafts from their neighbours, from the right end of each list to its left."""
    for left, right in reversed(list(pairwise(drafts))):
        link = view[left.end : right.start]
        if len(link) > _LINK_REACH:
            continue
        if not link or _RANGE.fullmatch(link):
            _share(left, right, ascending=True)
        elif _JOIN.fullmatch(link) or (right.linked and _COMMA.fullmatch(link)):
            left.linked = True
            _share(left, right, ascending=False)
    for left, right in pairwise(drafts):
        _carry_onward(view, left, right)


def _share(left: Draft, right: Draft, ascending: bool) -> None:
    reached = left.numeral.value < right.numeral.value * (right.size or 1)
    if left.form is None and right.form is not None and not _is_year(left, ascending and reached):
        lends_size = left.size is None and (not ascending or _rises(left, right))
        if lends_size or left.size is not None or right.size is None:
            _lend(left, right)
    elif left.form is not None and left.prefixed:
        if left.size is None and right.size is not None and _rises(left, right):
            left.size = right.size
        if right.form is None and (ascending or right.size is not None):
            right.form, right.prefixed = left.form, True
    elif left.form is None and right.form is None and left.size is None and _rises(left, right):
        left.size = None if _is_year(left, ascending) else right.size


def _lend(left: Draft, right: Draft) -> None:
    left.form = right.form
    if left.size is None:
        left.size = right.size


def _rises(left: Draft, right: Draft) -> bool:
    return left.numeral.value < right.numeral.value


def _is_year(draft: Draft, ascending: bool) -> bool:
    year = draft.plain and looks_like_year(draft)
    return year and not ascending


def looks_like_year(draft: Draft) -> bool:
    """Four digits, no grouping, from 1800 to 2100."""
    numeral = draft.numeral
    plain = numeral.end - numeral.start == len("2024") and numeral.script != "english"
    return plain and 1800 <= numeral.value <= 2100 and numeral.step == 1 and not draft.negative


def _carry_onward(view: str, left: Draft, right: Draft) -> None:
    """Of "11 million kW, up from 5.5 million": a magnitude alone is in the unit before it."""
    if right.form is not None or right.size is None or left.form is None:
        return
    gap = view[left.end : right.start]
    if len(gap) > _ONWARD_REACH or left.form.base == "count" or _SENTENCE_END.search(gap):
        return
    if _ONWARD.search(gap) and _NO_NOUN.match(view, right.end):
        right.form, right.prefixed = left.form, left.prefixed
