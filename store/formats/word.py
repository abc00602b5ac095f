"""DOCX: headings, paragraphs, lists and tables in their order."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import docx
from docx.oxml.ns import qn
from lxml import etree

from store.formats.about import clean_author, clean_title, confirm_year
from store.formats.damage import reading
from store.formats.extract import Extract, Source, Writer, fold_line
from store.formats.packed import open_packed
from store.formats.tables import write_table

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import BaseStyle

_HEADING_STYLE = re.compile(r"(?:heading|标题|標題)\s*([1-9])$", re.I)
_TITLE_STYLE = re.compile(r"title|标题|標題", re.I)
_LIST_STYLE = re.compile(r"list|列表|列出段落|清單", re.I)
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_GONE = frozenset({qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), _FALLBACK})
_BREAKS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_BOX = qn("w:txbxContent")


def read_word(source: Source) -> Extract:
    """What stands in the body, text boxes and footnotes; headers and footers of pages are left out,
    and so is what a tracked change has deleted. Raises IngestError "damaged", "encrypted", "bomb".
    """
    with reading(source):
        open_packed(source).close()
        document = docx.Document(io.BytesIO(source.data))
        return _Reader(document).read(source)


class _Reader:
    """One document; knows the levels that its styles stand for."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._writer = Writer()
        self._styles = {style.style_id: style for style in document.styles}

    def read(self, source: Source) -> Extract:
        self._read_blocks(self._document.element.body)
        for text in _read_notes(self._document):
            self._writer.paragraph(text)
        known, text = self._document.core_properties, self._writer.text
        made = known.created.year if known.created else None
        return Extract(
            text,
            tuple(self._writer.marks),
            title=clean_title(known.title, source.path.name),
            author=clean_author(known.author),
            year=confirm_year(made, text),
        )

    def _read_blocks(self, parent: Any) -> None:
        for block in _find_blocks(parent):
            if block.tag == qn("w:p"):
                self._read_paragraph(block)
            else:
                write_table(self._writer, list(_read_rows(block)))

    def _read_paragraph(self, paragraph: Any) -> None:
        text = read_text(paragraph)
        if fold_line(text):
            self._write(paragraph, text)
        for box in _find_boxes(paragraph):
            self._read_blocks(box)

    def _write(self, paragraph: Any, text: str) -> None:
        style = self._style_of(paragraph)
        level = _level_of(paragraph, style)
        if level:
            self._writer.heading(level, text, place=True)
        elif _is_item(paragraph, style):
            self._writer.items([text])
        else:
            self._writer.paragraph(text)

    def _style_of(self, paragraph: Any) -> BaseStyle | None:
        named = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        return self._styles.get(named.get(qn("w:val"))) if named is not None else None


def _find_blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables, also those in content controls and tracked insertions."""
    waiting = [*reversed(parent)]
    while waiting:
        element = waiting.pop()
        if element.tag in (qn("w:p"), qn("w:tbl")):
            yield element
        elif element.tag not in _GONE and isinstance(element.tag, str):
            waiting += reversed(element)


def read_text(element: Any) -> str:
    """The text of a paragraph or cell as it stands on the page, text boxes left out."""
    parts: list[str] = []
    waiting = [element]
    while waiting:
        one = waiting.pop()
        if one.tag in _GONE or one.tag == _BOX or not isinstance(one.tag, str):
            continue
        if one.tag == qn("w:t"):
            parts.append(one.text or "")
        parts.append(_BREAKS.get(one.tag, ""))
        waiting += reversed(one)
    return "".join(parts)


def _find_boxes(paragraph: Any) -> Iterator[Any]:
    """Text boxes; each stands twice, for old programs in a fallback."""
    for box in paragraph.iter(_BOX):
        if not any(parent.tag in _GONE for parent in box.iterancestors()):
            yield box


def _read_rows(table: Any) -> Iterator[list[str]]:
    for row in _find_parts(table, qn("w:tr")):
        cells: list[str] = []
        for cell in _find_parts(row, qn("w:tc")):
            cells.append(_read_cell(cell))
            cells += [""] * (_span_of(cell) - 1)
        yield cells


def _find_parts(parent: Any, tag: str) -> Iterator[Any]:
    """The rows of a table or cells of a row, also those in content controls; not those of tables
    within."""
    waiting = [*reversed(parent)]
    while waiting:
        element = waiting.pop()
        if element.tag == tag:
            yield element
        elif element.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins")):
            waiting += reversed(element)


def _read_cell(cell: Any) -> str:
    return " ".join(text for one in cell.iter(qn("w:p")) if (text := fold_line(read_text(one))))


def _span_of(cell: Any) -> int:
    span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
    stated = span.get(qn("w:val")) if span is not None else None
    return min(max(int(stated or 1), 1), 64)


def _level_of(paragraph: Any, style: BaseStyle | None) -> int:
    """1 to 9 for a heading, else 0; by the paragraph's outline level, else its style's name."""
    own = paragraph.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    level = _outline(own)
    seen = 0
    while not level and style is not None and seen < 20:
        name = style.name or ""
        if match := _HEADING_STYLE.match(name):
            return int(match.group(1))
        if _TITLE_STYLE.fullmatch(name):
            return 1
        level = _outline(style.element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}"))
        style, seen = getattr(style, "base_style", None), seen + 1
    return level


def _outline(element: Any) -> int:
    """Levels from 0; 9 is that of body text."""
    stated = element.get(qn("w:val")) if element is not None else None
    return int(stated) + 1 if stated and stated.isdigit() and int(stated) < 9 else 0


def _is_item(paragraph: Any, style: BaseStyle | None) -> bool:
    if paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None:
        return True
    return style is not None and bool(_LIST_STYLE.match(style.name or ""))


def _read_notes(document: Document) -> Iterator[str]:
    """Footnotes and endnotes, behind the text."""
    for part in document.part.package.iter_parts():
        kind = str(part.partname)
        if not kind.endswith(("/footnotes.xml", "/endnotes.xml")):
            continue
        root = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False))
        for note in root:
            text = " ".join(fold_line(read_text(one)) for one in note.iter(qn("w:p"))).strip()
            if text and note.get(qn("w:type")) is None:
                yield f"{note.get(qn('w:id'))}. {text}"
