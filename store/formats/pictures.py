"""A page of a PDF as a picture, with a quotation of it boxed.

The quotation comes from the extracted text, where lines were joined, hyphens mended and tables
written between pipes. So both sides are compared by their letters, digits and signs alone.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium_c
from PIL import Image, ImageChops, ImageDraw

from store.formats.damage import reading
from store.formats.extract import Source
from store.formats.turns import open_page, open_pdf, take_turn

WIDTH = 1200
"""Pixels across a page: twice what a panel of usual width shows, for screens of fine dots."""
LONGEST = 3000
"""The most pixels of the longer side: a page may be a strip of ten metres."""

_LARGEST_SCALE = 4.0
_FEWEST = 8  # signs of a quotation's part that still tell where it stands
_PAD = 2  # pixels around a line
_FILL = (255, 236, 150)
_EDGE = (190, 120, 0)
_LAYOUT = frozenset("|\u00ad\x02\ufffe\uffff") | frozenset("-‐‑‒–—")


class Box(NamedTuple):
    """Pixels from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def join(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """`boxes` are the lines of the quotation, none where it wasn't found; `pages` of the whole."""

    png: bytes
    number: int
    pages: int
    boxes: tuple[Box, ...]


def draw_page(source: Source, number: int, quote: str) -> Picture:
    """Page `number` (from 1; the nearest there is) with the `quote` boxed.

    A quotation that goes over to another page is boxed as far as it stands on this one; it is
    taken for one where this page holds its beginning at the end of its text or its end.
    Raises IngestError "damaged", "encrypted".
    """
    with reading(source), open_pdf(source) as document:
        with take_turn():
            pages = len(document)
        number = min(max(number, 1), pages)
        with open_page(document, number) as page:
            image, boxes = _draw(page, quote)
    made = io.BytesIO()
    image.save(made, "PNG")
    return Picture(made.getvalue(), number, pages, tuple(boxes))


def _draw(page: Any, quote: str) -> tuple[Image.Image, list[Box]]:
    width, height = page.get_size()
    across, longer = max(width, 1.0), max(width, height, 1.0)
    bitmap = page.render(scale=min(WIDTH / across, LONGEST / longer, _LARGEST_SCALE))
    try:
        image = bitmap.to_pil().convert("RGB")
    finally:
        bitmap.close()
    boxes = _find_boxes(page, quote, image.size)
    return _mark(image, boxes), boxes


def _mark(image: Image.Image, boxes: Sequence[Box]) -> Image.Image:
    """Multiplied, as a marker pen does it: what is written stays as dark as it is."""
    sheet = Image.new("RGB", image.size, "white")
    for box in boxes:
        ImageDraw.Draw(sheet).rectangle(box, fill=_FILL)
    marked = ImageChops.multiply(image, sheet)
    for box in boxes:
        ImageDraw.Draw(marked).rectangle(box, outline=_EDGE, width=2)
    return marked


def _find_boxes(page: Any, quote: str, size: tuple[int, int]) -> list[Box]:
    text = page.get_textpage()
    try:
        signs = [chr(pdfium_c.FPDFText_GetUnicode(text, at)) for at in range(text.count_chars())]
        found = [_place(page, text.get_charbox(at), size) for at in find(signs, quote)]
        return _join_lines(found, page.get_rotation() % 180 == 0)
    finally:
        text.close()


def find(signs: Sequence[str], quote: str) -> list[int]:
    """Which of a page's signs are the quotation, or the part of it that stands on the page."""
    folded = [(at, part) for at, sign in enumerate(signs) for part in _fold(sign)]
    text, wanted = "".join(part for _, part in folded), "".join(map(_fold, quote))
    start, length = _find_part(text, wanted)
    return list(dict.fromkeys(at for at, _ in folded[start : start + length]))


def _find_part(text: str, wanted: str) -> tuple[int, int]:
    """Where it begins, and how much of it: all, or what one page ends or the next begins with."""
    if not wanted:
        return 0, 0
    if (start := text.find(wanted)) >= 0:
        return start, len(wanted)
    for length in range(len(wanted) - 1, _FEWEST - 1, -1):
        if text.endswith(wanted[:length]):
            return len(text) - length, length
        if text.startswith(wanted[-length:]):
            return 0, length
    return 0, 0


def _fold(sign: str) -> str:
    """Ligatures and full-width forms as what they stand for; of blanks and hyphens nothing."""
    plain = unicodedata.normalize("NFKC", sign).casefold()
    return "".join(one for one in plain if not one.isspace() and one not in _LAYOUT)


def _place(page: Any, edges: tuple[float, float, float, float], size: tuple[int, int]) -> Box:
    """A sign's box on the picture: the page may be turned, or show a part of itself only."""
    left, bottom, right, top = edges
    corners = [_to_pixel(page, x, y, size) for x, y in ((left, bottom), (right, top))]
    (xs, ys) = zip(*corners, strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys))


def _to_pixel(page: Any, x: float, y: float, size: tuple[int, int]) -> tuple[int, int]:
    across, down = pdfium_c.c_int(), pdfium_c.c_int()
    pdfium_c.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
    return across.value, down.value


def _join_lines(boxes: Sequence[Box], upright: bool) -> list[Box]:
    """One box a line: signs follow each other at the same height, on a page that lies on its side
    in the same column."""
    lines: list[Box] = []
    for box in boxes:
        if lines and _is_beside(lines[-1], box, upright):
            lines[-1] = lines[-1].join(box)
        else:
            lines.append(box)
    return [Box(b.left - _PAD, b.top - _PAD, b.right + _PAD, b.bottom + _PAD) for b in lines]


def _is_beside(line: Box, box: Box, upright: bool) -> bool:
    low, high = (1, 3) if upright else (0, 2)
    (start, end), (first, last) = ((one[low], one[high]) for one in (line, box))
    return min(end, last) - max(start, first) >= min(end - start, last - first) / 2
