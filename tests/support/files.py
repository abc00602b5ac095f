"""Real files of each format, made by the libraries that write them: the same ones each time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table, TableStyle

from store.formats.extract import Source
from store.formats.limits import DEFAULT_LIMITS, Limits

SONG = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(SONG))
TEXT = ParagraphStyle("text", fontName=SONG, fontSize=11, leading=16, wordWrap="CJK", spaceAfter=9)
ENGLISH = ParagraphStyle("english", fontSize=11, leading=16, spaceAfter=9)
RULED = TableStyle(
    [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("FONT", (0, 0), (-1, -1), SONG)]
)

Page = Sequence["str | list[list[str]]"]


def source_of(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Source:
    return Source(Path(name), data, limits)


def make_pdf(
    pages: Sequence[Page],
    foot: Callable[[int], str] | None = None,
    **known: Any,
) -> bytes:
    """Pages of paragraphs and ruled tables; `foot` makes the line at the foot of a page."""
    flow: list[Any] = []
    for page in pages:
        for block in page:
            if isinstance(block, str):
                flow.append(Paragraph(block, ENGLISH if block.isascii() else TEXT))
            else:
                flow.append(Table(block, style=RULED, spaceAfter=12))
        flow.append(PageBreak())

    def draw(canvas: Any, document: Any) -> None:
        if foot:
            canvas.setFont(SONG, 9)
            canvas.drawString(72, 40, foot(document.page))

    made = io.BytesIO()
    SimpleDocTemplate(made, pagesize=A4, **known).build(flow, onFirstPage=draw, onLaterPages=draw)
    return made.getvalue()


def make_docx(fill: Callable[[Any], None], **known: Any) -> bytes:
    document = docx.Document()
    fill(document)
    for name, value in known.items():
        setattr(document.core_properties, name, value)
    return _bytes_of(document)


def add_table(document: Any, rows: Sequence[Sequence[str]]) -> Any:
    table = document.add_table(len(rows), len(rows[0]))
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            table.cell(at, column).text = text
    return table


def make_pptx(fill: Callable[[Any], None], **known: Any) -> bytes:
    shown = pptx.Presentation()
    fill(shown)
    for name, value in known.items():
        setattr(shown.core_properties, name, value)
    return _bytes_of(shown)


def add_slide(shown: Any, title: str, *points: str) -> Any:
    slide = shown.slides.add_slide(shown.slide_layouts[1])
    slide.shapes.title.text = title
    slide.placeholders[1].text = "\n".join(points)
    return slide


def make_xlsx(sheets: Mapping[str, Sequence[Any]], **known: Any) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for name, value in known.items():
        setattr(book.properties, name, value)
    return _bytes_of(book)


CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/content.opf"/></rootfiles></container>'
)


def make_epub(chapters: dict[str, str], about: str = "", **parts: str) -> bytes:
    """Chapters are bodies of pages by file name; `about` is XML for the book's metadata."""
    items = "".join(f'<item id="i{n}" href="{name}"/>' for n, name in enumerate(chapters))
    spine = "".join(f'<itemref idref="i{n}"/>' for n in range(len(chapters)))
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata>{about}</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    files = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER}
    files |= {"OEBPS/content.opf": opf}
    files |= {
        f"OEBPS/{name}": f"<html><body>{body}</body></html>" for name, body in chapters.items()
    }
    return make_zip(files | {name.replace("__", "/"): text for name, text in parts.items()})


def make_zip(files: Mapping[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def change_zip(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The archive with each part as `change` makes it, or without it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: change(name, archive.read(name)) for name in archive.namelist()}
    return make_zip({name: part for name, part in parts.items() if part is not None})


def _bytes_of(made: Any) -> bytes:
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()
