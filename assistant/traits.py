"""What kind of amount a figure is: a growth or a share, an average, a plan, half a year's.

Two figures of the same unit, year and place that differ in it measure two things. The words that
tell stand in traits.toml.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

from assistant.evidence import Statement
from assistant.text.script import simplify

Where = Literal["near", "clause", "before", "sentence"]

_HAN = re.compile(r"[\u4e00-\u9fff]")
_PERIODS = frozenset({"year", "date", "half", "quarter"})
_BEFORE, _AFTER = 30, 25  # characters around a figure within which a word speaks of it alone
_LATIN = 2  # how many Latin letters say as much as one Chinese character
_LISTED = 20  # the most between two figures of a list


class _Trait(NamedTuple):
    pattern: re.Pattern[str]
    where: Where
    units: frozenset[str]


@lru_cache(maxsize=4096)
def find_traits(text: str, statement: Statement) -> frozenset[str]:
    """The names of the traits that a text gives to a figure of its own."""
    unit = statement.figure.unit
    return frozenset(
        name
        for name, trait in _traits().items()
        if (unit in trait.units if trait.units else unit not in _PERIODS)
        and trait.pattern.search(_read(text, statement, trait.where))
    )


def _read(text: str, statement: Statement, where: Where) -> str:
    """What stands there, without the figure; of a table's row, its heads as well."""
    start, end = statement.figure.span
    left, right = {
        "near": (_begin(text, statement), min(statement.segment[1], end + _AFTER)),
        "clause": statement.segment,
        "before": (statement.sentence[0], start),
        "sentence": statement.sentence,
    }[where]
    return simplify(f"{statement.row} {text[left:start]} · {text[end:right]}")


def _begin(text: str, statement: Statement) -> int:
    """Where what is near begins; of a list's later figures ("by 6 % here and 4 % there") before the
    ones that stand first."""
    start, left = statement.figure.span[0], statement.segment[0]
    room = _BEFORE * (1 if _HAN.search(text, max(0, start - _BEFORE), start) else _LATIN)
    listed = start - left <= _LISTED and left > statement.sentence[0]
    return max(statement.sentence[0], start - 2 * room) if listed else max(left, start - room)


@cache
def _traits() -> Mapping[str, _Trait]:
    data = files("assistant").joinpath("traits.toml").read_text(encoding="utf-8")
    return {
        name: _Trait(
            _pattern(entry["english"], entry["chinese"]),
            entry["where"],
            frozenset(entry.get("units", ())),
        )
        for name, entry in tomllib.loads(data).items()
    }


def _pattern(english: list[str], chinese: list[str]) -> re.Pattern[str]:
    words = "|".join(english)
    return re.compile(rf"(?<![A-Za-z])(?:{words})(?![A-Za-z])|{'|'.join(chinese)}", re.IGNORECASE)
