"""pdfium's documents and pages, one use at a time.

The library must not run twice at once in a process, whatever documents it works on; an ingest and
the pictures that readers ask for meet here. A page is held for as long as it is worked on, a
document is not.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from store.formats.extract import Source

_TURN = threading.RLock()


@contextmanager
def take_turn() -> Iterator[None]:
    """For what is asked of a document besides its pages."""
    with _TURN:
        yield


@contextmanager
def open_pdf(source: Source) -> Iterator[Any]:
    """The pdfium document; raises IngestError "encrypted", and PdfiumError over a damaged file."""
    document = _open(source)
    try:
        yield document
    finally:
        with _TURN:
            document.close()


@contextmanager
def open_page(document: Any, number: int) -> Iterator[Any]:
    """A page, from 1; nobody else uses pdfium until it is closed."""
    with _TURN:
        page = document[number - 1]
        try:
            yield page
        finally:
            page.close()


def _open(source: Source) -> Any:
    with _TURN:
        try:
            return pdfium.PdfDocument(source.data)
        except pdfium.PdfiumError as error:
            if getattr(error, "err_code", None) == pdfium_c.FPDF_ERR_PASSWORD:
                raise source.refuse("encrypted") from error
            raise
