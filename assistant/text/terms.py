"""What lexical search counts: words, Chinese segments, figures; and their other-language twins."""

from __future__ import annotations

import re
from functools import cache

import jieba
from nltk.stem.snowball import SnowballStemmer

from assistant.figures import find_figures
from assistant.text.dictionary import translate_chinese, translate_english
from assistant.text.script import simplify

jieba.setLogLevel(40)  # its start-up lines are no business of the user

Alternatives = tuple[tuple[str, ...], ...]
"""One idea of a question: any of these sequences of terms stands for it."""

VERSION = 1
"""Another value makes stored terms be counted anew: raise it with whatever changes `find_terms`."""

_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[a-z]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")

_ENGLISH_STOPS = frozenset(
    "a an the of in on at to for from by with and or as is are was were be been being it its this "
    "that these those which who whom whose what when where why how much many do does did has have "
    "had will would can could should may might than then there their they them he she his her we "
    "our you your i not no into over under about up out so such per any each also "
    "according s".split()
)
_CHINESE_STOPS = frozenset(
    "的 了 在 是 和 与 及 或 等 为 对 从 到 由 被 把 将 也 都 就 而 且 其 之 该 此 这 那 "
    "哪 哪些 哪个 哪家 什么 多少 几 几个 谁 何时 何 如何 怎么 怎样 为何 为什么 吗 呢 吧 啊 "
    "有 中 上 下 里 内 外 个 家 年 月 日 所 以 于 并 各 又 还 已 最 使 让 比 占 约 近 超 达 "
    "达到 超过 以及 分别 根据 提到 提出 其中 多 大 不 称 据 说 是否 多大 多久 哪里 一 次 项 名 "
    "位 倍 后 前 时 它 他 她 我 你 们 我们 他们 可以 请问 请 按照".split()
)


@cache
def _stemmer() -> SnowballStemmer:
    return SnowballStemmer("english")


@cache
def stem(word: str) -> str:
    """The stem that the lexical index counts for a lower-case English word."""
    return str(_stemmer().stem(word))


def find_terms(text: str) -> list[str]:
    """The terms of a text, repeated as often as they stand there; stop words left out.

    Traditional characters count as simplified ones.
    """
    terms: list[str] = []
    for match in _RUN.finditer(simplify(text.lower())):
        run = match.group().removesuffix("'s")
        if _HAN.match(run):
            terms += [w for w in jieba.cut_for_search(run) if w not in _CHINESE_STOPS]
        elif run[0].isdigit():
            terms.append(run.replace(",", ""))
        elif run not in _ENGLISH_STOPS:
            terms.append(stem(run))
    return terms


def find_figure_terms(text: str) -> list[str]:
    """A term for each figure, the same in both languages: 5000亿元 and CNY 500 billion are one."""
    return [f"#{figure.value.normalize():f}" for figure in find_figures(text)]


def split_words(text: str) -> list[str]:
    """The words of a question in order, lower case, Chinese segmented and in simplified characters,
    stop words left out."""
    words: list[str] = []
    for match in _RUN.finditer(simplify(text.lower())):
        run = match.group().removesuffix("'s")
        if _HAN.match(run):
            words += [w for w in jieba.cut(run) if w not in _CHINESE_STOPS]
        elif run not in _ENGLISH_STOPS:
            words.append(run.replace(",", ""))
    return words


def expand_word(word: str) -> Alternatives:
    """The other-language terms that a word of a question may stand for; empty if none is known."""
    if not _HAN.match(word):
        chinese = translate_english((word,)) or translate_english((stem(word),))
        return tuple((w,) for w in chinese if w not in _CHINESE_STOPS)
    glosses = translate_chinese(word)
    kept = {tuple(stem(w) for w in gloss if w not in _ENGLISH_STOPS) for gloss in glosses}
    return tuple(sorted(gloss for gloss in kept if gloss))


def is_stop_word(word: str) -> bool:
    """Whether lexical search leaves this word out."""
    return word in _CHINESE_STOPS or word in _ENGLISH_STOPS
