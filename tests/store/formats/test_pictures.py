"""The pictures are of PDFs that reportlab makes; boxes are compared with where it set the words."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from assistant.errors import IngestError
from store.formats.pictures import LONGEST, WIDTH, Picture, draw_page, find
from tests.support.files import SONG, make_pdf, source_of

HARBOUR = "The harbour of Selby was dredged in the spring, so that larger ships could enter it. "
CHINESE = "全市工业增加值年均增长百分之七，企业应当投资更清洁的熔炉。"


def draw(data: bytes, number: int, quote: str) -> Picture:
    return draw_page(source_of("a.pdf", data), number, quote)


def paint(fill: Callable[[Any], None], size: tuple[float, float] = A4) -> bytes:
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=size)
    fill(canvas)
    canvas.save()
    return made.getvalue()


def image_of(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.png)).convert("RGB")


def is_yellow(pixel: Any) -> bool:
    return bool(pixel[0] > 200 and pixel[2] < 230 and pixel[0] - pixel[2] > 30)


def test_an_english_quotation_is_boxed_where_it_stands() -> None:
    def fill(canvas: Any) -> None:
        canvas.drawString(72, 700, "Nothing of note here.")
        canvas.drawString(100, 500, "Freight reached 41 million tonnes.")

    picture = draw(paint(fill), 1, "Freight reached 41 million tonnes.")
    [box] = picture.boxes
    scale = WIDTH / A4[0]
    assert box.left == pytest.approx(100 * scale, abs=6)
    assert box.top < (A4[1] - 500) * scale < box.bottom + 6
    image = image_of(picture)
    inside = image.crop(box).getcolors(1 << 20) or []
    assert sum(many for many, pixel in inside if is_yellow(pixel)) > 0.4 * sum(m for m, _ in inside)
    assert image.getpixel((int(72 * scale), int((A4[1] - 690) * scale))) == (255, 255, 255)


def test_a_chinese_quotation_is_boxed_line_by_line() -> None:
    text = CHINESE * 4
    picture = draw(make_pdf([[text]]), 1, text)
    assert len(picture.boxes) >= 3
    tops = [box.top for box in picture.boxes]
    assert tops == sorted(tops)


def test_line_breaks_hyphens_and_blanks_of_the_page_do_not_count() -> None:
    def fill(canvas: Any) -> None:
        canvas.drawString(72, 700, "The authority approved the recon-")
        canvas.drawString(72, 680, "struction of  the eastern pier.")

    picture = draw(paint(fill), 1, "approved the reconstruction\nof the eastern pier")
    assert len(picture.boxes) == 2
    first, second = picture.boxes
    assert first.left > second.left + 50


def test_a_row_of_a_table_is_found_without_its_pipes() -> None:
    rows = [["Terminal", "Cargo"], ["Eastquay", "41.5"], ["Westquay", "25.4"]]
    picture = draw(make_pdf([[rows]]), 1, "| Eastquay | 41.5 |")
    assert 1 <= len(picture.boxes) <= 2


def test_a_quotation_that_is_not_there_leaves_the_page_alone() -> None:
    data = make_pdf([[HARBOUR]])
    picture = draw(data, 1, "No such sentence stands here.")
    assert picture.boxes == ()
    assert not any(is_yellow(pixel) for _, pixel in image_of(picture).getcolors(1 << 20) or [])


def test_a_quotation_over_two_pages_is_boxed_on_both() -> None:
    def fill(canvas: Any) -> None:
        canvas.drawString(72, 90, "The second berth is expected to")
        canvas.showPage()
        canvas.drawString(72, 750, "cost nearly 5 billion yuan. More follows.")

    data, quote = paint(fill), "The second berth is expected to cost nearly 5 billion yuan."
    assert [len(draw(data, number, quote).boxes) for number in (1, 2)] == [1, 1]
    first, second = (draw(data, number, quote).boxes[0] for number in (1, 2))
    assert first.top > second.top


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_on_a_turned_page_the_box_turns_too(turn: int) -> None:
    def fill(canvas: Any) -> None:
        canvas.drawString(100, 300, "Freight reached 41 million tonnes.")
        canvas.setPageRotation(turn)

    picture = draw(paint(fill), 1, "Freight reached 41 million tonnes.")
    boxes, image = picture.boxes, image_of(picture)
    assert len(boxes) == 1
    left, right = min(b.left for b in boxes), max(b.right for b in boxes)
    top, bottom = min(b.top for b in boxes), max(b.bottom for b in boxes)
    dark = [
        (x, y)
        for x in range(0, image.width, 2)
        for y in range(0, image.height, 2)
        if sum(image.getpixel((x, y))) < 200  # type: ignore[arg-type]
    ]
    assert dark
    assert all(left - 8 <= x <= right + 8 and top - 8 <= y <= bottom + 8 for x, y in dark)


def test_full_width_signs_and_ligatures_are_what_they_stand_for() -> None:
    assert find("Cargo： ４１ ﬁsh", "cargo: 41 fish") == [0, 1, 2, 3, 4, 5, 7, 8, 10, 11, 12]


def test_a_chinese_font_that_is_not_in_the_file_is_still_found() -> None:
    def fill(canvas: Any) -> None:
        canvas.setFont(SONG, 12)
        canvas.drawString(72, 600, "第二个泊位预计投资约48亿元。")

    assert len(draw(paint(fill), 1, "第二个泊位预计投资约48亿元。").boxes) == 1


@pytest.mark.parametrize(("asked", "shown"), [(0, 1), (2, 2), (9, 2)])
def test_the_nearest_page_there_is_is_shown(asked: int, shown: int) -> None:
    picture = draw(make_pdf([[HARBOUR], [CHINESE]]), asked, "")
    assert (picture.number, picture.pages, picture.boxes) == (shown, 2, ())


@pytest.mark.parametrize("size", [A4, landscape(A4), (20, 14000), (14000, 30), (5, 5)])
def test_no_page_makes_a_picture_without_bounds(size: tuple[float, float]) -> None:
    image = image_of(draw(paint(lambda canvas: canvas.rect(1, 1, 2, 2), size), 1, "x"))
    assert image.width <= WIDTH + 1
    assert max(image.size) <= LONGEST + 1


def test_a_damaged_file_says_so() -> None:
    with pytest.raises(IngestError, match="damaged"):
        draw(b"%PDF-1.7 nothing more", 1, "x")


@given(st.text(alphabet="ab \n-|中", max_size=40), st.data())
def test_what_is_found_says_the_same_as_the_quotation(page: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(page)))
    quote = page[start : data.draw(st.integers(start, len(page)))]

    def fold(text: str) -> str:
        return "".join(sign for sign in text if sign not in " \n-|")

    assert fold("".join(page[at] for at in find(page, quote))) == fold(quote)
