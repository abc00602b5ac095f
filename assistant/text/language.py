"""Which language a text is in, and where its sentences begin and end."""

from __future__ import annotations

import re
from typing import Literal

TextLanguage = Literal["en", "zh", "other"]

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af\u1100-\u11ff]")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_OTHER_LETTER = re.compile(r"[\u0370-\u1fff\u2c00-\u2dff]")

# Words whose full stop doesn't end a sentence.
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st no nos vol fig figs eq sec ch art ed eds inc ltd co corp vs etc al cf "
    "approx dept est jan feb mar apr jun jul aug sep sept oct nov dec mt ave jr sr "
    "i.e e.g ca p pp para gen col rev hon messrs bn mn tel".split()
)
# Of those, words of the language unless a number follows.
_BEFORE_NUMBER = frozenset(["no", "art", "p"])
# And the ones that may well stand at a sentence's end.
_MAY_END = frozenset(["etc", "inc", "ltd", "co", "corp", "al", "bn", "mn"])
_NAME_GOES_ON = re.compile(r"\s*(?:Ltd|Inc|Corp|Limited)\b")
_NUMBER = re.compile(r"\s*\d")
_INK = re.compile(r"\S")
_CLOSERS = r"\"'”’」』）)】\]"
_END = re.compile(rf"[。！？!?…]+[{_CLOSERS}]*|\.+[{_CLOSERS}]*(?=\s|$|[\u4e00-\u9fff])|\n+")
_LAST_WORD = re.compile(r"([A-Za-z]+(?:\.[A-Za-z]+)*)\.$")
_OPENS_SENTENCE = re.compile(r"\s*[\"'“‘(（\[「『*•-]*\s*(?:[A-Z\d\u4e00-\u9fff$€£¥•·])")


def detect_language(text: str) -> TextLanguage:
    """The language by script, never by statistics: a short question has too little of those.

    Chinese where there are at least as many Han characters as Latin words; Japanese, Korean and
    the scripts of neither language are "other".
    """
    han = len(_HAN.findall(text))
    if len(_KANA_HANGUL.findall(text)) > han // 4:
        return "other"
    latin = len(_LATIN_WORD.findall(text))
    if han and han >= latin:
        return "zh"
    return "other" if len(_OTHER_LETTER.findall(text)) > 3 * latin else "en"


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of `text`, without the white space around them.

    Ends at the full stops of both languages and at line breaks; decimals, abbreviations and
    initials don't end a sentence.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if match.group()[0] == "." and not _really_ends(text, start, match.start(), match.end()):
            continue
        _add_span(spans, text, start, match.end())
        start = match.end()
    _add_span(spans, text, start, len(text))
    return spans


def _add_span(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    kept = piece.strip()
    if kept:
        spans.append((start + left, start + left + len(kept)))


def _really_ends(text: str, start: int, stop: int, end: int) -> bool:
    """Whether the full stop at `stop` ends the sentence that began at `start`."""
    if not _OPENS_SENTENCE.match(text, end) and _INK.search(text, end):
        return False
    word = _LAST_WORD.search(text[max(start, stop - 20) : stop + 1])
    if not word:
        # "1." or "3.2." at the start of a line is a number of a list, not a sentence.
        return not re.fullmatch(r"\s*[\d.]{1,6}", text[start:stop])
    last = word.group(1)
    lowered = last.lower()
    if lowered in _MAY_END:
        return not _NAME_GOES_ON.match(text, end)
    if lowered in _BEFORE_NUMBER:
        return not _NUMBER.match(text, end)
    return lowered not in _ABBREVIATIONS and not re.fullmatch(r"(?:[A-Za-z]\.)*[A-Z]", last)
