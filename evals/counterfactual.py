"""Near misses made from answerable questions: another year, another place, another company.

What a report says of Chongqing in 2020 it seldom says of Nanchang in 2013; a question that asks for
that has the answer's every word, and no answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import jieba

from assistant.reading import find_place_names
from assistant.text.dictionary import is_proper_noun
from assistant.text.names import find_sound_alikes

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_CAPITAL = re.compile(r"(?<!^)\b[A-Z][a-z]+(?:'s)?\b")
_KEPT = frozenset(["China", "Chinese", "中国", "中国人"])
YEARS_BACK = 7
PLACE_EN, PLACE_ZH = "Nanchang", "南昌"
FIRM_EN, FIRM_ZH = "Bosch", "博世"


def make_near_misses(question: str, organisations: tuple[str, ...]) -> Iterator[str]:
    """The question with its years moved, with its places moved, with its organisation replaced."""
    changed = (_move_years(question), _move_place(question), _move_firm(question, organisations))
    yield from (text for text in changed if text != question)


def _move_years(question: str) -> str:
    return _YEAR.sub(lambda year: str(int(year.group()) - YEARS_BACK), question)


def _move_place(question: str) -> str:
    chinese = [w for w in jieba.cut(question) if len(w) > 1 and is_proper_noun(w) and w not in _KEPT]
    for word in chinese[:1]:
        question = question.replace(word, PLACE_ZH)
    named = [w for w in _CAPITAL.findall(question) if w not in _KEPT and find_place_names(w)]
    for word in named[:1]:
        question = question.replace(word, PLACE_EN)
    return question


def _move_firm(question: str, organisations: tuple[str, ...]) -> str:
    firsts = sorted({name.split()[0] for name in organisations}, key=len, reverse=True)
    for first in firsts:
        if re.search(rf"\b{re.escape(first)}\b", question):
            return re.sub(rf"\b{re.escape(first)}\b", FIRM_EN, question)
    for word in find_sound_alikes(question, firsts):
        return question.replace(word, FIRM_ZH)
    return question
