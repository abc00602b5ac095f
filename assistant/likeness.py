"""How much of what one statement measures another sentence speaks of, across the languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import jieba

from assistant.evidence import Statement
from assistant.figures import find_figures
from assistant.fit import read_words
from assistant.naming import (
    Lexicon,
    Name,
    build_lexicon,
    find_chinese_words,
    find_latin_names,
    holds_name,
)
from assistant.subjects import find_scopes
from assistant.text.dictionary import translate_chinese
from assistant.text.language import detect_language
from assistant.text.terms import find_terms, is_stop_word, stem

Weigh = Callable[[str], float]
"""How much a term tells; a constant where no collection is known."""

_PERIODS = frozenset({"year", "date", "half", "quarter"})
_LATIN_WORD = re.compile(r"[A-Za-z]&[A-Za-z]|[A-Za-z]{2,}(?:-[A-Za-z]{2,})*")
# Who says it, at the head of a sentence.
_SAYING = re.compile(
    r"\A.{0,90}?\b(?:says?|said|wr[io]tes?|reports?|reported|states?|notes?|noted|adds?|shows?)\b"
    r"(?:\sin\s(?:19|20)\d\d)?(?:\sthat\b)?"
    r"|\A.{0,40}?(?:写道|称|指出|说|显示|介绍|写着|写的是|提到|认为|数据)[，,：:]"
    r"|\A.{0,30}?(?:的报告|的论文|的数据|统计)[，,：:]?|\A(?:据|根据|按照?)[^，,]{2,30}[，,]"
)
_ABBREVIATION = re.compile(r"(?<![A-Za-z])[A-Z](?:&?[A-Z])+(?![A-Za-z])")
_ROOT, _ENDING = 4, 3  # letters that two stems of one word share, and those that one has alone
_PARTLY = 0.5
# Verbs of reports whose stem is not that of their past.
_IRREGULAR = dict(
    pair.split(":")
    for pair in "grew:grow grown:grow rose:rise risen:rise fell:fall fallen:fall sold:sell "
    "built:build bought:buy made:make spent:spend paid:pay taught:teach won:win led:lead "
    "drew:draw held:hold kept:keep lent:lend sent:send sank:sink shrank:shrink".split()
)
_LITTLE = frozenset(
    "according about around approximately nearly almost over more than total amount number reach "
    "reached reaching stood stand put puts count counted year years year's annual during same "
    "period while which where respectively per yuan rmb cny percent million billion trillion say "
    "estimate estimated paper report papers reports them their city said whole also only just "
    "达到 达 超过 约 左右 分别 总计 合计 共 亿元 万元 万亿元 亿 万 元 百分之 同期 当年 全市 全年 "
    "报告 文集 写道 指出 称 说 突破 实现 完成 高达 接近 近 其中 以及 是 为".split()
)


def share_measure(
    text: str, statement: Statement, other: str, weigh: Weigh, known: Sequence[str] = ()
) -> float:
    """The weighted share, 0 to 1, of what the words around a figure say it measures that another
    sentence has in whatever language: years, places, amounts and the `known` names of whoever
    speaks don't count. 0 where nothing is left that could be told apart.
    """
    words = _words_of(_measure_of(text, statement))
    return _share([word for word in words if not _belongs(word, known)], other, weigh) or 0.0


def share_asked(question: str, text: str, weigh: Weigh) -> float:
    """The same share of a question's words; 1 where it has none that tell what is asked."""
    share = _share([one for one in _words_of(question) if read_words(one.text)], text, weigh)
    return 1.0 if share is None else share


def share_held(phrase: str, text: str, weigh: Weigh) -> float | None:
    """The same share of any phrase's words; None where it has none."""
    return _share(_words_of(phrase), text, weigh)


def name_others(one: str, other: str, known: Sequence[str]) -> bool:
    """Whether each of two sentences of one script has a name that the other lacks."""
    if detect_language(one) != detect_language(other):
        return False
    return bool(_own_names(one, other, known)) and bool(_own_names(other, one, known))


def _own_names(text: str, other: str, known: Sequence[str]) -> list[str]:
    held = other.lower()
    return [
        name.text
        for name in find_latin_names(text)
        if name.text.lower() not in held and not any(name.text in one for one in known)
    ]


def _share(words: Sequence[Name], text: str, weigh: Weigh) -> float | None:
    weights = [_weight(word, weigh) for word in words]
    held = [_held(word, text) for word in words]
    whole = sum(weights)
    return sum(w * h for w, h in zip(weights, held, strict=True)) / whole if whole else None


