"""What kind of figure a question asks for, by its words in either language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

_SPECIFIC: Final = frozenset({"count", "percent", "year", "date", "duration", "rank"})
_NAMED: Final = frozenset({"name", "list"})


@cache
def _table() -> dict[str, Any]:
    data = files("assistant.figures").joinpath("asked.toml").read_text(encoding="utf-8")
    return tomllib.loads(data)


def _pattern(entry: dict[str, list[str]]) -> re.Pattern[str]:
    english, chinese = "|".join(entry["english"]), "|".join(entry["chinese"])
    return re.compile(rf"(?<![A-Za-z])(?:{english})|{chinese}", re.IGNORECASE)


@cache
def _patterns(section: str) -> Mapping[str, re.Pattern[str]]:
    return {kind: _pattern(entry) for kind, entry in _table()[section].items()}


@cache
def _ask() -> re.Pattern[str]:
    return _pattern(_table()["ask"])


def figure_type(question: str) -> frozenset[str]:
    """The kinds of figure that a question asks for, as `kind_of` names them, and "name", "list".

    Several where it asks several things; empty where its words don't tell.
    """
    asked = len(_ask().findall(question))
    direct = _matching("direct", question)
    if asked <= 1 and direct & _SPECIFIC:
        # "what share of the revenue": the revenue is not what is asked
        return direct - _NAMED
    measures = _matching("measure", question) if asked else frozenset()
    if "compute" in measures:
        measures -= {"power"}
    return direct | measures


def _matching(section: str, question: str) -> frozenset[str]:
    found = (kind for kind, pattern in _patterns(section).items() if pattern.search(question))
    return frozenset(found)
