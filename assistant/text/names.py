"""Names across scripts: pairs that a text shows itself, and Chinese spellings of foreign sounds."""

from __future__ import annotations

import re
from functools import lru_cache

from pypinyin import lazy_pinyin

_HAN_RUN = re.compile(r"[\u4e00-\u9fff]{2,}")
_ENGLISH_FIRST = re.compile(
    r"((?:[A-Z][\w&.'-]*)(?:[ -](?:of|and|the|for|[A-Z][\w&.'-]*))*)\s?[(（]\s?[\"“]?([\u4e00-\u9fff]{2,16})[\"”]?\s?[)）]"
)
_CHINESE_FIRST = re.compile(
    r"([\u4e00-\u9fff]{2,12})\s?[(（]\s?([A-Z][\w&.'-]*(?:[ -](?:of|and|the|for|[A-Z][\w&.'-]*))*)\s?[)）]"
)

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


def find_sound_alike(text: str, name: str, floor: float) -> str | None:
    """The stretch of Chinese in `text` that sounds most like `name`, if it scores `floor` or more."""
    wanted = _sounds(name.lower())
    if len(wanted) < 2:
        return None
    best, found = floor, None
    for run in _HAN_RUN.findall(text):
        for size in range(2, 7):
            for start in range(len(run) - size + 1):
                window = run[start : start + size]
                score = _alike(_sounds(_pinyin(window)), wanted)
                if score > best:
                    best, found = score, window
    return found


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
    if not left or not right or left[0] != right[0] and "a" not in (left[0], right[0]):
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
