"""Files of conversations and answers: whole, in both languages, and nothing but text."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.answer import Answer, Claim, Language
from assistant.export import (
    LONGEST_NAME,
    FileForm,
    conversation_json,
    export_answer,
    export_conversation,
    name_file,
    to_markdown,
)
from assistant.outline import Block, Heading, Paragraph, Quotation, Run, Table
from assistant.recalling import read_answer
from assistant.render import to_markdown as render_markdown
from tests.support.answers import build_answer, build_citation
from tests.support.talks import build_talk
from tests.web.fake import QUOTE_SHOWN, QUOTE_TONNES, QUOTE_ZH, answer_in_chinese, answer_in_english

HOSTILE = (
    "<script>alert(1)</script> [x](javascript:y) ![i](http://h/p.png) | a | `b` **c** &lt; $d$ "
    "[1]: http://h <!-- e --> ~~f~~ https://h"
)
SIGNS = st.sampled_from("-+=#>.)([]:!1|\\`*_~<& ")
LINE = st.text(st.characters(exclude_categories=["Cs"]) | SIGNS, max_size=20)
PLAIN_TOKENS = {
    *("inline", "text", "paragraph_open", "paragraph_close", "heading_open", "heading_close"),
    *("blockquote_open", "blockquote_close", "em_open", "em_close", "strong_open", "strong_close"),
    *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
    *(
        f"{part}_{end}"
        for part in ("table", "thead", "tbody", "tr", "th", "td")
        for end in ("open", "close")
    ),
}


def parse(markdown: str) -> list[Token]:
    """All tokens, those within lines included."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return [one for token in parser.parse(markdown) for one in (token, *(token.children or ()))]


def text_of(markdown: str) -> str:
    return "".join(token.content for token in parse(markdown) if token.type == "text")


def read_docx(data: bytes) -> str:
    """All text of a Word file, its tables included."""
    document = docx.Document(io.BytesIO(data))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def read_text(data: bytes, form: FileForm) -> str:
    return read_docx(data) if form == "docx" else text_of(data.decode())


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", ["markdown", "docx"])
def test_each_quotation_and_verdict_is_found_again(form: FileForm, language: Language) -> None:
    found = read_text(export_conversation(build_talk(), form, language), form)
    for quote in (QUOTE_SHOWN, QUOTE_TONNES, QUOTE_ZH):
        assert f"“{quote}”" in found
    for part in (
        "北湾港务局",
        "2023",
        "Harbour works in the northern bay",
        "约48亿元",
        "Why *so*?",
    ):
        assert part in found
    verdicts = {"en": ("Computed from", "Not found"), "zh": ("计算得出", "未在出处中找到")}
    assert all(verdict in found for verdict in verdicts[language])


@pytest.mark.parametrize("form", ["markdown", "docx"])
@pytest.mark.parametrize(("language", "said"), [("en", "Sources"), ("zh", "出处")])
def test_what_stands_around_is_in_the_interfaces_language(
    form: FileForm, language: Language, said: str
) -> None:
    for answer in (answer_in_english(), answer_in_chinese()):
        assert said in read_text(export_answer(answer, form, language), form)


def test_json_has_all_of_each_answer_again() -> None:
    talk = build_talk()
    found = json.loads(export_conversation(talk, "json", "zh"))
    assert found == conversation_json(talk)
    answers = [turn["answer"] and read_answer(turn["answer"]) for turn in found["turns"]]
    assert answers == [turn.answer for turn in talk.turns]
    assert (found["created"], found["turns"][3]["question"]) == (
        "2024-02-29T08:30:00.000000+00:00",
        "Stopped?",
    )
    assert json.loads(export_answer(answer_in_english(), "json", "en")) == (
        answer_in_english().to_json()
    )


def hostile_answer() -> Answer:
    citation = build_citation()
    passage = replace(citation.passage, title=HOSTILE, organisation=f"{HOSTILE}\n# o", year=None)
    shown = replace(citation, quote_shown=f"{HOSTILE}\n\n- q", passage=passage)
    claim = Claim(HOSTILE, (1,), "proved")
    return build_answer(
        HOSTILE, response=f"{HOSTILE} [1]", claims=(claim,), citations=(shown,), nearest=(passage,)
    )


