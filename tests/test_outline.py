"""What a file of an answer says: everything that proves it, around it the reader's language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.answer import Answer, Claim, Language
from assistant.errors import ModelError
from assistant.outline import (
    Block,
    Heading,
    Paragraph,
    Quotation,
    Run,
    Table,
    outline_answer,
    outline_conversation,
    title_of,
)
from store.places import Box, Place
from tests.support.answers import build_answer
from tests.support.talks import build_talk
from tests.web.fake import (
    QUOTE_SHOWN,
    QUOTE_TONNES,
    QUOTE_ZH,
    answer_in_chinese,
    answer_in_english,
    refusal,
)


def lines(blocks: list[Block]) -> list[str]:
    """The paragraphs as text."""
    return ["".join(run.text for run in b.runs) for b in blocks if isinstance(b, Paragraph)]


def tables(blocks: list[Block]) -> list[list[list[str]]]:
    found = [block for block in blocks if isinstance(block, Table)]
    return [[[*t.heads], *([run.text for run in row] for row in t.rows)] for t in found]


def quotes(blocks: list[Block]) -> list[str]:
    return [block.text for block in blocks if isinstance(block, Quotation)]


def test_each_source_is_cited_in_full() -> None:
    found = outline_answer(answer_in_english(), "en")
    assert quotes(found) == [QUOTE_SHOWN, QUOTE_TONNES, QUOTE_ZH]
    sources = [line for line in lines(found) if line.startswith("[")]
    assert sources == [
        "[1] Harbour works in the northern bay · Northern Port Authority · A. Lindqvist · 2024"
        " · Harbour works · lines 6–7 · reports/harbour.md",
        "[2] Harbour works in the northern bay · Northern Port Authority · A. Lindqvist · 2024"
        " · Harbour works · line 7 · reports/harbour.md",
        "[3] 北湾港建设简报 · 北湾港务局 · 2023 · line 3 · reports/简报.txt",
    ]


@pytest.mark.parametrize(
    ("place", "english", "chinese"),
    [
        (Place("page", 12, 12), "p. 12", "第12页"),
        (Place("slide", 2, 3), "slides 2–3", "第2–3张幻灯片"),
        (Place("cells", name="A", box=Box(2, 2, 4, 2)), "sheet “A”, B2:D2", "工作表“A”B2:D2"),
    ],
)
def test_the_place_is_said_in_the_readers_language(
    place: Place, english: str, chinese: str
) -> None:
    answer = answer_in_english()
    first = replace(answer.citations[0], place=place)
    answer = replace(answer, citations=(first,))
    for language, said in (("en", english), ("zh", chinese)):
        source = lines(outline_answer(answer, language))[-1]  # type: ignore[arg-type]
        assert f" · {said} · " in source


def test_each_figure_has_its_verdict() -> None:
    (figures,) = tables(outline_answer(answer_in_chinese(), "en"))
    assert figures == [
        ["Figure", "Check", "Sources"],
        ["近50亿元", "Checked: the source states nearly 5 billion yuan", "[1]"],
        ["约82亿元", "Computed from 近50亿元, 32亿元", "[2]"],
        ["2030年", "Not found in the sources", ""],
    ]


def test_a_disagreement_is_a_table_under_what_it_is_about() -> None:
    found = outline_answer(answer_in_english(), "zh")
    assert "各来源说法不一：the cost of the second berth" in lines(found)
    assert tables(found)[1] == [
        ["来源", "年份", "数字", "出处"],
        ["Northern Port Authority", "2024", "nearly 5 billion yuan", "[1]"],
        ["北湾港务局", "2023", "约48亿元", "[3]"],
    ]


def test_a_sentence_that_is_not_proved_is_marked() -> None:
    text = lines(outline_answer(answer_in_chinese(), "en"))[2]
    assert text.endswith("第三个泊位将于2030年建成。 (not proved)")
    assert text.count("(not proved)") == 1
    assert "not proved" not in " ".join(lines(outline_answer(answer_in_english(), "en")))


@pytest.mark.parametrize(("language", "said"), [("en", "doesn't state"), ("zh", "引文中没有")])
def test_what_was_left_out_is_said_in_the_readers_language(language: Language, said: str) -> None:
    answer = build_answer("How much?", problems=("figure_not_found:7000亿元",))
    (item,) = [
        "".join(run.text for run in block.runs)
        for block in outline_answer(answer, language)
        if isinstance(block, Paragraph) and block.item
    ]
    assert said in item
    assert "7000亿元" in item


def test_why_a_model_failed_is_said() -> None:
    failed = build_answer("?", failure=ModelError("timeout", model="m"), fallback=True)
    assert any("did not answer in time" in line for line in lines(outline_answer(failed, "en")))
    assert any("没有及时回答" in line for line in lines(outline_answer(failed, "zh")))


def test_the_nearest_passages_of_a_refusal_are_named_as_such() -> None:
    found = outline_answer(refusal("Why?", "zh"), "en")
    heading = Heading("Closest passages (they do not answer the question)", 3)
    assert heading in found
    assert quotes(found[found.index(heading) :]) == [
        "A third berth is under study; no budget has been set."
    ]
    assert Heading("Sources", 3) not in found


def test_items_of_a_list_stay_items() -> None:
    first, second = Claim("One ton.", (1,), "proved"), Claim("Two tons.", (1,), "proved")
    answer = build_answer(
        "?", response="- One ton. [1]\r\n\n- Two\u2028tons. [1]", claims=(first, second)
    )
    found = [block for block in outline_answer(answer, "en") if isinstance(block, Paragraph)]
    assert [block.item for block in found[2:4]] == [True, True]
    assert lines([*found[2:4]]) == ["One ton. [1]", "Two"]


def test_only_numbers_of_citations_are_markers() -> None:
    claim = Claim("See [7] there.", (1,), "proved")
    answer = build_answer("?", response="See [7] there. [1]", claims=(claim,))
    runs = [run for block in outline_answer(answer, "en")[3:4] for run in block.runs]  # type: ignore[union-attr]
    assert [run.text for run in runs if run.style == "marker"] == ["[1]"]


def test_a_conversation_is_all_of_its_turns() -> None:
    found = outline_conversation(build_talk(), "en")
    headings = [(b.level, b.text) for b in found if isinstance(b, Heading) and b.level < 3]
    assert headings == [
        (1, "Berths 泊位"),
        (2, "1. What will the second berth cost?"),
        (2, "2. 第二个泊位要投资多少？"),
        (2, "3. Why *so*?"),
        (2, "4. Stopped?"),
    ]
    assert lines(found)[0].startswith(
        "Collection “harbour” · 2024-02-29 08:30 to 2024-02-29 09:30 UTC"
    )
    assert lines(found)[-2:] == ["2024-02-29 08:30 UTC", "No answer was given."]


def test_who_wrote_an_answer_is_said() -> None:
    written = replace(answer_in_english(), model="gpt-x")
    found = lines(outline_conversation(build_talk(written, answer_in_chinese()), "zh"))
    assert "2024-02-29 08:30 UTC · 回答方式：gpt-x" in found
    assert "2024-02-29 08:30 UTC · 回答方式：引自原文（离线）" in found


@pytest.mark.parametrize(("language", "title"), [("en", "Conversation"), ("zh", "对话")])
def test_a_conversation_without_a_title_has_a_name(language: Language, title: str) -> None:
    assert title_of(build_talk(title=" "), language) == title


def test_a_greeting_is_neither_proved_nor_not() -> None:
    greeting = Answer(response="Hello.", question="Hi", status="verified")
    assert outline_answer(greeting, "en")[3:] == [Paragraph((Run("Hello."),))]
