"""Cleaning within a line: tags, escapes, look-alike letters, misread names."""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass

_LOOK_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТХУасеорхуіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
    "ABESIJKMHOPCTXYaceopxyijsABEZHIKMNOPTYXo",
)
_ALIKE = r"\u0370-\u03ff\u0400-\u04ff"
# From the beginning of a word only: a search from each letter is quadratic in long ones.
_ALIKE_WORD = re.compile(rf"(?<![A-Za-z{_ALIKE}])[A-Za-z]*[{_ALIKE}][A-Za-z{_ALIKE}]*")
_NAME = re.compile(r"\b[A-Z][a-z]{5,}\b")
_WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
_MATH = {"rightarrow": "→", "to": "→", "sim": "~", "times": "×", "approx": "≈", "leq": "≤",
         "geq": "≥", "circ": "°", "pm": "±", "cdot": "·", "bullet": "•"}  # fmt: skip
_FREQUENT = 40  # times that a name has to stand before others count as misread forms of it

_PATTERN = re.compile(
    r"(?P<square>(?<=\bkm)<sup>\s*2\s*</sup>|(?<=\bm)<sup>\s*2\s*</sup>)"
    r"|(?P<cube>(?<=\bm)<sup>\s*3\s*</sup>)"
    r"|(?P<note><sup>&</sup>lt;sup>[^<]*</sup>|<sup>[^A-Za-z<\n]{0,24}</sup>)"
    r"|(?P<cell></li>|<br\s*/?>)"
    r"|(?P<tag></?[A-Za-z][^<>\n]{0,80}>)"
    r"|(?P<entity>&(?:[a-zA-Z]{2,8}|\#\d{1,6});)"
    r"|(?P<image>!\[[^\]]*\]\([^)]*\))"
    r"|(?P<link>\[(?P<label>[^\[\]]+)\]\((?:https?:|/|\#|mailto:|[\w./-]+\.\w+)[^)\s]*\))"
    r"|\\(?P<math>rightarrow|to|sim|times|approx|leq|geq|circ|pm|cdot|bullet)(?![a-zA-Z])"
    r"|(?P<dollar>\$(?=[^$\n]*\\[a-z%][^$\n]*\$)|(?<=[%\d\w}])\$(?=[\s,.;)]|$))"
    r"|\\(?P<escaped>[^\w\s])"
    r"|(?P<emphasis>\*\*|__(?=\S)|(?<=\S)__|(?<![\w*])\*(?=\S[^*\n]*\*)|(?<=[^\s*])\*(?!\w))"
    r"|(?P<ligature>[ﬀﬁﬂﬃﬄ])"
    r"|(?P<invisible>[\u200b-\u200f\u2060\ufeff\u00ad\x00-\x08\x0b-\x1f])"
    r"|(?P<space>[^\S\n]{2,}|[\t\u00a0\u3000])"
)
_FORMULA = re.compile(r"\$[^$\n]*\\[a-z%][^$\n]*\$")
_LONGEST_FORMULA = 400
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"}


@dataclass(slots=True)
class Piece:
    """Clean text; `offsets[i]` is where text[i] came from."""

    text: str
    offsets: list[int]


@dataclass(frozen=True)
class Inline:
    """What a whole document tells about its misread words."""

    spellings: dict[str, str]
    words: frozenset[str]
    hyphened: frozenset[str]
    pattern: re.Pattern[str] | None

    def clean(self, raw: str, start: int) -> Piece:
        """`raw`, which begins at offset `start` of the document, cleaned and stripped."""
        piece = _substitute(raw, start)
        if self.pattern is not None:
            piece = _replace(piece, self.pattern, self.spellings)
        return _strip(piece)

    def joins_hyphen(self, left: str, right: str) -> bool:
        """Whether the hyphen at the end of `left` was put there by a line break."""
        if not left.endswith("-") or not right[:1].isalpha():
            return False
        head = re.search(r"[A-Za-z]+-$", left)
        tail = re.match(r"[A-Za-z]+", right)
        if not head or not tail:
            return False
        first, second = head.group()[:-1].lower(), tail.group().lower()
        if first + second in self.words:
            return True
        return f"{first}-{second}" not in self.hyphened and right[0].islower()


def build_inline(text: str) -> Inline:
    words = _WORD.findall(text)
    spellings = _find_spellings(text)
    pattern = None
    if spellings:
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, spellings))})(?!\w)")
    lowered = {word.lower() for word in words}
    return Inline(
        spellings,
        frozenset(word for word in lowered if "-" not in word),
        frozenset(word for word in lowered if "-" in word),
        pattern,
    )


