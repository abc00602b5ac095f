"""What a share is a share of, where its sentence says it: 占全国产量的30%, "30 % of output"."""

from __future__ import annotations

import re

from assistant.evidence import Statement
from assistant.likeness import Weigh, share_held
from assistant.text.script import simplify

SAME = 0.3
"""What share of one whole's words the other has where they are the same. The fuller side counts,
for one may say less."""

# Directly behind the figure: "of the world's output", up to where the clause goes on.
_OF = re.compile(
    r"\s*of\s(?:(?:the|all|its|their|total)\s)*(?P<whole>[^,.;:，。；：()（）]{2,60}?)"
    r"(?=\s(?:in|by|at|as|was|were|is|are|had|has|comes?|came|from|and|but|while|which|that|for|to"
    r"|on|this|last)\b|[,.;:，。；：()（）]|\Z)",
    re.IGNORECASE,
)
_SHARE_OF = re.compile(
    r"(?:['’]s?\sshare|\bas an? (?:share|proportion|percentage))\sof\s(?:(?:the|all)\s)*"
    r"(?P<whole>[^,.;:，。；：]{2,40}?)"
    r"(?:,|\s(?:in|by|at|was|were|is|are|had|has|rose|grew|fell|reach\w*|exceed\w*|stood|to"
    r"|should)\b)",
    re.IGNORECASE,
)
# 占…的比重超过, and 其中 of a whole that stands before it.
_TAKES = re.compile(
    r"占(?:到|了|全部|整个)?(?P<whole>[^，,。；;占]{2,24}?)"
    r"(?:的?(?:比重|比例|份额|百分比)[^，,。；;]{0,8}|的?(?:约|近|超过|逾|达到?)?)\Z"
)
_AMONG = re.compile(
    r"(?P<whole>[^，,。；;]{2,20}?)(?:之?中|里|当中)[，,]?(?:有|约|近|超过|大约)*\Z"
)


def find_whole(text: str, statement: Statement) -> str:
    """The words for what a share is of; "" for another figure, or where nothing near says it."""
    if statement.figure.unit != "%" or statement.row:
        return ""
    (begin, end), (start, stop) = statement.sentence, statement.figure.span
    text = simplify(text)
    before, after = text[begin:start], text[stop:end]
    found = _OF.match(after) or _TAKES.search(before) or _AMONG.search(before)
    found = found or _SHARE_OF.search(before)
    return found["whole"].strip() if found else ""


def are_apart(one: tuple[str, Statement], other: tuple[str, Statement], weigh: Weigh) -> bool:
    """Whether two shares, each with its text, are said to be of different wholes."""
    first, second = find_whole(*one), find_whole(*other)
    held = (share_held(first, second, weigh), share_held(second, first, weigh))
    told = [share for share in held if share is not None]
    return len(told) == len(held) and max(told) < SAME
