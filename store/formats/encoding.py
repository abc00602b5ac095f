"""Bytes into text: the encoding that a file is in, where it doesn't say so itself.

UTF-8 proves itself. Between GB18030 and Big5 the same bytes are often valid in both, and statistics
over bytes fail on short files; what tells them apart is whether the characters that come out are
ones that people use. Other encodings are left to charset-normalizer.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from functools import cache
from typing import NamedTuple
from unicodedata import category

import charset_normalizer
import jieba

from assistant.text.script import simplify

jieba.setLogLevel(40)  # its start-up lines are no business of the user

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHINESE = ("gb18030", "big5hkscs")
# What a page or book calls an encoding, and the one that has all of its characters.
_WIDER = {
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "iso-8859-1": "cp1252", "ascii": "cp1252",
    "us-ascii": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949", "shift_jis": "cp932", "shift-jis": "cp932",
}  # fmt: skip
_OTHERS = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "koi8_r", "cp932", "euc_jp", "cp949",
]  # fmt: skip
_SAMPLE = 200_000  # bytes that are looked at
_COMMON = 1500  # Chinese characters: they make 95 % of what is written
_CHINESE_FLOOR = 0.65  # of the characters must be common; of wrong guesses a third or less are
_SHORT = 20  # characters of a short text that may go with one slip
_SLIPS = 1000  # one broken byte in so many is a slip in a file that else proves itself
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Kana, bopomofo, other alphabets, private and small forms: what wrong guesses are full of.
_STRANGE = re.compile(r"[\u0080-\u024f\u0370-\u1fff\u3040-\u33ff\ue000-\uf8ff\ufe50-\ufe6f\ufffd]")
_LEAST = 16  # bytes: fewer are a guess between a dozen encodings
_AS_GOOD = 0.02  # of charset-normalizer's measure of disorder
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MOST_BINARY = 0.02  # share of control characters that a text may hold


class Decoded(NamedTuple):
    """`slips` counts characters that were broken and are U+FFFD now."""

    text: str
    encoding: str
    slips: int = 0


def decode(data: bytes, declared: str | None = None) -> Decoded | None:
    """The text of these bytes; None where they are no text in an encoding that can be told.

    `declared` is what the file says of itself; it counts where the bytes bear it out.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode_most(data, encoding)
    if found := _decode_wide(data) or _try(data, "utf-8"):
        return None if "\0" in found.text else found
    found = _decode_declared(data, declared) or _decode_chinese(data)
    found = found or _decode_slipped(data) or _decode_other(data)
    return found if found and not _is_binary(found.text) else None


def _try(data: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(data.decode(encoding), encoding)
    except (UnicodeError, LookupError):
        return None


def _decode_most(data: bytes, encoding: str) -> Decoded | None:
    """As `_try`, but a few slips do not matter."""
    found = _try(data, encoding)
    return found or _keep_few(data.decode(encoding, errors="replace"), encoding)


def _keep_few(text: str, encoding: str) -> Decoded | None:
    """A text with a slip here and there, as of a cut or a bad paste."""
    slips = text.count("\ufffd")
    few = slips * _SLIPS <= len(text) + _SLIPS and slips * _SHORT <= len(text)
    return Decoded(text, encoding, slips) if few else None


def _decode_wide(data: bytes) -> Decoded | None:
    """UTF-16 without a mark: every second byte of its Latin letters and line ends is zero."""
    if len(data) % 2 or b"\0" not in data[:_SAMPLE]:
        return None
    even, odd = data[0:_SAMPLE:2].count(0), data[1:_SAMPLE:2].count(0)
    if min(even, odd) * 10 > max(even, odd):
        return None
    found = _try(data, "utf-16-be" if even > odd else "utf-16-le")
    return found if found and not _is_odd(found.text[:_SAMPLE]) else None


def _is_odd(text: str) -> bool:
    """Whether there is a character that no text has, as there soon is where numbers of a program
    are taken for UTF-16."""
    odd = {"Cn", "Co", "Cs"}
    return bool(_BINARY.search(text)) or any(category(one) in odd for one in set(text))


def _decode_declared(data: bytes, declared: str | None) -> Decoded | None:
    name = (declared or "").strip().strip("\"'").lower()
    if not name or name.replace("-", "").startswith(("utf16", "utf32", "utf7")):
        return None  # a file that could say so in ASCII is in none of these
    return _try(data, _WIDER.get(name, name))


def _decode_chinese(data: bytes) -> Decoded | None:
    found = [one for encoding in _CHINESE if (one := _decode_most(data, encoding))]
    scored = [(_score_chinese(one.text[:_SAMPLE]), one) for one in found]
    best, decoded = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return decoded if best >= _CHINESE_FLOOR else None


def _score_chinese(text: str) -> float:
    """The share of common characters among the Chinese ones; 0 where a text has none to speak of.

    Letters of Europe come out as a rare Chinese character here and there.
    """
    characters = _HAN.findall(simplify(text))
    if not characters:
        return 0.0
    common = _load_common()
    count = sum(character in common for character in characters)
    return count / (len(characters) + len(_STRANGE.findall(text)))


@cache
def _load_common() -> frozenset[str]:
    """The characters that stand most often in the words of jieba's dictionary, by their counts."""
    jieba.initialize()
    counts: Counter[str] = Counter()
    for word, count in jieba.dt.FREQ.items():
        for character in word if count else "":
            counts[character] += count
    han = (character for character, _ in counts.most_common() if _HAN.match(character))
    return frozenset(character for character, _ in zip(han, range(_COMMON), strict=False))


def _decode_slipped(data: bytes) -> Decoded | None:
    """UTF-8 with few slips: whole characters of several bytes don't come about by chance."""
    found = _keep_few(data.decode("utf-8", errors="replace"), "utf-8")
    whole = sum(character > "\x7f" for character in found.text) if found else 0
    return found if found and whole > 2 * found.slips else None


def _decode_other(data: bytes) -> Decoded | None:
    if len(data) < _LEAST:
        return None
    matches = list(charset_normalizer.from_bytes(data[:_SAMPLE], cp_isolation=_OTHERS))
    if not matches:
        return None
    near = [one for one in matches if one.chaos <= matches[0].chaos + _AS_GOOD]
    # The code pages of Europe share most letters: without proof, the one most files are in.
    usual = next((one for one in near if one.encoding == _OTHERS[0]), None)
    best = usual if usual and usual.coherence >= matches[0].coherence else matches[0]
    return _try(data, best.encoding)


def _is_binary(text: str) -> bool:
    sample = text[:_SAMPLE]
    return "\0" in text or len(_BINARY.findall(sample)) > _MOST_BINARY * len(sample) + 1
