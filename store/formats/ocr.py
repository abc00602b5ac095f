"""Pages that are pictures, read by RapidOCR if it is installed (`duocite[ocr]`).

Its models, for English and both forms of Chinese, come in its wheel: nothing is fetched.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from store.formats.turns import open_page

_DOTS_PER_INCH = 200
_MOST_PIXELS = 3000  # of the longer side
_POINTS_PER_INCH = 72
_SURE = 0.5  # RapidOCR's own floor for a line that it shows


class PageReader:
    """Reads pages one at a time; loading it takes a second, a page some ten."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        self._engine = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.text_score": _SURE,
                # It takes a line here and there for one upside down, and so spoils it.
                "Global.use_cls": False,
            }
        )

    def read(self, document: Any, number: int) -> str:
        """The lines of a page (from 1) of a pdfium document, from the top."""
        with open_page(document, number) as page:
            width, height = page.get_size()
            scale = min(_DOTS_PER_INCH / _POINTS_PER_INCH, _MOST_PIXELS / max(width, height, 1.0))
            bitmap = page.render(scale=scale)
            try:
                image = np.array(bitmap.to_numpy()[:, :, :3])
            finally:
                bitmap.close()
        return self.read_image(image)

    def read_image(self, image: NDArray[np.uint8]) -> str:
        """`image` is [height, width, 3], blue first."""
        found: Any = self._engine(image)
        if found.boxes is None or not found.txts:
            return ""
        boxes = np.asarray(found.boxes, dtype=float)
        return join_lines(
            [(box[:, 1].min(), box[:, 1].max(), box[:, 0].min()) for box in boxes], found.txts
        )


@cache
def find_reader() -> PageReader | None:
    """None where the extra isn't installed."""
    return PageReader() if importlib.util.find_spec("rapidocr") else None


def join_lines(places: list[tuple[float, float, float]], texts: tuple[str, ...]) -> str:
    """Pieces, each with its top, bottom and left edge, as lines of a page.

    Pieces at the same height are one line, kept apart by wide gaps as cells of a table are.
    """
    if not texts:
        return ""
    half = median(bottom - top for top, bottom, _ in places) / 2
    pieces = sorted(zip(places, texts, strict=True), key=lambda pair: pair[0][0] + pair[0][1])
    lines: list[list[tuple[float, str]]] = []
    middle = float("-inf")
    for (top, bottom, left), text in pieces:
        if (top + bottom) / 2 - middle > half:
            lines.append([])
            middle = (top + bottom) / 2
        lines[-1].append((left, text))
    return "\n".join("  ".join(text for _, text in sorted(line)) for line in lines)
