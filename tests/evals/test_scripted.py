"""The model whose replies are known, and what it writes: right answers, and wrong ones."""

from __future__ import annotations

import random
import time
from decimal import Decimal

import pytest
from llama_index.core.llms import ChatMessage
from llama_index.core.schema import NodeWithScore, TextNode

from assistant.answer import Language
from assistant.figures import find_figures
from assistant.packing import NumberedPassage, number_passage
from assistant.question import Question
from assistant.reply import REFUSAL
from assistant.synthesis import build_messages
from assistant.text.citations import split_claims
from evals.cases import Ask, KnownFigure
from evals.scripted import (
    WAYS,
    ScriptedLLM,
    Shown,
    alter_figures,
    alter_names,
    attribute,
    choose_stranger,
    find_known,
    find_others,
    find_shown,
    find_speakers,
    write_plainly,
)
from tests.evals.fakes import QUOTE, build_case

TEXTS = ("By 2020 " + QUOTE + ".", "The firm's head is Kestrel.", "Nothing of it is here at all.")
SHOWN = [Shown(n, f"Acme · 2021 · Part {n}", text) for n, text in enumerate(TEXTS, 1)]


def passages() -> list[NumberedPassage]:
    nodes = [
        TextNode(
            text=one.text, metadata={"organisation": "Acme", "year": 2021, "title": f"Part {n}"}
        )
        for n, one in enumerate(SHOWN, 1)
    ]
    return [number_passage(n, NodeWithScore(node=node)) for n, node in enumerate(nodes, 1)]


def prompt_of(language: Language) -> str:
    messages = build_messages(Question("How much?", language=language), passages()[::-1])
    return "\n".join(str(message.content) for message in messages)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_model_reads_the_passages_from_the_prompt_itself(language: Language) -> None:
    assert find_shown(prompt_of(language)) == SHOWN[::-1]


def test_it_says_what_its_script_makes_of_them_and_then_the_same_again() -> None:
    llm = ScriptedLLM()
    llm.prepare(lambda shown: f"{len(shown)} passages.")
    chunks = list(llm.stream_chat([ChatMessage(prompt_of("en"))]))
    assert "".join(chunk.delta or "" for chunk in chunks) == "3 passages."
    assert len(chunks) == 3
    assert llm.chat([ChatMessage("Repair this.")]).message.content == "3 passages."
    assert llm.said == "3 passages."


def test_without_a_script_it_refuses() -> None:
    assert ScriptedLLM().complete("x").text == REFUSAL


def test_the_time_of_each_part_of_a_reply_is_known() -> None:
    llm = ScriptedLLM()
    llm.prepare(lambda shown: "x" * 20, pace=0.01)
    before = time.perf_counter()
    list(llm.stream_complete("?"))
    assert before + 0.01 < llm.time_of(4) < llm.time_of(5) == llm.time_of(8) < llm.time_of(20)


def test_known_passages_are_those_that_hold_every_quotation() -> None:
    both = build_case(quotes=(QUOTE, "The firm's head is Kestrel"), sources=("a", "b"))
    assert find_known(build_case(), SHOWN) == [SHOWN[0]]
    assert find_known(both, SHOWN) == SHOWN[:2]
    assert find_known(both, SHOWN[1:]) is None
    assert find_known(build_case(), []) is None


def test_other_passages_hold_neither_quotation_nor_the_name_that_is_asked_for() -> None:
    named = build_case(kind="name", figures=(), names=("Kestrel|红隼",))
    assert find_others(build_case(), SHOWN) == SHOWN[1:]
    assert find_others(named, SHOWN) == [SHOWN[2]]


@pytest.mark.parametrize(
    ("answer", "language", "written"),
    [
        ("More than US$8 billion", "en", "More than US$8 billion [2][1]."),
        ("It grew.", "en", "It grew [2][1]."),
        ("超过80亿美元。", "zh", "超过80亿美元[2][1]。"),
    ],
)
def test_an_answer_is_written_with_its_markers(
    answer: str, language: Language, written: str
) -> None:
    assert write_plainly(answer, [2, 1], language) == written
    (claim,) = split_claims(written)
    assert claim.numbers == (2, 1)


def test_a_speaker_is_named_as_a_language_does_it() -> None:
    assert attribute("5 %", "Acme", "en") == "According to Acme, it is 5 %"
    assert attribute("More than 5", "Acme", "en") == "According to Acme, it is more than 5"
    assert attribute("Moreau", "Acme", "en") == "According to Acme, it is Moreau"
    assert attribute("5%", "Acme", "zh") == "根据Acme的报告，5%"


def test_speakers_are_the_organisations_of_the_source_lines_the_longest_name_first() -> None:
    lines = [Shown(1, "Acme Steel · 2021", ""), Shown(2, "Nobody", ""), Shown(3, "Acme Steel", "")]
    assert find_speakers(lines, ["Acme", "Acme Steel"]) == ["Acme Steel"]


def test_one_figure_is_altered_in_a_few_ways_the_same_for_the_same_seed() -> None:
    ask = Ask(build_case(), "en")
    altered = alter_figures(ask, random.Random(1))
    assert altered == alter_figures(ask, random.Random(1))
    assert len(altered) == WAYS
    for text in altered:
        assert (find_figures(text)[0].value, find_figures(text)[0].unit) != (
            Decimal(8 * 10**9),
            "USD",
        )
    assert alter_figures(Ask(build_case(answer_en="A lot"), "en"), random.Random(1)) == []


def test_a_figure_that_is_not_known_is_left_alone() -> None:
    case = build_case(
        answer_en="US$8 billion in 2020", figures=(KnownFigure(Decimal(2020), "year"),)
    )
    assert all("8 billion" in text for text in alter_figures(Ask(case, "en"), random.Random(1)))


def test_a_name_is_replaced_by_one_that_the_passages_lack() -> None:
    case = build_case(kind="name", figures=(), names=("Kestrel",), answer_en="Kestrel")
    other = build_case(id="c2", kind="name", figures=(), names=("Larkfield",))
    held = build_case(id="c3", kind="name", figures=(), names=("Acme",))
    ask = Ask(case, "en")
    assert alter_names(ask, SHOWN, [case, other, held], random.Random(1)) == ["Larkfield"]
    assert alter_names(ask, SHOWN, [case, held], random.Random(1)) == []


def test_a_stranger_is_nowhere_in_the_passages() -> None:
    assert (
        choose_stranger(SHOWN, ["Acme", "Kestrel Ltd", "Borealis"], random.Random(1)) == "Borealis"
    )
    assert choose_stranger(SHOWN, ["Acme"], random.Random(1)) is None
