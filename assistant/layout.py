"""Tables and lists of a model as sentences that each stand alone.

A cell says nothing without its header, an item nothing without the line above its list. So a row
becomes an item that names its columns, and an item takes the words of its list along where these
hold a figure or a name: what is checked and shown is then the whole statement, never half of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.figures import find_figures
from assistant.naming import find_names
from assistant.text.citations import find_numbers, remove_markers

_RULE = re.compile(r"\s*\|?[\s:|-]*-{2,}[\s:|-]*")
_FENCE = re.compile(r"(?:^|\n)[^\S\n]*`{3,}\w*[^\S\n]*")
_HEADING = re.compile(r"\s*#{1,6}\s+")
_ITEM = re.compile(
    r"(\s*)((?:[-*+•·▪●]|\(?\d{1,2}[.)]|\d{1,2}、|[（(]?[一二三四五六七八九十]{1,2}[)）、])\s*)(.+)",
    re.S,
)
_LEAD_END = re.compile(r"[:：]\s*\Z")
_EMPHASIS = re.compile(r"\*\*|`")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_BULLET = "- "
_STOPS = " .。;；"
_INNER_STOP = re.compile(r"[.!?]\s+(?=\S)|[。！？](?=\S)")
# What columns are called everywhere. With a capital, inside a sentence, it would pass for a name.
_USUAL = frozenset(
    "amount category change city company country date description detail details figure growth "
    "indicator industry item measure metric month name note notes number organisation organization "
    "percentage period place project quarter rank region result sector share source status target "
    "time total type unit value year".split()
)
_WORD = re.compile(r"[A-Z][a-z]+")


class Layout:
    """Takes a reply sentence by sentence, as it was written, and gives what is to be shown."""

    def __init__(self) -> None:
        self._lead = ""
        self._header: list[str] | None = None

    def take(self, written: str) -> list[str]:
        """The statements that a sentence with its markers comes to: none of a heading, a rule, the
        head of a table or the opening of a list, else one."""
        text = _EMPHASIS.sub("", _FENCE.sub(r"\n", written))
        if not text.strip():
            return []
        if text.lstrip().startswith("|"):
            return self._take_row(text)
        self._header = None
        if item := _ITEM.fullmatch(text):
            space, bullet, said = item.groups()
            return [f"{space}{bullet}{self._lead}{said}"]
        if _is_opening(text):
            self._lead = _tell(text)
            return []
        self._lead = ""
        return [text]

    def _take_row(self, text: str) -> list[str]:
        if _RULE.fullmatch(text):
            return []
        cells = [cell.strip() for cell in text.strip().strip("|").split("|")]
        if self._header is None:
            self._header = [_WORD.sub(_lower, remove_markers(cell).strip()) for cell in cells]
            return []
        said = _say_row(self._header, cells)
        return [f"\n{_BULLET}{self._lead}{said}"] if said else []


def _lower(word: re.Match[str]) -> str:
    lowered = word.group().lower()
    return lowered if lowered in _USUAL else word.group()


def _is_opening(text: str) -> bool:
    """Whether a line only opens what comes below it: a heading, or words before a list."""
    return bool(_HEADING.match(text) or (_LEAD_END.search(text) and not find_numbers(text)))


def _tell(opening: str) -> str:
    """What of an opening its items can't do without: nothing where it has no figure and no name."""
    said = _HEADING.sub("", opening).strip()
    if not (find_figures(said) or find_names(said)):
        return ""
    plain = _LEAD_END.sub("", said)
    return f"{plain}：" if _HAN.search(plain) else f"{plain}: "


def _say_row(header: Sequence[str], cells: Sequence[str]) -> str:
    """The cells, each behind its column's name; columns of markers alone are left to the end."""
    numbers = find_numbers(" ".join(cells))
    # A row is one sentence: what ends within a cell only ends that part of it.
    bare = [_INNER_STOP.sub("; ", remove_markers(cell).strip(_STOPS)) for cell in cells]
    pairs = [(header[n] if n < len(header) else "", cell) for n, cell in enumerate(bare) if cell]
    wide = any(_HAN.search(name + cell) for name, cell in pairs)
    colon, semicolon = ("：", "；") if wide else (": ", "; ")
    said = semicolon.join(f"{name}{colon}{cell}" if name else cell for name, cell in pairs)
    markers = "".join(f"[{number}]" for number in numbers)
    return f"{said} {markers}" if said and markers else said