def _find_spellings(text: str) -> dict[str, str]:
    """Misread forms of a document's frequent names -> the name.

    A form is misread where it has the name's shape to a scanner (q for g, l for I, a doubled
    letter) and is far rarer than the name.
    """
    counts = Counter(_NAME.findall(text))
    shapes: dict[str, list[str]] = defaultdict(list)
    for name in counts:
        shapes[_shape(name)].append(name)
    found: dict[str, str] = {}
    for names in shapes.values():
        best = max(names, key=counts.__getitem__)
        forms = [n for n in names if n != best and len(n) >= 7]
        if counts[best] >= _FREQUENT and len(best) >= 7:
            found.update({n: best for n in forms if counts[best] >= 2 * counts[n]})
    if "rtificial intelligence" in text and len(re.findall(r"\bAI\b", text)) >= 3:
        found["Al"] = "AI"
    return found


def _shape(word: str) -> str:
    folded = word.lower().replace("q", "g").replace("9", "g").replace("l", "i").replace("1", "i")
    return re.sub(r"(.)\1+", r"\1", folded.replace("rn", "m"))


def _substitute(raw: str, start: int) -> Piece:
    parts: list[str] = []
    offsets: list[int] = []
    last = 0
    for match in _PATTERN.finditer(raw):
        _keep(parts, offsets, raw, last, match.start(), start)
        _put(parts, offsets, _replacement(match), start + match.start(), start + match.end())
        last = match.end()
    _keep(parts, offsets, raw, last, len(raw), start)
    return _replace(Piece("".join(parts), offsets), _ALIKE_WORD, None)


def _keep(parts: list[str], offsets: list[int], raw: str, a: int, b: int, start: int) -> None:
    parts.append(raw[a:b])
    offsets.extend(range(start + a, start + b))


def _put(parts: list[str], offsets: list[int], new: str, start: int, end: int) -> None:
    """The new text stands for [start, end): its last character maps to the last replaced one."""
    parts.append(new)
    if new:
        offsets.extend(min(start + i, end - 1) for i in range(len(new) - 1))
        offsets.append(end - 1)


def _offsets_of(many: int, old: list[int]) -> list[int]:
    """Those of so many characters that stand for others, whose offsets may have gaps: one each, and
    the last one's for the last."""
    return [old[min(i, len(old) - 1)] for i in range(many - 1)] + old[-1:] * bool(many)


def _replacement(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if kind == "label" or match["link"]:
        return match["label"]
    fixed = {"square": "²", "cube": "³", "cell": "; ", "space": " "}
    makers: dict[str | None, Callable[[], str]] = {
        "math": lambda: _MATH[match["math"]],
        "escaped": lambda: match["escaped"],
        "entity": lambda: html.unescape(match.group()),
        "ligature": lambda: _LIGATURES[match.group()],
        "dollar": lambda: "" if _marks_formula(match) else "$",
    }
    if kind in fixed:
        return fixed[kind]
    return makers[kind]() if kind in makers else ""


def _marks_formula(match: re.Match[str]) -> bool:
    """Whether a dollar sign begins or ends a formula, which has a command in it; that of "US$ 5" is
    money."""
    text, place = match.string, match.start()
    if _FORMULA.match(text, place):
        return True
    # From the last sign before it on: looking from the line's beginning would be quadratic.
    before = text.rfind("$", max(0, place - _LONGEST_FORMULA), place)
    return before >= 0 and _FORMULA.match(text, before, place + 1) is not None


def _replace(piece: Piece, pattern: re.Pattern[str], table: dict[str, str] | None) -> Piece:
    if not pattern.search(piece.text):
        return piece
    parts: list[str] = []
    offsets: list[int] = []
    last = 0
    for match in pattern.finditer(piece.text):
        a, b = match.span()
        parts.append(piece.text[last:a])
        offsets += piece.offsets[last:a]
        new = table[match.group()] if table else _unmask(match.group())
        parts.append(new)
        offsets += _offsets_of(len(new), piece.offsets[a:b])
        last = b
    parts.append(piece.text[last:])
    offsets += piece.offsets[last:]
    return Piece("".join(parts), offsets)


def _unmask(word: str) -> str:
    """Look-alike letters of a word into Latin ones, unless it is a word of its own script."""
    latin = word.translate(_LOOK_ALIKE)
    return latin if latin.isascii() else word


def _strip(piece: Piece) -> Piece:
    text = piece.text
    left = len(text) - len(text.lstrip())
    kept = text.strip()
    return Piece(kept, piece.offsets[left : left + len(kept)])
