"""PPTX: slide by slide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from assistant.errors import IngestError
from store.formats.extract import Extract
from store.formats.limits import Limits
from store.formats.presentation import read_presentation
from tests.support.files import add_slide, make_pptx, source_of


def read(fill: Callable[[Any], None], limits: Limits | None = None, **known: Any) -> Extract:
    return read_presentation(source_of("a.pptx", make_pptx(fill, **known), limits or Limits()))


def add_box(slide: Any, text: str, left: float, top: float) -> None:
    slide.shapes.add_textbox(Inches(left), Inches(top), Inches(1), Inches(1)).text_frame.text = text


def test_each_slide_is_marked_and_begins_with_its_title() -> None:
    def fill(shown: Any) -> None:
        add_slide(shown, "风电", "装机容量320万千瓦")
        add_slide(shown, "Costs", "One", "Two")

    found = read(fill)
    assert found.text == "## 风电\n\n装机容量320万千瓦\n\n## Costs\n\n- One\n- Two\n"
    assert [(m.place.kind, m.place.first) for m in found.marks] == [("slide", 1), ("slide", 2)]
    assert found.text[found.marks[1].start :].startswith("## Costs")
    assert found.title == "风电"


def test_a_hidden_slide_is_left_out_and_counted() -> None:
    def fill(shown: Any) -> None:
        add_slide(shown, "First", "a").element.set("show", "0")
        add_slide(shown, "Second", "b")

    found = read(fill)
    assert "First" not in found.text
    assert [mark.place.first for mark in found.marks] == [2]


def test_tables_and_charts_are_rows() -> None:
    def fill(shown: Any) -> None:
        slide = add_slide(shown, "Tables")
        size = [Inches(n) for n in (1, 3, 4, 1)]
        table = slide.shapes.add_table(2, 2, *size).table
        for at, text in enumerate(["地区", "产值（亿元）", "重庆", "30145"]):
            table.cell(at // 2, at % 2).text = text
        chart: Any = CategoryChartData()  # type: ignore[no-untyped-call]
        chart.categories = ["2022", "2023"]
        chart.add_series("Trade", (1.5, 2.25))
        size = [Inches(n) for n in (1, 5, 4, 2)]
        slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *size, chart)

    text = read(fill).text
    assert "| 地区 | 产值（亿元） |\n| --- | --- |\n| 重庆 | 30145 |\n" in text
    assert "|  | Trade |\n| --- | --- |\n| 2022 | 1.5 |\n| 2023 | 2.25 |\n" in text


def test_shapes_are_read_from_the_top_left_and_groups_opened() -> None:
    def fill(shown: Any) -> None:
        slide = shown.slides.add_slide(shown.slide_layouts[6])
        add_box(slide, "Right below.", 5, 4)
        group = slide.shapes.add_group_shape()
        group.shapes.add_textbox(Inches(1), Inches(1), 9, 9).text_frame.text = "In a group."
        add_box(slide, "Left below.", 1, 4)

    text = read(fill).text
    order = [text.index(part) for part in ("In a group", "Left below", "Right below")]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("note", "shown"), [("Say it twice.", "Notes: "), ("请说两遍。", "备注：")]
)
def test_notes_are_told_apart_from_the_slide(note: str, shown: str) -> None:
    def fill(deck: Any) -> None:
        add_slide(deck, "A", "b").notes_slide.notes_text_frame.text = note

    assert read(fill).text.endswith(f"{shown}{note}\n")


def test_too_many_slides_are_refused() -> None:
    def fill(shown: Any) -> None:
        for _ in range(3):
            add_slide(shown, "A", "b")

    with pytest.raises(IngestError) as caught:
        read(fill, Limits(pages=2))
    assert (caught.value.code, caught.value.details["pages"]) == ("too_many_pages", 3)


def test_the_stopgap_title_gives_way_to_the_first_slides() -> None:
    found = read(lambda shown: add_slide(shown, "Bridges", "b"), title="PowerPoint Presentation")
    assert found.title == "Bridges"
