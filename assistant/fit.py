"""How much of what is said a text holds: a share of words, counted across the languages."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from assistant.figures import find_figures
from assistant.text.terms import expand_word, find_terms, split_words

_DIGIT = re.compile(r"\d")
# Words of questions that say nothing of what is asked.
_ASKING = frozenset(
    "how much many what which when where who does according report reports paper state states "
    "stated cited cite say says said roughly about around approximately total year years figure "
    "number amount level per between total respectively each "
    "报告 文档 指出 提到 引用 给出 数字 分别 多少 是 约 大约 总 总共 共 累计 哪 各 几 "
    "达到 左右 截至".split()
)


class Words(tuple[tuple[str, frozenset[tuple[str, ...]]], ...]):
    """The words of a subject, each with the terms that any of its forms stands for."""

    __slots__ = ()


@lru_cache(maxsize=4096)
def read_words(text: str) -> Words:
    """The words of a text that say what it is about: no figures, no words of asking."""
    plain = list(text)
    for figure in find_figures(text):
        plain[slice(*figure.span)] = " " * (figure.span[1] - figure.span[0])
    words = [w for w in split_words("".join(plain)) if w not in _ASKING and not _DIGIT.match(w)]
    return Words((word, _forms(word)) for word in dict.fromkeys(words))


@lru_cache(maxsize=16384)
def _forms(word: str) -> frozenset[tuple[str, ...]]:
    own = tuple(find_terms(word))
    return frozenset(forms for forms in (own, *expand_word(word)) if forms)


@lru_cache(maxsize=8192)
def terms_of(text: str) -> frozenset[str]:
    return frozenset(find_terms(text))


def weigh(words: Words, texts: Sequence[str]) -> dict[str, float]:
    """How much each word tells: one that all of the texts hold tells nothing apart."""
    held = [terms_of(text) for text in texts]
    n = len(held)
    return {word: math.log(1 + (n + 1) / (0.5 + _count(forms, held))) for word, forms in words}


def _count(forms: frozenset[tuple[str, ...]], held: Iterable[frozenset[str]]) -> int:
    return sum(holds(forms, terms) for terms in held)


def holds(forms: frozenset[tuple[str, ...]], terms: frozenset[str]) -> bool:
    return any(all(term in terms for term in form) for form in forms)


def share(words: Words, weights: dict[str, float], terms: frozenset[str]) -> float:
    """The weighted share of the words that are among the terms, 0 to 1; 0 where there are none."""
    whole = sum(weights[word] for word, _ in words)
    if not whole:
        return 0.0
    return sum(weights[word] for word, forms in words if holds(forms, terms)) / whole
