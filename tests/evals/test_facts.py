"""Plain statements become questions in both languages; what isn't plain is left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.evidence import read_statements
from assistant.figures import Figure, find_figures
from assistant.glossary import build_glossary
from assistant.text.language import detect_language
from evals.chinese import ask_chinese, ask_in_place, read_chinese
from evals.english import read_english
from evals.facts import PERIODS, Fact, find_facts, is_plain
from evals.sources import read_folder
from evals.translation import Translator
from evals.wording import ask_english
from evals.words import Said, load_words

CASES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("drafted.json").read_text("utf-8")
)
TRANSLATOR = Translator(
    build_glossary([("野村", "Nomura"), ("怡和集团", "Jardine Matheson")], ()),
    "chongqing chengdu green hubei",
    "工程师 汽车 机器人",
)
PORT = """# Port of Wenzhou

The port of Wenzhou handled 12 million tonnes of cargo in 2022.

| Port | Cargo 2023 (tonnes) | Staff |
|---|---|---|
| Ningbo | 900,000 | 40 |
| Xiamen | 310,000 | 25 |

2023年温州港的货物吞吐量为1500万吨。
"""


def first_measure(text: str) -> Figure:
    return next(one.figure for one in read_statements(text) if one.figure.unit not in PERIODS)


def ask(text: str) -> tuple[str, str, bool] | None:
    """The question in the text's language, that in the other, and whether all was translated."""
    figure = first_measure(text)
    if detect_language(text) == "en":
        said = read_english(text, figure)
        if said is None:
            return None
        turned, whole = TRANSLATOR.translate(said, "zh")
        return ask_english(said, figure), ask_chinese(turned, figure), whole
    asked, read = ask_in_place(text, figure), read_chinese(text, figure)
    if asked is None or read is None:
        return None
    turned, whole = TRANSLATOR.translate(read, "en")
    return asked, ask_english(turned, figure), whole


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "port.md").write_text(PORT, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("case", [case for case in CASES if "asked" in case])
def test_a_plain_statement_is_asked_in_both_languages(case: dict[str, Any]) -> None:
    assert ask(case["text"]) == (case["asked"], case["other"], case["translated"])


@pytest.mark.parametrize("case", [c for c in CASES if "asked" not in c], ids=lambda c: c["text"])
def test_a_statement_with_more_to_it_is_left_alone(case: dict[str, Any]) -> None:
    assert ask(case["text"]) is None


@pytest.mark.parametrize("case", [case for case in CASES if "asked" in case])
def test_no_question_gives_its_answer_away(case: dict[str, Any]) -> None:
    figure = first_measure(case["text"])
    told = [f for text in (case["asked"], case["other"]) for f in find_figures(text)]
    assert (figure.value, figure.unit) not in {(one.value, one.unit) for one in told}


def test_what_cant_be_translated_is_quoted_and_said() -> None:
    said = Said("Chongqing's gross floor wisdom", "be", who="Nomura")
    turned, whole = TRANSLATOR.translate(said, "zh")
    assert (turned.subject, turned.who, whole) == (
        "“Chongqing's gross floor wisdom”",
        "野村",
        False,
    )
    turned, whole = TRANSLATOR.translate(Said("重庆地区生产总值", "be"), "en")
    assert (turned.subject, whole) == ("Chongqing's GDP", True)


def test_abbreviations_keep_their_capitals(tmp_path: Path) -> None:
    head = "| City | R&D intensity 2023 (% of GDP) |\n|---|---|\n"
    (tmp_path / "a.md").write_text(f"{head}| Wuhan | 3.5 % |\n| Xi'an | 5 % |\n", encoding="utf-8")
    questions = [fact.question for fact in find_facts(read_folder(tmp_path))]
    assert "What was the R&D intensity of Wuhan in 2023?" in questions


def test_unknown_names_stay_as_they_are() -> None:
    turned, whole = TRANSLATOR.translate(Said("revenue of Zorblatt Works", "be"), "zh")
    assert (turned.subject, whole) == ("Zorblatt Works的收入", True)


def test_facts_have_their_quotation_line_and_question(folder: Path) -> None:
    source = read_folder(folder).sources[0]
    facts = find_facts(read_folder(folder))
    assert [fact.question for fact in facts] == [
        "How many tonnes of cargo did the port of Wenzhou handle in 2022?",
        "What was the cargo of Ningbo in 2023?",
        "What was the cargo of Xiamen in 2023?",
        "2023年温州港的货物吞吐量为多少吨？",
    ]
    for fact in facts:
        assert fact.quote in source.text
        assert source.text.split("\n")[fact.line - 1].startswith(fact.quote[:20])
    assert [fact.from_table for fact in facts] == [False, True, True, False]


def test_a_table_without_a_year_or_head_asks_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("| Ningbo | 900,000 |\n|---|---|\n| Xiamen | 310,000 |\n")
    assert find_facts(read_folder(tmp_path)) == []


def test_what_two_sentences_answer_differently_is_not_asked(tmp_path: Path) -> None:
    text = "The port of Wenzhou handled {} million tonnes of cargo in 2022.\n"
    (tmp_path / "a.txt").write_text(text.format(12), encoding="utf-8")
    (tmp_path / "b.txt").write_text(text.format(15), encoding="utf-8")
    assert find_facts(read_folder(tmp_path)) == []
    (tmp_path / "b.txt").write_text(text.format(12), encoding="utf-8")
    assert len(find_facts(read_folder(tmp_path))) == 2


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("How much money did Acme invest in Wenzhou in 2022?", True),
        ("How much money did the firm invest in 2022?", False),  # nobody is named
        ("How much money did Acme invest in Wenzhou?", False),  # no year
        ("What was Acme's US$3 million of 2022?", False),  # tells it
        ("Who led Acme in 2022?", False),  # asks for no figure
    ],
)
def test_a_question_names_who_and_when_and_asks_for_its_figure(question: str, plain: bool) -> None:
    (figure,) = find_figures("US$3 million")
    assert is_plain(Fact("a", 1, "q", "en", figure, Said(""), question)) is plain


def test_every_verb_is_said_in_both_languages() -> None:
    words = load_words()
    assert all(verb.chinese and verb.past and verb.done for verb in words.verbs.values())
    assert all(verb.to for verb in words.verbs.values() if verb.kind == "moves")
    assert {english for english in words.measures if english != english.lower()} == set()
