"""Which organisation speaks where: a document's blocks by the sections that its catalog names."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from store.catalog import CatalogEntry
from store.clean import Block


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document with one voice; fields are None where nobody said."""

    title: str | None = None
    organisation: str | None = None
    author: str | None = None


def build_sections(
    blocks: Sequence[Block], lines: Sequence[int], entry: CatalogEntry | None
) -> Iterator[tuple[Section, list[Block]]]:
    """Blocks in order, grouped by section; `lines[i]` is the offset at which line i + 1 begins."""
    spans = _catalog_spans(entry)

    def section_of(block: Block) -> Section:
        line = bisect.bisect_right(lines, block.offsets[0])
        return next((s for first, last, s in spans if first <= line <= last), Section())

    for section, group in groupby(blocks, key=section_of):
        yield section, list(group)


def find_breaks(lines: Sequence[int], entry: CatalogEntry | None) -> list[int]:
    """Offsets, in order, at which another voice may begin: no paragraph runs across them."""
    firsts = {n for first, last, _ in _catalog_spans(entry) for n in (first, last + 1)}
    return sorted(lines[n - 1] for n in firsts if 0 < n <= len(lines))


def _catalog_spans(entry: CatalogEntry | None) -> list[tuple[int, int, Section]]:
    if entry is None:
        return []
    return [
        (s.line_from, s.line_to, Section(s.title, s.organisation, s.author)) for s in entry.sections
    ]
