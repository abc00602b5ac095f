"""An outline as a Word document."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import docx
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from assistant import __version__
from assistant.outline import Block, Heading, Paragraph, Quotation, Run, Table

if TYPE_CHECKING:
    from docx.document import Document

# XML 1.0 can't hold these, in whatever way they are written.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# The template that python-docx brings would have Word show Chinese in a Japanese font.
_CHINESE_FONT = "Microsoft YaHei"


def build_docx(blocks: Sequence[Block], title: str) -> bytes:
    """The file; its text is that of the blocks, without characters that XML can't hold."""
    document = docx.Document()
    _prepare(document, title)
    for block in blocks:
        _add(document, block)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def _prepare(document: Document, title: str) -> None:
    properties = document.core_properties
    properties.title, properties.author = clean(title)[:255], "Duocite"
    properties.comments = f"Duocite {__version__}"
    normal: Any = document.styles["Normal"]
    normal.font.size = Pt(10.5)
    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3", "Title"):
        _set_chinese(document.styles[name].element.get_or_add_rPr())
    defaults = document.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    if defaults is not None:
        _set_chinese(defaults)
        defaults.find(qn("w:lang")).set(qn("w:eastAsia"), "zh-CN")
    section = document.sections[0]
    section.left_margin = section.right_margin = Cm(2.5)


def _set_chinese(properties: Any) -> None:
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = properties.get_or_add_rFonts()
    fonts.attrib.pop(qn("w:eastAsiaTheme"), None)
    fonts.set(qn("w:eastAsia"), _CHINESE_FONT)


def _add(document: Document, block: Block) -> None:
    if isinstance(block, Heading):
        document.add_heading(clean(block.text), block.level - 1)
    elif isinstance(block, Quotation):
        document.add_paragraph(f"“{clean(block.text)}”", style="Quote")
    elif isinstance(block, Table):
        _add_table(document, block)
    else:
        _add_paragraph(document, block)


def _add_paragraph(document: Document, block: Paragraph) -> None:
    paragraph = document.add_paragraph(style="List Bullet" if block.item else None)
    for run in block.runs:
        _add_run(paragraph, run)


def _add_table(document: Document, block: Table) -> None:
    table = document.add_table(1, len(block.heads), style="Table Grid")
    for cell, head in zip(table.rows[0].cells, block.heads, strict=True):
        _add_run(cell.paragraphs[0], Run(head, "strong"))
    for row in block.rows:
        for cell, run in zip(table.add_row().cells, row, strict=True):
            _add_run(cell.paragraphs[0], run)
    document.add_paragraph()  # Word would join two tables that meet


def _add_run(paragraph: Any, run: Run) -> None:
    added = paragraph.add_run(clean(run.text))
    added.bold = run.style == "strong" or None
    added.italic = run.style == "note" or None


def clean(text: str) -> str:
    """The text without characters that XML can't hold."""
    return _NO_XML.sub("", text)
