"""Where in its file a stretch of a document's text stands: page, slide, cells or heading.

A document's text is what was extracted; a reader who wants to look needs the page. Marks say from
which offset of the text on which place holds; a text without marks is cited by its lines.
"""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

_CELL = re.compile(r"([A-Z]+)([0-9]+)")

PlaceKind = Literal["lines", "page", "cells", "slide", "heading"]


class Box(NamedTuple):
    """Cells of a sheet, from 1, both ends included."""

    left: int
    top: int
    right: int
    bottom: int

    def join(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    @property
    def range(self) -> str:
        """As a spreadsheet names it: B2:D2, or B2 for one cell."""
        first = f"{name_column(self.left)}{self.top}"
        last = f"{name_column(self.right)}{self.bottom}"
        return first if first == last else f"{first}:{last}"

    @classmethod
    def parse(cls, named: str) -> Box:
        """The cells of `range`; ValueError for anything else."""
        first, _, last = named.partition(":")
        return cls(*_parse_cell(first), *_parse_cell(last or first))


@dataclass(frozen=True, slots=True)
class Place:
    """`first` and `last` are lines, pages or slides, from 1; `name` is a sheet or heading path."""

    kind: PlaceKind
    first: int = 0
    last: int = 0
    name: str = ""
    box: Box | None = None

    def to_json(self) -> dict[str, object]:
        """The `location` of a citation."""
        if self.kind == "cells" and self.box:
            return {"kind": "cells", "sheet": self.name or None, "range": self.box.range}
        if self.kind == "heading":
            return {"kind": "heading", "path": self.name}
        return {"kind": self.kind, "from": self.first, "to": self.last}

    @classmethod
    def from_json(cls, location: Mapping[str, Any]) -> Place:
        """What `to_json` said; KeyError or ValueError for anything else."""
        kind = location["kind"]
        if kind == "cells":
            return cls(kind, name=location["sheet"] or "", box=Box.parse(location["range"]))
        if kind == "heading":
            return cls(kind, name=location["path"])
        return cls(kind, int(location["from"]), int(location["to"]))


class Mark(NamedTuple):
    """From `start`, an offset in the text, `place` holds."""

    start: int
    place: Place


def name_column(number: int) -> str:
    """1 is A, 27 is AA."""
    name = ""
    while number > 0:
        number, digit = divmod(number - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def _parse_cell(name: str) -> tuple[int, int]:
    found = _CELL.fullmatch(name)
    if found is None:
        raise ValueError(f"{name} is no cell")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column, int(found[2])


def pack_marks(marks: Sequence[Mark], start: int, end: int) -> str | None:
    """The marks that hold within [start, end), as JSON with offsets from `start`; None if none."""
    inside = _slice(marks, start, end)
    if not inside:
        return None
    rows = [[max(mark.start, start) - start, *_pack(mark.place)] for mark in inside]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def find_place(metadata: Mapping[str, Any], start: int, end: int) -> Place | None:
    """The place of [start, end) of a document's text by the metadata of a chunk that holds it.

    None where the document has no places of its own: its lines are what can be said.
    """
    packed = metadata.get("places")
    if not packed:
        return None
    base = int(metadata["start"])
    marks = [Mark(base + row[0], _unpack(row[1:])) for row in json.loads(packed)]
    inside = _slice(marks, start, max(end, start + 1))
    return _join([mark.place for mark in inside]) if inside else None


def _slice(marks: Sequence[Mark], start: int, end: int) -> Sequence[Mark]:
    first = bisect.bisect_right(marks, start, key=lambda mark: mark.start) - 1
    last = bisect.bisect_left(marks, end, key=lambda mark: mark.start)
    return marks[max(first, 0) : last]


def _join(places: Sequence[Place]) -> Place:
    """From the first of these to the last; another sheet or heading behind it is left out."""
    joined = places[0]
    for place in places[1:]:
        if place.kind != joined.kind or place.name != joined.name:
            break
        box = joined.box.join(place.box) if joined.box and place.box else joined.box
        joined = Place(joined.kind, joined.first, max(joined.last, place.last), joined.name, box)
    return joined


def _pack(place: Place) -> list[Any]:
    if place.kind == "cells":
        return [place.kind, place.name, *(place.box or ())]
    return [place.kind, place.name] if place.kind == "heading" else [place.kind, place.first]


def _unpack(row: Sequence[Any]) -> Place:
    kind, rest = row[0], row[1:]
    if kind == "cells":
        return Place(kind, name=rest[0], box=Box(*rest[1:]) if rest[1:] else None)
    return Place(kind, name=rest[0]) if kind == "heading" else Place(kind, rest[0], rest[0])