@lru_cache(maxsize=16384)
def _held(word: Name, text: str) -> float:
    """1 for a word that a text has, in whatever language; for one of which it has a part of the
    meaning ("bulk" of 批发) half of that part."""
    lexicon = build_lexicon(text)
    if holds_name(word, lexicon) or _abbreviates(word, text):
        return 1.0
    if word.latin:
        own = _base_of(word.text.lower())
        akin = max((_PARTLY for term in lexicon.terms if _akin(own, term)), default=0.0)
        return max(akin, _glossed(own, text))
    glosses = [gloss for part in _parts(word.text) for gloss in translate_chinese(part)]
    return _PARTLY * max((_gloss_share(gloss, lexicon) for gloss in glosses), default=0.0)


def _base_of(word: str) -> str:
    return stem(_IRREGULAR.get(word, word))


def _glossed(term: str, text: str) -> float:
    """1 for the stem of an English word that a Chinese word of a text means by itself; half where
    it is one of several words that the other means."""
    return max((_share_of_gloss(term, word.text) for word in find_chinese_words(text)), default=0.0)


@lru_cache(maxsize=65536)
def _share_of_gloss(term: str, chinese: str) -> float:
    glosses = [
        [stem(one) for one in gloss if not is_stop_word(one)]
        for part in _parts(chinese)
        for gloss in translate_chinese(part)
    ]
    return max((1.0 if len(one) == 1 else _PARTLY for one in glosses if term in one), default=0.0)


def _parts(word: str) -> list[str]:
    return [word, *(part for part in jieba.cut_for_search(word) if part != word and len(part) > 1)]


def _gloss_share(gloss: tuple[str, ...], lexicon: Lexicon) -> float:
    terms = [stem(one) for one in gloss if not is_stop_word(one)]
    found = sum(any(_akin(term, other) for other in lexicon.terms) for term in terms)
    return found / len(terms) if terms else 0.0


def _akin(one: str, other: str) -> bool:
    """Whether two stems are one word's: grow and growth."""
    short, long = sorted((one, other), key=len)
    return one == other or (
        len(short) >= _ROOT and long.startswith(short) and len(long) - len(short) <= 3
    )


def _abbreviates(word: Name, text: str) -> bool:
    """GDP of 生产总值, R&D of 研发, either way."""
    if word.latin:
        wanted = word.text.replace("&", "")
        return wanted.isupper() and any(
            wanted.lower() in _initials(one.text) for one in find_chinese_words(text)
        )
    capitals = {found.replace("&", "").lower() for found in _ABBREVIATION.findall(text)}
    return not capitals.isdisjoint(_initials(word.text))


@lru_cache(maxsize=8192)
def _initials(word: str) -> frozenset[str]:
    glosses = [[one for one in gloss if not is_stop_word(one)] for gloss in translate_chinese(word)]
    return frozenset("".join(one[0] for one in gloss) for gloss in glosses if len(gloss) > 1)


def _measure_of(text: str, statement: Statement) -> str:
    """The head of the sentence and the part of it that the figure has for itself."""
    if statement.row:
        return statement.row
    start, end = statement.sentence
    sentence = text[start:end]
    amounts = [one.span[0] for one in find_figures(sentence) if one.unit not in _PERIODS]
    first = start + min(amounts, default=0)
    left, right = statement.segment
    head = text[start:first]
    saying = _SAYING.match(head)
    return f"{head[saying.end() if saying else 0 :]} {text[max(left, first) : right]}"


@lru_cache(maxsize=4096)
def _words_of(text: str) -> tuple[Name, ...]:
    taken = [one.span for one in find_figures(text)] + [one.span for one in find_scopes(text)]
    plain = list(text)
    for start, end in taken:
        plain[start:end] = " " * (end - start)
    rest = "".join(plain)
    latin = (Name(match.group(), match.span(), True) for match in _LATIN_WORD.finditer(rest))
    words = _kept([*latin, *find_chinese_words(rest)])
    return tuple({word.text.lower(): word for word in words}.values())


def _kept(words: Iterable[Name]) -> list[Name]:
    return [
        word
        for word in words
        if word.text.lower() not in _LITTLE
        and not is_stop_word(word.text.lower())
        and (word.latin or len(word.text) > 1)
    ]


def _belongs(word: Name, known: Sequence[str]) -> bool:
    return any(word.text.lower() in name.lower() for name in known)


def _weight(word: Name, weigh: Weigh) -> float:
    return max(map(weigh, find_terms(word.text)), default=1.0)
