from __future__ import annotations

import io
import re
import zipfile
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.outline import Block, Heading, Paragraph, Quotation, Run, Table
from assistant.word import build_docx, clean

BLOCKS: list[Block] = [
    Heading("Title 标题", 1),
    Heading("1. Question", 2),
    Paragraph((Run("Bold", "strong"), Run(" plain "), Run("note", "note"), Run("[1]", "marker"))),
    Paragraph((Run("an item"),), item=True),
    Quotation("quoted 引文"),
    Table(("Who", "When"), ((Run("Ann"), Run("2024")), (Run("李"), Run("")))),
    Table(("Other",), ((Run("x"),),)),
]


def open_docx(data: bytes) -> Any:
    return docx.Document(io.BytesIO(data))


@pytest.fixture(scope="module")
def document() -> Any:
    return open_docx(build_docx(BLOCKS, "Title 标题"))


def test_blocks_have_the_styles_that_word_knows(document: Any) -> None:
    found = [(one.style.name, one.text) for one in document.paragraphs if one.text]
    assert found == [
        ("Title", "Title 标题"),
        ("Heading 1", "1. Question"),
        ("Normal", "Bold plain note[1]"),
        ("List Bullet", "an item"),
        ("Quote", "“quoted 引文”"),
    ]


def test_runs_keep_their_styles(document: Any) -> None:
    runs = [(run.text, run.bold, run.italic) for run in document.paragraphs[2].runs]
    assert runs == [
        ("Bold", True, None),
        (" plain ", None, None),
        ("note", None, True),
        ("[1]", None, None),
    ]


def test_two_tables_stay_two(document: Any) -> None:
    cells = [[[cell.text for cell in row.cells] for row in t.rows] for t in document.tables]
    tags = [element.tag for element in document.element.body]
    assert (qn("w:tbl"), qn("w:tbl")) not in set(pairwise(tags))
    assert cells == [[["Who", "When"], ["Ann", "2024"], ["李", ""]], [["Other"], ["x"]]]


def test_it_says_what_it_is_and_who_made_it(document: Any) -> None:
    properties = document.core_properties
    assert (properties.title, properties.author) == ("Title 标题", "Duocite")


@pytest.mark.parametrize("style", ["Normal", "Heading 1", "Title"])
def test_chinese_is_shown_in_a_chinese_font(document: Any, style: str) -> None:
    fonts = document.styles[style].element.rPr.find(qn("w:rFonts"))
    assert fonts.get(qn("w:eastAsia")) == "Microsoft YaHei"
    assert fonts.get(qn("w:eastAsiaTheme")) is None
    language = document.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    assert language.get(qn("w:eastAsia")) == "zh-CN"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("plain 文字 😀\t\n", "plain 文字 😀\t\n"),
        ("a\x00b\x08c\x0bd\x0ce\x1ff", "abcdef"),
        ("half \ud83d\ufffe\uffff.", "half ."),
        ("<w:p/> &amp;", "<w:p/> &amp;"),
    ],
)
def test_what_xml_can_not_hold_is_dropped(text: str, kept: str) -> None:
    assert clean(text) == kept


@given(st.text(st.characters() | st.sampled_from("\x00\x0b\ud800\uffff<&")))
def test_whatever_is_left_is_xml(text: str) -> None:
    node = ElementTree.Element("a")
    node.text = clean(text).replace("\r", "")  # read back as a line break
    back = ElementTree.fromstring(ElementTree.tostring(node)).text or ""
    assert back == node.text


@given(st.text(st.characters() | st.sampled_from("\x00\x1b\ud800<&]"), min_size=1, max_size=30))
@settings(deadline=None, max_examples=15)
def test_any_text_makes_a_file_that_opens(text: str) -> None:
    data = build_docx([Heading(text, 1), Paragraph((Run(text),)), Quotation(text)], text * 20)
    wanted = re.sub(r"\s", "", clean(text))
    shown = [re.sub(r"\s", "", one.text) for one in open_docx(data).paragraphs]
    assert shown == [wanted, wanted, f"“{wanted}”"]
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert parts.testzip() is None
