"""Figures written into documents, and writers that slip."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from assistant.answer import Language
from evals.cases import Ask, Case, KnownFigure
from evals.scripted import Shown
from evals.slips import SlippingLLM, alter_document, can_alter, misattribute, misstate
from tests.evals.fakes import DOCUMENT, QUOTE, TEXT, build_case

KNOWN = [Shown(1, "Acme, 2021", TEXT)]
OTHER = Shown(2, "Kestrel, 2020", "The ferry is painted blue.")
PROMPT = '<passage number="1">\nSource: Acme\n\nText\n</passage>'


def build_plain() -> Case:
    return build_case(quote=QUOTE.replace("\n", " "))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    text = TEXT.replace("dollars\ninto", "dollars into")
    (tmp_path / DOCUMENT).write_text(text, encoding="utf-8")
    return tmp_path


def test_another_figure_stands_in_the_document_and_in_the_case(folder: Path) -> None:
    changed = alter_document(build_plain(), folder)
    assert changed is not None
    text = (folder / DOCUMENT).read_text(encoding="utf-8")
    assert "over 9 billion U.S. dollars" in text
    assert "8 billion" not in text
    assert changed.quote in text
    (known,) = changed.figures
    assert (known.value, known.unit) == (Decimal(9_000_000_000), "USD")


@pytest.mark.parametrize(
    "case",
    [
        build_case(quote="words that stand nowhere"),
        build_case(figures=(KnownFigure(Decimal(3), "t"),)),
        build_case(figures=()),
    ],
)
def test_a_case_whose_figure_is_not_in_the_document_changes_nothing(
    folder: Path, case: Case
) -> None:
    before = (folder / DOCUMENT).read_bytes()
    assert alter_document(case, folder) is None
    assert (folder / DOCUMENT).read_bytes() == before


def test_a_document_that_is_no_plain_text_stays_as_it_is(folder: Path) -> None:
    (folder / "report.pdf").write_bytes(b"%PDF-1.7\n%\x93\x8c\xff")
    assert alter_document(build_case(source="report.pdf"), folder) is None
    assert not can_alter(build_case(source="book.xlsx"))
    assert can_alter(build_plain())


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "RMB 8 billion"), ("zh", "80亿元")],
)
def test_a_misstated_sum_keeps_its_digits_in_another_currency(
    language: Language, said: str
) -> None:
    slip = misstate(Ask(build_plain(), language), KNOWN, KNOWN)
    assert slip is not None
    assert said in slip
    assert "[1]" in slip


def test_another_quantity_is_a_thousand_times_too_large() -> None:
    case = build_case(
        figures=(KnownFigure(Decimal(410), "t"),), answer_en="410 tonnes", answer_zh="410吨"
    )
    said = misstate(Ask(case, "en"), KNOWN, KNOWN)
    assert said is not None
    assert "410,000" in said or "410 thousand" in said


def test_an_answer_without_its_known_figure_cannot_be_misstated() -> None:
    assert misstate(Ask(build_case(answer_en="Plenty"), "en"), KNOWN, KNOWN) is None


def test_a_misattributed_answer_cites_a_passage_that_says_nothing_of_it() -> None:
    ask = Ask(build_plain(), "en")
    assert misattribute(ask, KNOWN, [*KNOWN, OTHER]) == "More than US$8 billion [2]."
    assert misattribute(ask, KNOWN, KNOWN) is None


def test_a_writer_slips_once_and_says_the_other_thing_when_asked_again() -> None:
    llm = SlippingLLM()
    llm.prepare_slip(lambda shown: "wrong", lambda shown: f"right {len(shown)}")
    assert [llm.complete(PROMPT).text for _ in range(3)] == ["wrong", "right 1", "right 1"]
    llm.prepare_slip(lambda shown: "wrong again", lambda shown: "right")
    assert llm.complete(PROMPT).text == "wrong again"
