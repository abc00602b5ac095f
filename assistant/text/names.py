"""Names across scripts: pairs that a text shows itself, and Chinese spellings of foreign sounds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import jieba
from pypinyin import lazy_pinyin

from assistant.text.dictionary import is_proper_noun, knows
from assistant.text.script import simplify
from assistant.text.terms import is_stop_word

SOUND_FLOOR = 0.8

_HAN_RUN = re.compile(r"[\u4e00-\u9fff]{2,}")
_ENGLISH_NAME = r"[A-Z][\w&.'-]*(?:[ -](?:of|and|the|for|[A-Z][\w&.'-]*))*"
_ENGLISH_FIRST = re.compile(
    rf"({_ENGLISH_NAME})\s?[(（]\s?[\"“]?([\u4e00-\u9fff]{{2,16}})[\"”]?\s?[)）]"
)
_CHINESE_FIRST = re.compile(rf"([\u4e00-\u9fff]{{2,12}})\s?[(（]\s?({_ENGLISH_NAME})\s?[)）]")

# Sounds that a transcription exchanges. One class a letter; digraphs are folded first.
_DIGRAPHS = (
    ("tion", "shen"), ("sch", "s"), ("sh", "s"), ("zh", "j"), ("ch", "s"), ("ph", "f"),
    ("th", "t"), ("ck", "k"), ("qu", "k"), ("x", "s"), ("ng", "n"), ("wh", "w"), ("gn", "n"),
)  # fmt: skip
_CLASS = {
    **dict.fromkeys("bp", "b"), **dict.fromkeys("fvw", "f"), **dict.fromkeys("dt", "d"),
    **dict.fromkeys("kgqh", "k"), **dict.fromkeys("cszxj", "s"), **dict.fromkeys("mn", "n"),
    **dict.fromkeys("lr", "l"), **dict.fromkeys("aeiouy", "a"),
}  # fmt: skip
_CHEAP = frozenset("al")  # vowels come and go, and so do r and l at a syllable's end


def find_pairs(text: str) -> list[tuple[str, str]]:
    """(Chinese, English) names that stand beside each other, one in brackets behind the other."""
    english_first = [(m.group(2), m.group(1)) for m in _ENGLISH_FIRST.finditer(text)]
    chinese_first = [(m.group(1), m.group(2)) for m in _CHINESE_FIRST.finditer(text)]
    return english_first + chinese_first


def find_unknown_words(text: str) -> list[str]:
    """Stretches of Chinese that may be names: what no dictionary knows, up to six characters."""
    found: list[str] = []
    for run in _HAN_RUN.findall(simplify(text)):
        words = list(jieba.cut(run))
        for start in range(len(words)):
            for end in range(start + 1, min(start + 4, len(words)) + 1):
                if not all(map(_may_be_name, words[start:end])):
                    break
                found.append("".join(words[start:end]))
    return [word for word in found if 2 <= len(word) <= 6]


def find_sound_alikes(text: str, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Unknown Chinese words of `text` -> the names that they sound like, best ones only.

    Two syllables are enough to tell names apart only if they hold three consonants.
    """
    found: dict[str, tuple[str, ...]] = {}
    wanted = {name: _sounds(name.lower()) for name in names}
    for word in find_unknown_words(text):
        sounds = _sounds(_pinyin(word))
        if len(word) < 3 and len(sounds.replace("a", "")) < 3:
            continue
        scores = {name: _alike(sounds, other) for name, other in wanted.items()}
        best = max(scores.values(), default=0.0)
        if best >= SOUND_FLOOR:
            found[word] = tuple(name for name, score in scores.items() if score == best)
    return found


def _may_be_name(word: str) -> bool:
    """Not a word of the language: unknown to the dictionary, or a character that isn't grammar."""
    if len(word) == 1:
        return not is_stop_word(word)
    return not knows(word) or is_proper_noun(word)


def sounds_alike(chinese: str, name: str) -> float:
    """How much a Chinese spelling sounds like a name, 0..1."""
    return _alike(_sounds(_pinyin(chinese)), _sounds(name.lower()))


@lru_cache(maxsize=20_000)
def _pinyin(text: str) -> str:
    return "".join(lazy_pinyin(text))


@lru_cache(maxsize=20_000)
def _sounds(word: str) -> str:
    folded = re.sub(r"[^a-z]", "", word)
    for pair, single in _DIGRAPHS:
        folded = folded.replace(pair, single)
    folded = re.sub(r"c(?=[eiy])", "s", folded).replace("c", "k")
    classes = "".join(_CLASS.get(letter, letter) for letter in folded)
    return re.sub(r"(.)\1+", r"\1", classes)


@lru_cache(maxsize=50_000)
def _alike(left: str, right: str) -> float:
    """1 minus the weighted edit distance over the longer weight."""
    if not left or not right or (left[0] != right[0] and "a" not in (left[0], right[0])):
        return 0.0
    weight = max(sum(map(_cost, left)), sum(map(_cost, right)))
    return max(0.0, 1.0 - _distance(left, right) / weight)


def _cost(sound: str) -> float:
    return 0.3 if sound in _CHEAP else 1.0


def _distance(left: str, right: str) -> float:
    row = [0.0]
    for sound in right:
        row.append(row[-1] + _cost(sound))
    for sound in left:
        before, row = row, [row[0] + _cost(sound)]
        for index, other in enumerate(right, start=1):
            swap = 0.0 if sound == other else max(_cost(sound), _cost(other))
            row.append(
                min(before[index - 1] + swap, before[index] + _cost(sound), row[-1] + _cost(other))
            )
    return row[-1]
