from __future__ import annotations

import threading
from typing import Any

import pypdfium2
import pytest

from assistant.errors import IngestError
from store.formats.pdf import read_pdf
from store.formats.pictures import draw_page
from store.formats.turns import open_page, open_pdf, take_turn
from tests.support.files import make_pdf, source_of

PAGES = [["The harbour was dredged. " * 30], ["It rained. " * 30]]


def test_pages_count_from_one_and_are_closed() -> None:
    with open_pdf(source_of("a.pdf", make_pdf(PAGES))) as document:
        with open_page(document, 2) as page:
            assert "It rained" in page.get_textpage().get_text_range()
        assert page.raw is None
    assert document.raw is None


def test_what_is_no_pdf_is_left_to_whoever_opens_it() -> None:
    with pytest.raises(pypdfium2.PdfiumError), open_pdf(source_of("a.pdf", b"no")):
        pass


def test_one_waits_while_another_holds_a_page() -> None:
    source = source_of("a.pdf", make_pdf(PAGES))
    drawn = threading.Event()

    def draw() -> None:
        draw_page(source, 1, "")
        drawn.set()

    with open_pdf(source) as document, open_page(document, 1):
        other = threading.Thread(target=draw)
        other.start()
        assert not drawn.wait(0.3)
    assert drawn.wait(20)
    other.join()


def test_pages_are_drawn_while_documents_are_read() -> None:
    """Many threads at once; without turns pdfium ends the whole process."""
    source = source_of("a.pdf", make_pdf(PAGES * 3))
    failed: list[BaseException] = []

    def work(task: Any) -> None:
        try:
            for _ in range(3):
                task()
        except IngestError as error:
            failed.append(error)

    tasks = [lambda: read_pdf(source), lambda: draw_page(source, 2, "It rained.")] * 2
    threads = [threading.Thread(target=work, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_turn_can_be_taken_within_a_turn() -> None:
    with take_turn(), take_turn():
        pass
