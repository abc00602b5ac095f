"""Who speaks where, by the lines that a catalog names."""

from __future__ import annotations

from store.catalog import CatalogEntry, CatalogSection
from store.clean import clean_document
from store.sections import Section, build_sections, find_breaks

TEXT = (
    "# Yearbook\n\nThe port speaks\nfor itself here.\n"
    "The mill answers\nin four lines.\n\nNobody says.\n"
)
LINES = [0, *(i + 1 for i, char in enumerate(TEXT) if char == "\n")]
ENTRY = CatalogEntry(
    "book.md",
    sections=(
        CatalogSection(3, 4, organisation="Port", author="A. Pier"),
        CatalogSection(5, 6, organisation="Mill", title="An answer"),
    ),
)


def spoken(entry: CatalogEntry | None) -> list[tuple[Section, list[str]]]:
    blocks = clean_document(TEXT, find_breaks(LINES, entry))
    return [(s, [b.text for b in group]) for s, group in build_sections(blocks, LINES, entry)]


def test_each_block_belongs_to_the_section_of_its_line() -> None:
    assert spoken(ENTRY) == [
        (Section(), ["Yearbook"]),
        (Section(organisation="Port", author="A. Pier"), ["The port speaks for itself here."]),
        (Section(title="An answer", organisation="Mill"), ["The mill answers in four lines."]),
        (Section(), ["Nobody says."]),
    ]


def test_without_a_catalog_all_is_one_section() -> None:
    ((section, texts),) = spoken(None)
    assert section == Section()
    assert len(texts) == 3


def test_a_document_without_blocks_has_no_sections() -> None:
    assert list(build_sections([], [0], ENTRY)) == []


def test_breaks_stand_where_a_section_begins_and_after_it_ends() -> None:
    assert find_breaks(LINES, ENTRY) == [LINES[2], LINES[4], LINES[6]]
    assert TEXT[LINES[4] :].startswith("The mill")


def test_a_section_up_to_the_last_line_has_no_break_behind_it() -> None:
    entry = CatalogEntry("book.md", sections=(CatalogSection(1, 2),))
    assert find_breaks([0, 5], entry) == [0]
    assert find_breaks([0, 5], None) == []
