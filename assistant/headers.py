"""The unit that a table's header or caption names once for all numbers below it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from assistant.figures import Figure, find_figures, kind_of
from assistant.figures.units import EXACT
from assistant.text.script import simplify

_UNIT_LINE = re.compile(
    r"(?:\bunits?(?: of measure(?:ment)?)?|单位|计量单位)\s*[:：]\s*([^\n()（）;；。|]{1,40})", re.I
)
_ASIDE = re.compile(r"[(（\[]([^()（）\[\]]{1,40})[)）\]]")
_IN_UNITS = re.compile(r"\bin ((?:[a-z$€£¥.]+ ){0,3}[a-z$€£¥.%]+)\s*$", re.I)
_RANKED = re.compile(r"\b(?:rank(?:ing|ed|s)?|place|position)\b|排名|名次|位次|排位", re.I)
# What a price is for: "US$ per kg", 元/吨.
_EACH = re.compile(
    r"\s*(?:\bper\b|/|每)\s*(?:kilogram(?:me)?s?|kg|tonnes?|tons?|lit(?:re|er)s?|kWh|MWh|hours?|h"
    r"|days?|months?|years?|(?:m2|m²|sq(?:uare)? ?m(?:etres?|eters?)?)|mu|hectares?|ha|households?"
    r"|千克|公斤|吨|升|度|千瓦时|小时|天|日|月|年|平方米|平米|㎡|亩|公顷|户|箱|件|辆|台)\s*\Z",
    re.IGNORECASE,
)
_PLURAL_SIZE = re.compile(r"\b(thousand|million|billion|trillion)s\b(?: of)?", re.I)
_ROUND = re.compile(r"\D{0,4}\s?10{1,11}(?:,000)*\b|\D{0,4}10{1,3},000")
_FILLERS = re.compile(r"[\W_]+|(?i:per|people|persons|units?|yuan|rmb)")
_NO_UNITS = frozenset({"year", "date", "half", "quarter", "rank"})
_TIMES = frozenset({"years", "months", "days", "hours"})
_LONGEST_CAPTION = 160  # characters: a longer line above a table is prose


class Unit(NamedTuple):
    """What a bare number of a column is multiplied by, and in which unit."""

    factor: Decimal
    unit: str


def find_unit(column: str, label: str, first: str, caption: str) -> Unit | None:
    """What a bare cell counts: by its column's header, else its row's label, else the header of the
    rows' own column, else the caption above the table; a rank where one of them speaks of ranks."""
    column, label, first, caption = map(simplify, (column, label, first, caption))
    for text in (column, label):
        if unit := _unit_of(text):
            return unit
    # "Year" says what the rows are, not what their other cells count.
    if (unit := _unit_of(first)) and unit.unit not in _TIMES:
        return unit
    if unit := _caption_unit(caption):
        return unit
    ranked = any(_RANKED.search(text) for text in (column, label, first, caption))
    return Unit(Decimal(1), "rank") if ranked else None


def _caption_unit(caption: str) -> Unit | None:
    for line in reversed(caption.split("\n")):
        if stated := _UNIT_LINE.search(line):
            return _read_unit(stated.group(1))
    lines = caption.split("\n")
    return _unit_of(lines[-1]) if len(lines[-1]) < _LONGEST_CAPTION else None


@lru_cache(maxsize=4096)
def _unit_of(header: str) -> Unit | None:
    """The unit that a header names: in brackets, behind its last comma, or as all that it says."""
    if stated := _UNIT_LINE.search(header):
        return _read_unit(stated.group(1))
    asides = [part for aside in _ASIDE.findall(header) for part in _parts(aside)]
    plain = _ASIDE.sub("", header).strip()
    tails = [*_parts(plain)[1:], *_IN_UNITS.findall(plain), plain if len(plain) < 24 else ""]
    for words in [*reversed(asides), *reversed(tails)]:
        if unit := _read_unit(words):
            return unit
    return None


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,，;；、]\s*(?!\d{3})", text) if part.strip()]


def _read_unit(words: str) -> Unit | None:
    """What one of these words is worth: "RMB billion" is 10**9 CNY, "万人" 10**4, "10,000 tons"; of
    a price the money."""
    plain = _PLURAL_SIZE.sub(r"\1", words.strip(" .:：")).strip()
    if not plain or len(plain) > 40:
        return None
    if (price := _EACH.sub("", plain)) != plain:
        unit = _read_plain(price) if price else None
        return unit if unit and kind_of(unit.unit) == "money" else None
    return _read_plain(plain)


def _read_plain(plain: str) -> Unit | None:
    for probe, one in _probes(plain):
        figures = find_figures(probe)
        whole = len(figures) == 1 and covers(figures[0], probe)
        if whole and figures[0].unit not in _NO_UNITS:
            figure = figures[0]
            if figure.unit != "count" or figure.value != one or re.search(r"\d", plain):
                return Unit(EXACT.divide(figure.value, one), figure.unit)
    return None


def covers(figure: Figure, probe: str) -> bool:
    """Whether nothing but the unit stood there: "Top 10 cities" names no unit."""
    left = probe[: figure.span[0]] + probe[figure.span[1] :]
    return not _FILLERS.sub("", left)


def _probes(unit: str) -> Iterator[tuple[str, Decimal]]:
    if _ROUND.match(unit):
        yield unit, Decimal(1)
        return
    if re.search(r"\d", unit):
        return
    two = Decimal(2)
    words = unit.split()
    yield f"2 {unit}", two
    yield f"2{unit}", two
    yield f"{unit} 2", two
    if len(words) > 1:
        yield f"{words[0]} 2 {' '.join(words[1:])}", two
        yield f"2 {' '.join([*words[1:], words[0]])}", two
