"""PDFs that reportlab makes, in both languages; scans are pages of them as pictures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pypdfium2
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

import store.formats.pdf
from assistant.errors import IngestError
from store.formats.extract import Extract, Note
from store.formats.limits import Limits
from store.formats.ocr import find_reader
from store.formats.pdf import fold_page, read_pdf
from tests.support.files import Page, make_pdf, source_of

HARBOUR = "The harbour of Selby was dredged in the spring, so that larger ships could enter it. "
CHINESE = "全市工业增加值年均增长百分之七，企业应当投资更清洁的熔炉。"
CARGO = [["Terminal", "Cargo (million tonnes)"], ["Eastquay", "41.5"], ["West\nquay", "25.4"]]
TOLLS = [["项目", "收入（亿元）"], ["云溪高速", "36.8"], ["望江大桥", "5.2"]]


def read(data: bytes, limits: Limits | None = None) -> Extract:
    return read_pdf(source_of("a.pdf", data, limits or Limits()))


def refuse(data: bytes, limits: Limits | None = None) -> IngestError:
    with pytest.raises(IngestError) as caught:
        read(data, limits)
    return caught.value


def pages_of(extract: Extract) -> list[str]:
    starts = [mark.start for mark in extract.marks]
    ends = [*starts[1:], len(extract.text)]
    return [extract.text[a:b] for a, b in zip(starts, ends, strict=True)]


def scan(pages: Sequence[Page]) -> bytes:
    """The pages as pictures, with nothing that can be copied out of them."""
    document = pypdfium2.PdfDocument(make_pdf(pages))
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=A4)
    for page in document:
        picture = page.render(scale=1.6).to_pil()
        canvas.drawInlineImage(picture, 0, 0, *A4)
        canvas.showPage()
    canvas.save()
    document.close()
    return made.getvalue()


def test_each_page_is_marked_where_it_begins() -> None:
    found = read(make_pdf([[HARBOUR * 3], [CHINESE * 3], ["Third."]]))
    assert [(mark.place.kind, mark.place.first) for mark in found.marks] == [
        ("page", 1),
        ("page", 2),
        ("page", 3),
    ]
    first, second, third = pages_of(found)
    assert "dredged in the spring" in first
    assert "全市工业增加值" in second
    assert third.strip() == "Third."


def test_ruled_tables_are_rows_under_their_header() -> None:
    text = read(make_pdf([["Before.", CARGO, "Between.", TOLLS, "之后。"]])).text
    assert "| Terminal | Cargo (million tonnes) |\n| --- | --- |\n| Eastquay | 41.5 |\n" in text
    assert "| West quay | 25.4 |" in text
    assert "| 云溪高速 | 36.8 |" in text
    order = [text.index(part) for part in ("Before.", "Eastquay", "Between.", "云溪", "之后")]
    assert order == sorted(order)
    assert text.count("Eastquay") == text.count("36.8") == 1


def test_a_frame_around_text_is_no_table() -> None:
    text = read(make_pdf([[[[HARBOUR]], "Below."]])).text
    assert "|" not in text
    assert "dredged" in text


def test_heads_and_feet_of_pages_are_kept_and_not_searched() -> None:
    pages = [["Report of the port", f"{HARBOUR} Ship {n * n} came."] for n in range(1, 6)]
    found = read(make_pdf(pages, foot=lambda page: f"Selby port | {page}"))
    hidden = [found.text[start:end].strip() for start, end in found.hidden]
    assert hidden.count("Report of the port") == 5
    assert [line for line in hidden if "|" in line] == [f"Selby port | {n}" for n in range(1, 6)]
    assert not any("dredged" in line for line in hidden)


def test_three_pages_alike_hide_no_sentence() -> None:
    assert read(make_pdf([[HARBOUR * 6]] * 4)).hidden == ()


def test_what_the_file_says_of_itself() -> None:
    found = read(make_pdf([[HARBOUR]], title="Harbours", author="Port of Selby"))
    assert (found.title, found.author, found.year) == ("Harbours", "Port of Selby", None)
    junk = read(make_pdf([[HARBOUR]], title="Microsoft Word - a.doc"))
    assert (junk.title, junk.author) == (None, None)


def test_too_many_pages_are_refused_before_they_are_read() -> None:
    error = refuse(make_pdf([["a"], ["b"], ["c"]]), Limits(pages=2))
    assert (error.code, error.details["pages"], error.details["limit"]) == ("too_many_pages", 3, 2)


def test_a_password_is_said() -> None:
    made = io.BytesIO()
    canvas = Canvas(made, encrypt=StandardEncryption("secret", canPrint=0))
    canvas.drawString(72, 700, "hidden")
    canvas.save()
    assert refuse(made.getvalue()).code == "encrypted"


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7\n", b"no pdf at all", make_pdf([[HARBOUR]])[:400]]
)
def test_a_damaged_file_is_said_with_a_reason(data: bytes) -> None:
    error = refuse(data)
    assert error.code == "damaged"
    assert error.details["reason"]


def test_a_table_that_pdfminer_trips_over_is_still_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> object:
        raise KeyError("Font")

    monkeypatch.setattr("pdfplumber.open", fail)
    text = read(make_pdf([[CARGO], [CARGO]])).text
    assert "Eastquay" in text
    assert "|" not in text


def test_a_scan_names_what_would_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.formats.pdf, "find_reader", lambda: None)
    assert refuse(scan([[HARBOUR]])).code == "scanned"


def test_a_scanned_page_among_others_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.formats.pdf, "find_reader", lambda: None)
    document = pypdfium2.PdfDocument(make_pdf([[HARBOUR], [HARBOUR]]))
    pictures = pypdfium2.PdfDocument(scan([["x"], ["y"], ["z"]]))
    document.import_pages(pictures, [0], index=1)
    document.import_pages(pictures, [1, 2])
    made = io.BytesIO()
    document.save(made)
    found = read(made.getvalue())
    assert found.notes == (Note("pages_without_text", "2, 4-5"),)
    assert [mark.place.first for mark in found.marks] == [1, 2, 3, 4, 5]


def test_an_empty_page_is_no_scan() -> None:
    canvas = Canvas(made := io.BytesIO())
    canvas.showPage()
    canvas.drawString(72, 700, "A page of words.")
    canvas.save()
    found = read(made.getvalue())
    assert found.notes == ()
    assert found.text.strip() == "A page of words."


def test_a_scan_is_read_in_both_languages() -> None:
    """With the extra that reads pictures; its models come with it."""
    assert find_reader() is not None
    found = read(scan([["The toll was 36.8 million dollars.", "云溪高速收入五亿元。"]]))
    assert found.notes == (Note("by_ocr", "1"),)
    folded = found.text.replace(" ", "")
    assert "36.8milliondollars" in folded
    assert "云溪高速收入五亿元" in folded


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a\r\nb", "a\nb"),
        ("pro\x02\r\ngress", "pro-\ngress"),
        ("pro\ufffegress", "pro-\ngress"),
        ("a\x00b  \r\n\r\n", "a b"),
        ("\ud800x", "\ufffdx"),
    ],
)
def test_signs_of_the_text_layer_become_plain(raw: str, text: str) -> None:
    assert fold_page(raw) == text


def test_the_document_is_closed_however_reading_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[int] = []
    close = pypdfium2.PdfDocument.close

    def count(document: Any) -> None:
        closed.append(1)
        close(document)

    monkeypatch.setattr(pypdfium2.PdfDocument, "close", count)
    refuse(make_pdf([["a"], ["b"]]), Limits(pages=1))
    assert closed
