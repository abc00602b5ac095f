"""The matter of a question, apart from its asking: what is measured in it, and what it says once
nothing is asked any more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import jieba.posseg

from assistant.figures import AMOUNTS, figure_type
from assistant.scope import Language
from assistant.slots import Slot

_AUX = (
    r"(?:is|are|was|were|do|does|did|has|have|had|will|would|should|shall|can|could|may|might|must)"
)
_TO = r"(?:in|at|by|for|from|to|since|until|on|with|of|up|up by|down by)"
_HOW = r"(?:many|much|large|big|far|long|high|fast|old|soon|often|strong|intense|wide|deep)"
_SHARE = r"(?:share|percentage|proportion|fraction|part|portion)"
# Where a phrase that is measured ends: "GDP per capita" in "What was GDP per capita in Chengdu".
_STOP = (
    rf"(?=\s+(?:of|in|for|at|by|from|to|on|according|worth|during|over|since|between|within|that"
    rf"|which|{_AUX[3:-1]})\b|['’]s?\s|[,?？]|\s*\Z)"
)
_PHRASE = r"(?:[\w&'’-]+\s){0,5}?[\w&'’-]+"

_ASKS = re.compile(
    rf"\b(?:{_TO}\s+)?(?:what|which|how(?:\s+{_HOW})?|when|where|who|whom|whose|why)\b"
    rf"(?:\s+(?:year|date|day|month)\b)?(?:\s+{_AUX}\b(?:\s+there\b)?)?\s*",
    re.IGNORECASE,
)
_YES_NO = re.compile(rf"^{_AUX}\b\s*", re.IGNORECASE)
_DO = re.compile(r"\s+(?:do|does|did)\b", re.IGNORECASE)
_NEUTRAL = re.compile(
    rf"\bwhat\s+(?:(?:is|was|are|were)\s+(?P<said>{_PHRASE}){_STOP}"
    rf"|(?!{_SHARE}\b|years?\b|date\b)(?P<what>{_PHRASE})(?=\s+{_AUX}\b))",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"\bhow\s+(?:many|much)\s+(?!{_AUX}\b)(?P<what>{_PHRASE})(?=\s+(?:{_AUX}|\w+ed)\b)"
    rf"|\bwhat\s+{_SHARE}\s+of\s+.{{1,60}}?\b(?:is|was|are|were)\s+(?P<said>{_PHRASE}){_STOP}",
    re.IGNORECASE,
)
_VERB = re.compile(rf"\b{_AUX}\b", re.IGNORECASE)
_OWN_ASKS = re.compile(
    r"^(?:(?:what|which|how\s+(?:many|much))\b\s*)?(?:(?:is|was|are|were)\s+)?(?:its\s|their\s|"
    r"that of\s)?",
    re.IGNORECASE,
)
_NO_PHRASE = re.compile(rf"\b(?:{_AUX}|{_TO}|what|which|how|when|where|who|why)\b", re.IGNORECASE)
_ONE_PHRASE = re.compile(
    r"(?:the\s+)?[\w&'’-]+(?:\s[\w&'’-]+){0,3}(?:\s(?:of|for)(?:\s[\w-]+){1,4})?"
)

_UNIT = r"[家个位名人辆台套项件种座条批次艘架所间处户张份款支只颗枚笔部篇列吨](?=..)"
_MANY = r"(?:多少|第?几|百分之(?:多少|几)|多[大高远长重久宽快贵强])"
_ASKS_ZH = re.compile(
    rf"(?:到底|究竟|大约|约)?(?:(?<!拥)有|是|为|占|达到?|排在?|(?:建|始)?于)?"
    rf"(?:{_MANY}(?:{_UNIT}|[家个位名辆台项座天年倍成](?=[？?\s]|\Z))?"
    r"|(?:在|从|自|于)?(?:哪一?[年天日月家个些座位所项种]|何[时年日月]|什么时[候间]|什么|谁|哪里|为何|为什么))"
    r"的?"
)
_ENDS_ZH = re.compile(r"(?:了?吗|呢|的|了)*[？?。\s]*\Z")
_IS_ZH = re.compile(r"(?:大约|约)?(?:是|为|有|达到?)(?:多少|多大|多高)[？?\s]*\Z")
_COUNTED_ZH = re.compile(rf"多少(?:{_UNIT})?(?P<what>[^，,。；;？?的了]{{2,12}})[？?\s]*\Z")
_OWN_ZH = re.compile(
    r"^(?:它们?|其|该\w{1,2})?的?(?P<own>[^，,。；;？?]{2,16}?)"
    rf"(?:呢|(?:又|会)?(?:是|有|为|达到?)?{_MANY}[家个位名辆台项座]?)*[？?\s]*\Z"
)
_VERBAL = ("v", "d", "r", "m", "q", "p", "a", "u", "c", "t", "f")


class Measured(NamedTuple):
    """Where a question says what is measured. A neutral one asks "what is it?" and can ask that of
    anything; another ("how many", "what share") only of its like."""

    span: tuple[int, int]
    neutral: bool


def find_measure(text: str, language: Language, slots: Sequence[Slot]) -> Measured | None:
    """What a question measures: in English behind what asks, in Chinese before it."""
    if language == "zh":
        return _find_chinese(text, slots)
    for pattern, neutral in ((_NEUTRAL, True), (_COUNTED, False)):
        if match := pattern.search(text):
            group = "said" if match["said"] else "what"
            return Measured(match.span(group), neutral)
    return None


def find_own_measure(text: str, language: Language) -> str | None:
    """What a follow-up measures, where it says nothing else: "its retail sales", 数字化车间呢."""
    if language == "zh":
        match = _OWN_ZH.match(text)
        own = match["own"].strip() if match else ""
        return own if own and not _ends_open(own) else None
    own = _OWN_ASKS.sub("", text.strip()).strip(" ?!.,")
    if not _ONE_PHRASE.fullmatch(own) or _NO_PHRASE.search(re.sub(r"\s(?:of|for)\s", " ", own)):
        return None
    return own


def state_matter(text: str, language: Language) -> str:
    """What a question is about, without its asking; the question where nothing else is left."""
    if language == "zh":
        stated = _ENDS_ZH.sub("", _ASKS_ZH.sub("", text, count=1))
        stated = stated.strip("，, ")
    else:
        asked, many = _ASKS.subn("", text, count=1)
        stated = _DO.sub("", asked if many else _YES_NO.sub("", text), count=1)
        stated = stated.strip(" ?？.!,")
        stated = stated[:1].upper() + stated[1:]
    return stated or text.strip(" ?？")


def is_clause(text: str, language: Language) -> bool:
    """Whether a question is more than a phrase: it has a verb or, in Chinese, asks outright."""
    if language == "zh":
        return _ASKS_ZH.search(text) is not None or "吗" in text
    return _VERB.search(text) is not None


def lacks_subject(text: str, language: Language) -> bool:
    """Whether a Chinese question begins with its verb: 占全部销量的百分之几, 增长了多少."""
    first = _tag(text.strip())[:1] if language == "zh" else ()
    return any(str(pair.flag) == "v" for pair in first)


@lru_cache(maxsize=4096)
def is_open(word: str) -> bool:
    """Whether a word leaves open of what it speaks: a measure (price, 占比) or, in Chinese, no noun
    at all."""
    if word.isascii():
        return bool(figure_type(word))
    return not figure_type(f"{word}是多少") >= AMOUNTS or all(map(_is_verbal, _tag(word)))


def _find_chinese(text: str, slots: Sequence[Slot]) -> Measured | None:
    if match := _COUNTED_ZH.search(text):
        return Measured(match.span("what"), neutral=False)
    match = _IS_ZH.search(text)
    if match is None:
        return None
    edges = [slot.reach[1] for slot in slots if slot.reach[1] <= match.start()]
    edges += [found.end() for found in re.finditer("[，,；;]", text[: match.start()])]
    start = max(edges, default=0)
    start += len(text[start : match.start()]) - len(text[start : match.start()].lstrip("的 "))
    said = text[start : match.start()]
    return Measured((start, match.start()), neutral=True) if 1 < len(said) < 16 else None


def _ends_open(own: str) -> bool:
    """Whether a Chinese phrase begins or ends with no noun: 增长了, 占全部销量的."""
    pairs = _tag(own)
    return (
        own.endswith(("了", "的"))
        or (_is_verbal(pairs[0]) and _is_verbal(pairs[-1]))
        or (own.startswith("占"))
    )


@lru_cache(maxsize=4096)
def _tag(text: str) -> tuple[jieba.posseg.pair, ...]:
    """The words of a text with their parts of speech."""
    return tuple(jieba.posseg.cut(text))


def _is_verbal(pair: jieba.posseg.pair) -> bool:
    flag = str(pair.flag)
    return flag.startswith(_VERBAL) and flag not in ("vn", "an")
