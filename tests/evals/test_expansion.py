"""Retrieval with and without an expansion, counted by language."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console

from assistant.answer import Passage
from assistant.app import Assistant, build_assistant
from assistant.expansion import NOTHING, Expand, Expansion
from assistant.settings import Settings
from evals.cases import build_asks, read_cases
from evals.expansion import Compared, build_table, compare, main, measure, translate_by_twins
from store.chroma import open_store
from store.embedding import HashEmbedding
from store.ingest import ingest

CASE = {
    "id": "c",
    "kind": "figure",
    "question_en": "How many passengers did the ferry carry?",
    "question_zh": "轮渡运送旅客多少人次？",
    "figures": [{"value": 30000, "unit": "count"}],
    "quote": "轮渡运送旅客三万人次",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps(CASE), encoding="utf-8")
    return path


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "ship.md").write_text("轮渡运送旅客三万人次。\n", encoding="utf-8")
    for name in ("mill", "salt", "rail", "coal"):
        text = f"How many passengers did the {name} carry?\n"
        (docs / f"{name}.md").write_text(text, encoding="utf-8")
    settings = Settings(data=tmp_path / "data", embedding="hash", _env_file=None)
    with open_store(settings.data, HashEmbedding()) as store:
        ingest(store.collection("default", create=True), HashEmbedding(), [docs])
    with closing(build_assistant(settings)) as opened:
        yield opened


def test_a_twin_is_its_questions_translation(file: Path) -> None:
    expand = translate_by_twins(read_cases(file))
    assert expand(CASE["question_en"], {}) == Expansion(CASE["question_zh"])  # type: ignore[arg-type]
    assert expand(CASE["question_zh"], {}) == Expansion(CASE["question_en"])  # type: ignore[arg-type]
    assert expand("Who?", {}) == NOTHING


def test_each_question_is_searched_alone_and_with_its_expansion(
    file: Path, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Expansion] = []

    def retrieve(question: str, top_k: int, *, expand: Expand) -> list[Passage]:
        seen.append(expand(question, {}))
        return real(question, top_k) if seen[-1] else []

    real = assistant.retrieve
    monkeypatch.setattr(assistant, "retrieve", retrieve)
    cases = read_cases(file)
    found = compare(assistant, build_asks(cases, ["en"]), translate_by_twins(cases))
    assert seen == [NOTHING, Expansion(str(CASE["question_zh"]))]
    assert found.alone == {"en": [None]}
    assert found.expanded["en"] != [None]
    assert (found.empty, len(found.seconds)) == (0, 1)


def test_an_empty_expansion_changes_nothing(file: Path, assistant: Assistant) -> None:
    found = compare(assistant, build_asks(read_cases(file)), lambda question, usage: NOTHING)
    assert found.alone == found.expanded
    assert found.empty == 2


def test_measures_are_means() -> None:
    assert measure([1, 2, None, 6]) == {
        "recall@1": 0.25,
        "recall@5": 0.5,
        "MRR": pytest.approx((1 + 1 / 2 + 1 / 6) / 4),
    }


def test_the_table_has_both_rows_of_a_language() -> None:
    console = Console(width=100)
    with console.capture() as capture:
        console.print(build_table(Compared({"zh": [None]}, {"zh": [1]}), "bound"))
    text = capture.get()
    assert text.count("zh") == 2
    assert "and expansion" in text
    assert "1.000" in text
    assert "en " not in text.replace("question", "")


def test_live_without_a_model_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--live"])
    assert caught.value.code == 2
    assert "DUOCITE_LLM" in capsys.readouterr().err
