"""Names in two languages: what the user's glossary says, and what the collection itself shows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from assistant.errors import CatalogError
from assistant.text.script import simplify

_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Glossary:
    """Names by name: each other-language form of it, both ways. English keys are lower case."""

    pairs: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def find(self, text: str) -> dict[str, frozenset[str]]:
        """The names that stand in a text, longest first, with their other-language forms."""
        lowered = simplify(text.lower())
        found = [name for name in self.pairs if _stands(name, lowered)]
        return {name: self.pairs[name] for name in sorted(found, key=len, reverse=True)}

    def with_names(self, names: Iterable[str]) -> Glossary:
        """With names that have no form in the other language, or none that is known."""
        alone = {simplify(name.lower()): frozenset[str]() for name in names}
        return Glossary({**alone, **self.pairs})


NO_NAMES = Glossary()
"""The glossary of who has none."""


def load_glossary(path: Path) -> list[tuple[str, str]]:
    """(Chinese, English) pairs of a YAML file that maps a name to one name or a list of them.

    Raises CatalogError "glossary".
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problem = " ".join(str(error).split())
        raise CatalogError("glossary", path=str(path), problem=problem) from error
    if not isinstance(content, dict):
        raise CatalogError("glossary", path=str(path), problem="name: name")
    return [pair for name, others in content.items() for pair in _entry(path, name, others)]


def build_glossary(given: Iterable[tuple[str, str]], shown: Iterable[tuple[str, str]]) -> Glossary:
    """The user's pairs, and those that texts show, with one name behind the other."""
    pairs: dict[str, set[str]] = defaultdict(set)
    for name, english in [*given, *sorted(shown)]:
        chinese = simplify(name)
        pairs[chinese].add(english)
        pairs[english.lower()].add(chinese)
    return Glossary({name: frozenset(others) for name, others in pairs.items()})


def _entry(path: Path, name: object, others: object) -> list[tuple[str, str]]:
    listed = others if isinstance(others, list) else [others]
    pairs = [(str(name), str(other)) for other in listed if isinstance(other, str | int)]
    if len(pairs) < len(listed) or not all(
        bool(_HAN.search(a)) != bool(_HAN.search(b)) for a, b in pairs
    ):
        raise CatalogError("glossary", path=str(path), problem=f"{name}: {others}")
    return [(a, b) if _HAN.search(a) else (b, a) for a, b in pairs]


def _stands(name: str, lowered: str) -> bool:
    if name.lower() not in lowered:
        return False  # most aren't: no pattern is made for them
    if _HAN.search(name):
        return True
    return re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", lowered) is not None
