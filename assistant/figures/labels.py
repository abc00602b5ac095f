"""Units that the label of a table's row states once: "GDP (2019, RMB billion) | 6,506 | 19,735"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache, lru_cache

from assistant.figures.drafts import Draft, read_drafts
from assistant.figures.sharing import looks_like_year
from assistant.figures.units import Form, load_prefixes

_LABEL = re.compile(
    r"\((?:[^()\n]{0,40}[,;:，、]\s?)?(?:in\s|unit\s|单位\s?)?(?P<unit>(?![0-9])[^()\n,;:，、]{1,24})\)"
    r"(?P<gap>[ \t|:]{0,12})(?=[-0-9.])"
)
_SEPARATOR = re.compile(r"[|\t:]")
_CELLS = re.compile(r"[ \t|]{1,12}-?")


def share_labels(view: str, drafts: Sequence[Draft]) -> None:
    """Gives the bare numbers of a row the unit and magnitude that its label has in brackets."""
    if "(" not in view or len(drafts) == 0:
        return
    places = {draft.start: place for place, draft in enumerate(drafts)}
    for match in _LABEL.finditer(view):
        first = places.get(match.end())
        unit = None if first is None else read_unit(match["unit"].strip())
        if first is None or unit is None:
            continue
        cells = _find_cells(view, drafts[first:])
        if len(cells) > 1 or (cells and _SEPARATOR.search(match["gap"])):
            _complete(cells, unit)


@lru_cache(maxsize=1024)
def read_unit(words: str) -> tuple[Form, Decimal | None] | None:
    """The unit and magnitude of "RMB billion", 亿元 or "%"; None where the words are no unit."""
    code = next((name for name in _longest_first() if words.startswith(name)), "")
    for text in (f"1 {words}", f"{code} 1 {words[len(code) :].strip()}".strip()):
        drafts = list(read_drafts(text, bytearray(len(text))))
        if len(drafts) == 1 and drafts[0].form and drafts[0].end == len(text):
            return drafts[0].form, drafts[0].size
    return None


@cache
def _longest_first() -> list[str]:
    return sorted(load_prefixes(), key=len, reverse=True)


def _find_cells(view: str, drafts: Sequence[Draft]) -> list[Draft]:
    """Bare numbers with nothing but the lines of a table between them, unless they are years."""
    cells: list[Draft] = []
    for draft in drafts:
        if not draft.plain or (cells and not _CELLS.fullmatch(view, cells[-1].end, draft.start)):
            break
        cells.append(draft)
    return [] if all(map(looks_like_year, cells)) else cells


def _complete(cells: Sequence[Draft], unit: tuple[Form, Decimal | None]) -> None:
    for cell in cells:
        cell.form, cell.size = unit
