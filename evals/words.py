"""The words of drafted questions: what a statement of a figure consists of, in either language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from assistant.figures import Figure

Kind = Literal["moves", "level", "does", "share"]
Way = Literal["", "by", "to"]


@dataclass(frozen=True, slots=True)
class Verb:
    """`to` is its Chinese where the figure is what was come to."""

    base: str
    past: str
    done: str
    kind: Kind
    chinese: tuple[str, ...]
    to: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A plain statement of one figure, taken apart: who says so, of when, that what does what.

    `subject` is what is spoken of, `counted` what is counted ("companies"), `whole` what a share is
    of; `rest` are phrases behind ("in Chongqing"). `aux` is an auxiliary of its verb. `when` is a
    year, date or part of a year, and `since` the preposition that goes with it.
    """

    subject: str
    verb: str = "be"
    way: Way = ""
    who: str = ""
    when: Figure | None = None
    since: str = "in"
    counted: str = ""
    whole: str = ""
    rest: str = ""
    aux: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The tables of words.toml; `measures` are English to Chinese, `chinese` the other way."""

    verbs: Mapping[str, Verb]
    measures: Mapping[str, str]
    chinese: Mapping[str, str] = field(default_factory=dict)


@cache
def load_words() -> Words:
    table = _read()
    verbs = {base: _build_verb(base, row) for base, row in table["verbs"].items()}
    measures: dict[str, str] = table["measures"]
    turned: dict[str, str] = {}
    for english, chinese in measures.items():
        turned.setdefault(chinese, english)
    return Words(verbs, measures, turned)


def is_level(said: Said) -> bool:
    """Whether a statement says what something is, not what it does or how it changed."""
    verb = load_words().verbs.get(said.verb)
    return verb is not None and verb.kind == "level"


def _read() -> dict[str, Any]:
    return tomllib.loads(files("evals").joinpath("words.toml").read_text(encoding="utf-8"))


def _build_verb(base: str, row: Mapping[str, Any]) -> Verb:
    return Verb(
        base,
        row["past"],
        row.get("done", row["past"]),
        row["kind"],
        tuple(row["chinese"]),
        row.get("to", ""),
    )
