"""What figures are measured in, as units.toml says it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import cache
from importlib.resources import files
from typing import Any

EXACT = Context(prec=60)
"""Wide enough for every product of a figure and a factor; the default of 28 digits would round."""

WORD_LENGTH = 4
_EDGE = r"(?![A-Za-z0-9])"


@dataclass(frozen=True, slots=True)
class Form:
    """A spelling's meaning: one of it is `factor` of `base`."""

    base: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Speech:
    """How a unit is said: (words, size in base units), largest first."""

    english: tuple[tuple[str, Decimal], ...]
    chinese: tuple[tuple[str, Decimal], ...]
    before: bool = False
    glued: bool = False


@dataclass(frozen=True, slots=True)
class Alike:
    """What a value is multiplied by, then added to, before it is compared in units of `base`."""

    base: str
    size: Decimal
    zero: Decimal


@cache
def _table() -> dict[str, Any]:
    data = files("assistant.figures").joinpath("units.toml").read_text(encoding="utf-8")
    return tomllib.loads(data)


@cache
def load_suffixes() -> Mapping[str, Form]:
    """Spellings that stand after a number, lower case where they are words."""
    found: dict[str, Form] = {}
    for money in _table()["currency"]:
        spellings = [*money["latin"], *money["cjk"]]
        found |= {name: Form(money["code"], Decimal(1)) for name in _keys(spellings)}
    for unit in _table()["unit"]:
        for form in unit["forms"]:
            meaning = Form(unit["base"], Decimal(form["factor"]))
            found |= dict.fromkeys(_keys(form["latin"] + form["cjk"]), meaning)
    return found


@cache
def load_shy_suffixes() -> Mapping[str, Form]:
    """Spellings that are units only after a magnitude ("250 billion won", not "two won")."""
    return {
        name: Form(money["code"], Decimal(1))
        for money in _table()["currency"]
        for name in _keys(money.get("after_magnitude", []))
    }


@cache
def load_prefixes() -> Mapping[str, str]:
    """Spellings of currencies that stand before a number."""
    return {name: money["code"] for money in _table()["currency"] for name in money["before"]}


@cache
def load_magnitudes() -> Mapping[str, Decimal]:
    return {name: Decimal(size) for name, size in _table()["magnitudes"].items()}


@cache
def load_alike() -> Mapping[str, Alike]:
    return {
        row["units"][0]: Alike(row["units"][1], Decimal(row["size"]), -Decimal(row.get("zero", 0)))
        for row in _table()["alike"]
    }


@cache
def load_speech() -> Mapping[str, Speech]:
    spoken = {
        unit["base"]: Speech(
            _sizes(unit["english"]), _sizes(unit["chinese"]), glued=unit.get("glued", False)
        )
        for unit in _table()["unit"]
    }
    one = Decimal(1)
    for money in _table()["currency"]:
        english, chinese = ((money["english"], one),), ((money["chinese"], one),)
        spoken[money["code"]] = Speech(english, chinese, before=True)
    return spoken


@cache
def load_currencies() -> frozenset[str]:
    return frozenset(money["code"] for money in _table()["currency"])


@cache
def _kinds() -> Mapping[str, str]:
    return {unit["base"]: unit["kind"] for unit in _table()["unit"]}


def kind_of(unit: str) -> str:
    """What a unit measures: "money", "percent", "count", "year", "length", ...; else "other"."""
    return "money" if unit in load_currencies() else _kinds().get(unit, "other")


@cache
def _names() -> Mapping[str, Form]:
    one = Decimal(1)
    named = {name: Form(code, one) for name, code in load_prefixes().items()}
    named |= load_suffixes()
    for unit in _table()["unit"]:
        named |= {name: Form(unit["base"], one) for name in [unit["base"], *unit["names"]]}
    return named | {code: Form(code, one) for code in load_currencies()}


def base_unit(name: str) -> tuple[str, Decimal]:
    """The base unit of a spelling and its size in it: "GW" is ("W", 1000000000).

    Raises KeyError for a name that units.toml doesn't know.
    """
    form = _names().get(name) or _names()[name.lower()]
    return form.base, form.factor


def find_form(spelling: str, table: Mapping[str, Form]) -> Form:
    """The meaning of a spelling as `spelling_pattern` has matched it in a text."""
    plain = re.sub(r"[\s-]+", " ", spelling)
    return table.get(plain) or table.get(plain.lower()) or table[plain.replace(" ", "")]


def spelling_pattern(spellings: Iterable[str]) -> str:
    """An alternation that matches the longest of the spellings first."""
    ordered = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
    return "|".join(_spelling(spelling) for spelling in ordered)


def _spelling(spelling: str) -> str:
    # A latin spelling ends where its word ends; a Chinese one has no such edge. "% points" too.
    pattern = re.escape(spelling).replace(r"\ ", r"[\s-]{1,3}")
    if _is_word(spelling):
        pattern = f"(?i:{pattern})"
    if barred := _table()["not_before"].get(spelling):
        return f"{pattern}(?![{barred}])"
    return pattern + (_EDGE if spelling[-1].isascii() and spelling[-1].isalnum() else "")


def _is_word(spelling: str) -> bool:
    return " " in spelling or (len(spelling) >= WORD_LENGTH and spelling.lower() == spelling)


def _keys(spellings: Iterable[str]) -> set[str]:
    names = list(spellings)
    return {*names, *(name.lower() for name in names if _is_word(name))}


def _sizes(rows: list[list[str]]) -> tuple[tuple[str, Decimal], ...]:
    return tuple((words, Decimal(size)) for words, size in rows)


GAP = r"[ \t]{0,12}\n?[ \t]{0,4}-?"
"""What may stand between a number and its unit: blanked markup, a line break, a hyphen."""
SUFFIX = re.compile(rf"{GAP}(?P<unit>{spelling_pattern(load_suffixes())})")
