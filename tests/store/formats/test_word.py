"""DOCX: what a reader of the page sees, in its order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from assistant.errors import IngestError
from store.formats.extract import Extract
from store.formats.word import read_word
from tests.support.files import add_table, change_zip, make_docx, source_of

W = nsdecls("w")


def read(fill: Callable[[Any], None], **known: Any) -> Extract:
    return read_word(source_of("a.docx", make_docx(fill, **known)))


def test_headings_keep_their_levels_and_are_the_places() -> None:
    def fill(document: Any) -> None:
        document.add_paragraph("Before all headings.")
        document.add_heading("港口", 1)
        document.add_heading("Trade", 2)
        document.add_paragraph("Ships came.")
        document.add_heading("Rail", 1)
        document.add_paragraph("Trains came.")

    found = read(fill)
    assert "# 港口\n\n## Trade\n\nShips came.\n\n# Rail\n" in found.text
    assert [mark.place.name for mark in found.marks] == ["港口", "港口 › Trade", "Rail"]
    for mark in found.marks:
        assert found.text[mark.start :].startswith("#")


def test_a_title_and_a_chinese_heading_style_are_headings() -> None:
    def fill(document: Any) -> None:
        document.add_heading("The title", 0)
        style = document.styles.add_style("标题 2", 1)
        document.add_paragraph("第二级", style=style)
        own = document.styles.add_style("Chapter", 1)
        own.base_style = document.styles["Heading 3"]
        document.add_paragraph("By its base", style=own)

    assert read(fill).text == "# The title\n\n## 第二级\n\n### By its base\n"


def test_lists_are_items() -> None:
    def fill(document: Any) -> None:
        document.add_paragraph("Points:")
        document.add_paragraph("one", style="List Bullet")
        document.add_paragraph("two", style="List Number")
        document.add_paragraph("After.")

    assert read(fill).text == "Points:\n\n- one\n- two\n\nAfter.\n"


def test_a_table_is_rows_under_its_header() -> None:
    def fill(document: Any) -> None:
        document.add_paragraph("单位：亿元")
        add_table(document, [["项目", "收入 | 净"], ["云溪\n高速", "36.8"], ["", ""]])

    assert (
        read(fill).text
        == "单位：亿元\n\n| 项目 | 收入 ¦ 净 |\n| --- | --- |\n| 云溪 高速 | 36.8 |\n"
    )


def test_cells_that_span_columns_keep_the_others_in_place() -> None:
    def fill(document: Any) -> None:
        table = add_table(
            document, [["Region", "", ""], ["", "2022", "2023"], ["North", "12", "13"]]
        )
        table.cell(0, 1).merge(table.cell(0, 2)).text = "GDP (USD billion)"

    text = read(fill).text
    assert text.startswith("| Region | GDP (USD billion) 2022 | GDP (USD billion) 2023 |\n")
    assert "| North | 12 | 13 |" in text


def test_what_was_deleted_is_gone_and_what_was_inserted_stays() -> None:
    def fill(document: Any) -> None:
        paragraph = document.add_paragraph("It costs ")
        for xml in (
            f"<w:del {W}><w:r><w:delText>3</w:delText></w:r></w:del>",
            f"<w:ins {W}><w:r><w:t>5 million</w:t></w:r></w:ins>",
        ):
            paragraph._p.append(parse_xml(xml))

    assert read(fill).text == "It costs 5 million\n"


def test_content_controls_hide_nothing() -> None:
    def fill(document: Any) -> None:
        body = document.element.body
        inner = "<w:p><w:r><w:t>In a control.</w:t></w:r></w:p>"
        xml = f"<w:sdt {W}><w:sdtContent>{inner}</w:sdtContent></w:sdt>"
        body.insert(0, parse_xml(xml))

    assert read(fill).text == "In a control.\n"


def test_a_text_box_is_read_once() -> None:
    def fill(document: Any) -> None:
        box = "<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
        mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        xml = (
            f"<w:r {W} {mc}><mc:AlternateContent><mc:Choice Requires='wps'>{box}</mc:Choice>"
            f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
        )
        document.add_paragraph("Around it.")._p.append(parse_xml(xml))

    assert read(fill).text == "Around it.\n\nIn a box.\n"


def test_signs_that_only_look_like_markup_are_kept_apart() -> None:
    assert (
        read(lambda document: document.add_paragraph("# 5 is a number")).text
        == "\\# 5 is a number\n"
    )


def test_what_the_file_says_of_itself() -> None:
    found = read(
        lambda document: document.add_paragraph("Report of 2021."),
        title="Bridges",
        author="李雷",
        created=dt.datetime(2021, 5, 1),
    )
    assert (found.title, found.author, found.year) == ("Bridges", "李雷", 2021)
    other = read(lambda document: document.add_paragraph("No year."), title="Document1")
    assert (other.title, other.author, other.year) == (None, None, None)


@pytest.mark.parametrize("part", ["word/document.xml", "[Content_Types].xml", "_rels/.rels"])
def test_a_file_without_one_of_its_parts_is_damaged(part: str) -> None:
    data = make_docx(lambda document: document.add_paragraph("x"))
    broken = change_zip(data, lambda name, content: None if name == part else content)
    with pytest.raises(IngestError) as caught:
        read_word(source_of("a.docx", broken))
    assert (caught.value.code, caught.value.details["path"]) == ("damaged", "a.docx")
