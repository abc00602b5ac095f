"""PDF: the text layer page by page, ruled tables as rows, and pages without text by OCR."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium_c

from store.formats.about import clean_author, clean_title, confirm_year, find_published
from store.formats.damage import reading
from store.formats.edges import find_edges
from store.formats.extract import Extract, Note, Source, Writer, clean_signs
from store.formats.ocr import find_reader
from store.formats.ruled import TablePages
from store.formats.tables import write_table
from store.formats.turns import open_page, open_pdf, take_turn
from store.places import Place

# pdfium says why on its own log, with a traceback of ctypes; we say it in an error.
logging.getLogger("pypdfium2").setLevel(logging.CRITICAL)

_HYPHEN = re.compile(r"[\x02\ufffe]\r?\n?")  # pdfium's sign for a hyphen at the end of a line
_LETTER = re.compile(r"\w")
_FEW_LETTERS = 8  # a page with fewer is a picture with a page number on it


@dataclass
class _Page:
    """`blocks` are texts and tables in the order in which they stand."""

    number: int
    blocks: list[str | list[list[str]]] = field(default_factory=list)
    by_ocr: bool = False

    @property
    def letters(self) -> int:
        texts = [b if isinstance(b, str) else " ".join(map(" ".join, b)) for b in self.blocks]
        return sum(len(_LETTER.findall(text)) for text in texts)


def read_pdf(source: Source) -> Extract:
    """Raises IngestError "damaged", "encrypted", "too_many_pages", "scanned" (no text layer, and
    no OCR installed), "empty" (OCR found nothing)."""
    with reading(source), open_pdf(source) as document:
        return _read(source, document)


def _read(source: Source, document: Any) -> Extract:
    with take_turn():
        count, known = len(document), document.get_metadata_dict()
    if count > source.limits.pages:
        raise source.refuse("too_many_pages", pages=count, limit=source.limits.pages)
    tables = TablePages(source)
    pages = [_read_page(document, number, tables) for number in range(1, count + 1)]
    notes = _read_scans(source, document, pages)
    writer = Writer()
    hidden = _write_pages(writer, pages)
    text = writer.text
    return Extract(
        text,
        tuple(writer.marks),
        hidden=tuple(hidden),
        title=clean_title(known.get("Title"), source.path.name),
        author=clean_author(known.get("Author")),
        year=confirm_year(find_published((known.get("CreationDate") or "")[2:6]), text),
        notes=notes,
    )


def _read_page(document: Any, number: int, tables: TablePages) -> _Page:
    with open_page(document, number) as page:
        if blocks := tables.read(number, page):
            return _Page(number, blocks)
        textpage = page.get_textpage()
        try:
            return _Page(number, [fold_page(textpage.get_text_range())])
        finally:
            textpage.close()


def fold_page(text: str) -> str:
    """pdfium's text of a page with plain line ends, hyphens and blanks."""
    lines = _HYPHEN.sub("-\n", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(clean_signs(line).rstrip() for line in lines).strip("\n")


def _read_scans(source: Source, document: Any, pages: Sequence[_Page]) -> tuple[Note, ...]:
    """Read the pages without text by OCR, if it is installed; what a user should know of it."""
    bare = [page for page in pages if page.letters < _FEW_LETTERS]
    scans = [page for page in bare if _has_picture(document, page.number)]
    if not scans:
        return ()
    reader = find_reader()
    if reader is None:
        if len(bare) == len(pages):
            raise source.refuse("scanned")
        return (Note("pages_without_text", _say_numbers(scans)),)
    for page in scans:
        page.blocks = [reader.read(document, page.number)]
        page.by_ocr = True
    return (Note("by_ocr", _say_numbers(scans)),)


def _has_picture(document: Any, number: int) -> bool:
    """A page may be empty; one that shows something without letters was scanned or drawn."""
    with open_page(document, number) as page:
        kinds = (pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_PATH)
        return any(True for _ in page.get_objects(filter=kinds, max_depth=4))


def _say_numbers(pages: Sequence[_Page]) -> str:
    """1, 3-5 and so on."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page.number == runs[-1][-1] + 1:
            runs[-1][1:] = [page.number]
        else:
            runs.append([page.number])
    return ", ".join("-".join(map(str, run)) for run in runs)


def _write_pages(writer: Writer, pages: Sequence[_Page]) -> list[tuple[int, int]]:
    """Writes the pages; returns the spans of their heads and feet."""
    edges = find_edges([[b for b in page.blocks if isinstance(b, str)] for page in pages])
    hidden: list[tuple[int, int]] = []
    for page, own in zip(pages, edges, strict=True):
        writer.gap()
        writer.mark(Place("page", page.number, page.number))
        for block in page.blocks:
            if isinstance(block, str):
                writer.gap()
                hidden += _write_lines(writer, block, own)
            else:
                write_table(writer, block)
    return hidden


def _write_lines(writer: Writer, block: str, edges: set[str]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for line in block.split("\n"):
        start = writer.size
        writer.put(line + "\n")
        if line in edges:
            spans.append((start, writer.size))
    return spans