def test_markdown_holds_text_of_documents_as_text_only() -> None:
    talk = build_talk(hostile_answer(), title=HOSTILE, collection=HOSTILE)
    written = export_conversation(talk, "markdown", "en").decode()
    tokens = parse(written)
    assert {token.type for token in tokens} <= PLAIN_TOKENS
    assert text_of(written).count(HOSTILE) >= 5


def test_word_holds_text_of_documents_as_text_only() -> None:
    found = read_docx(export_answer(hostile_answer(), "docx", "en"))
    assert found.count(HOSTILE) >= 4


@pytest.mark.parametrize("follows", ["(http://h)", ": http://h"])
def test_a_marker_makes_no_link_of_what_follows(follows: str) -> None:
    claim = Claim(f"x{follows}", (1,), "proved")
    answer = build_answer("?", response=f"[1]{follows}", claims=(claim,))
    answer = replace(answer, claims=(), citations=(build_citation(),))
    for written in (
        export_answer(answer, "markdown", "en").decode(),
        render_markdown(answer),
    ):
        assert "link_open" not in {token.type for token in parse(written)}
        assert f"[1]{follows}" in text_of(written)


@pytest.mark.parametrize(
    "line",
    ["- x", "+ x", "1. x", "2) x", "---", "===", "1986. A great year", "-5 % less", "* x", "    x"],
)
def test_the_signs_that_a_line_begins_with_make_no_list(line: str) -> None:
    plain = " ".join(line.split())
    for item in (False, True):
        written = to_markdown([Quotation("before"), Paragraph((Run(line),), item=item)])
        types = [token.type for token in parse(written)]
        assert text_of(written) == f"“before”{plain}"
        assert types.count("bullet_list_open") == item
        assert not {"ordered_list_open", "hr", "code_block"} & set(types)


@given(LINE, LINE)
@settings(deadline=None)
def test_any_text_comes_out_of_markdown_as_it_went_in(first: str, second: str) -> None:
    one, other = (" ".join(line.replace("\0", "").split()) for line in (first, second))
    blocks: list[Block] = [
        Heading(one, 2),
        Paragraph((Run(one), Run("[1]", "marker"), Run(other)), item=True),
        Paragraph((Run(one), Run("[1]", "marker"), Run(other))),
        Paragraph((Run("x "), Run(other, "strong"), Run(" y"))),
        Quotation(one),
        Table(("a", "b"), ((Run(one), Run(other)),)),
    ]
    written = to_markdown(blocks)
    tokens = parse(written)
    assert {token.type for token in tokens} <= PLAIN_TOKENS
    inline = [token for token in tokens if token.type == "inline"]
    said = ["".join(child.content for child in token.children or ()) for token in inline]
    body = f"{one}[1]{other}"
    assert said[:1] + [line.strip() for line in said[1:]] == [
        one,
        body,
        body,
        f"x {other} y" if other else "x  y",
        f"“{one}”",
        "a",
        "b",
        one,
        other,
    ]


@given(st.text(max_size=60))
def test_a_file_name_is_one_that_every_system_takes(title: str) -> None:
    name = name_file(title, "docx")
    assert name.endswith(".docx")
    assert len(name) <= LONGEST_NAME + 5
    assert not set(name) & set('\\/:*?"<>|\n\t\x00 %')
    assert not name.startswith((".", "-"))


@pytest.mark.parametrize(
    ("title", "form", "name"),
    [
        ("How much? / 多少？", "markdown", "How-much-多少？.md"),
        ("../../etc/passwd", "json", "etc-passwd.json"),
        ("\u202e…", "docx", "….docx"),
        (" ??? ", "docx", "duocite.docx"),
    ],
)
def test_a_file_is_named_after_its_title(title: str, form: FileForm, name: str) -> None:
    assert name_file(title, form) == name


def test_half_a_character_spoils_no_file() -> None:
    answer = build_answer("half \ud83d?", response="half \ud83d")
    assert "half �?" in export_answer(answer, "markdown", "en").decode()
    assert "half ?" in read_docx(export_answer(answer, "docx", "en"))
    found: dict[str, Any] = json.loads(export_answer(answer, "json", "en"))
    assert found["question"] == "half \ud83d?"
