from __future__ import annotations

import io
import json
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console

from assistant.answer import Passage
from assistant.errors import SuiteError
from assistant.prompts import load_messages
from assistant.settings import Settings
from evals import collections, external
from evals.external import (
    MEASURED,
    build_direction_table,
    main,
    measure_direction,
    print_published,
    run,
    run_xquad,
)
from evals.pool import Paragraph
from evals.published import XQUAD
from evals.xquad import Sought, read_paragraphs, read_questions
from store.chroma import open_store
from store.embedding import HashEmbedding
from tests.evals.fakes import build_passage


class Lexical:
    """Retrieves by shared characters, enough to tell two texts apart; holds its store's lock."""

    def __init__(self, settings: Settings, collection: str) -> None:
        self.store = open_store(settings.data, HashEmbedding(), wait=0.1)
        held = self.store.collection(collection)
        self.texts = {record.id: held.text(record.id) for record in held.documents()}

    def close(self) -> None:
        self.store.close()

    def retrieve(self, question: str, top_k: int = 5) -> list[Passage]:
        shared = {name: len(set(question) & set(text)) for name, text in self.texts.items()}
        best = sorted(shared, key=lambda name: -shared[name])
        return [build_passage(self.texts[name], name) for name in best[:top_k]]


class Fixed:
    def __init__(self, *documents: str) -> None:
        self.documents = documents

    def retrieve(self, question: str, top_k: int = 5) -> list[Passage]:
        return [build_passage(document=name) for name in self.documents[:top_k]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "xquad"
    folder.mkdir()
    texts = {
        "en": [("p1", "The defence gave up 308 points."), ("p2", "A river runs through Jena.")],
        "zh": [("p1", "防守只丢了三百零八分。"), ("p2", "一条河流穿过耶拿。")],
    }
    questions = {
        "en": [("q1", "p1", "How many points did the defence give up?")],
        "zh": [("q1", "p1", "防守丢了多少分？")],
    }
    for language in ("en", "zh"):
        paragraphs = [{"pid": pid, "text": text} for pid, text in texts[language]]
        asked = [{"id": i, "pid": p, "question": q} for i, p, q in questions[language]]
        write(folder / f"paras_{language}.jsonl", paragraphs)
        write(folder / f"questions_{language}.jsonl", asked)
    return folder


def write(path: Path, rows: list[dict[str, str]]) -> None:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.md").write_text("# Ports\n\nThe port moved 12 million tonnes.\n")
    return folder


@pytest.fixture(autouse=True)
def without_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (collections, external):
        monkeypatch.setattr(module, "build_embedding", lambda name: HashEmbedding())
    monkeypatch.setattr(external, "build_assistant", Lexical)


def test_paragraphs_and_questions_are_read(data: Path) -> None:
    assert read_paragraphs(data, "en")[0] == Paragraph("p1", "The defence gave up 308 points.")
    assert read_questions(data, "zh") == [Sought("防守丢了多少分？", "p1")]


def test_a_row_without_its_text_is_named_with_its_line(data: Path) -> None:
    write(data / "paras_en.jsonl", [{"pid": "p1", "text": "here"}, {"pid": "p2"}])
    with pytest.raises(SuiteError, match="bad_line") as caught:
        read_paragraphs(data, "en")
    assert caught.value.details["line"] == 2


def test_means_are_over_all_questions() -> None:
    sought = [Sought("?", name) for name in ("a", "b", "c", "nowhere")]
    direction = measure_direction(Fixed("a", "b", "x", "y", "z", "c"), sought, "zh", "en")
    assert direction.measures["recall@1"] == 0.25
    assert direction.measures["recall@5"] == 0.5
    assert direction.measures["MRR"] == pytest.approx((1 + 1 / 2 + 1 / 6) / 4)
    assert (direction.asked, direction.pool, direction.questions) == ("zh", "en", 4)


def test_a_pool_has_the_paragraphs_of_one_language_and_the_documents(
    data: Path, docs: Path, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path / "data")
    directions = run_xquad(settings, data, docs, None)
    pairs = [(one.asked, one.pool) for one in directions]
    assert pairs == [("en", "en"), ("zh", "en"), ("en", "zh"), ("zh", "zh")]
    (folder,) = (settings.data / "evals").iterdir()
    moved = settings.model_copy(update={"data": folder})
    with closing(Lexical(moved, "xquad-zh")) as pool:
        assert list(pool.texts) == ["docs/a.md", "p1", "p2"]
        assert pool.texts["p2"] == "一条河流穿过耶拿。"


def test_questions_find_their_paragraph_in_their_own_language(
    data: Path, docs: Path, tmp_path: Path
) -> None:
    directions = run_xquad(Settings(data=tmp_path / "data"), data, docs, None)
    found = {(one.asked, one.pool): one.measures["recall@1"] for one in directions}
    assert found["en", "en"] == found["zh", "zh"] == 1.0


def test_without_other_documents_the_paragraphs_are_searched_alone(
    data: Path, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path / "data")
    directions = run_xquad(settings, data, None, None, limit=1)
    assert {one.questions for one in directions} == {1}
    moved = settings.model_copy(update={"data": settings.data / "evals" / "xquad"})
    with closing(Lexical(moved, "xquad-en")) as pool:
        assert list(pool.texts) == ["p1", "p2"]


@pytest.mark.parametrize(("keep", "left"), [(False, False), (True, True)])
def test_the_store_is_gone_afterwards_unless_it_is_kept(
    keep: bool, left: bool, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUOCITE_DATA", str(tmp_path / "own"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    assert run("xquad", data, keep=keep) == 0
    assert (tmp_path / "own").exists() is left
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize(
    ("pooled", "limited", "said"),
    [
        (False, False, "among the paragraphs of English alone as well"),
        (True, False, "leave --pool-docs out"),
        (False, True, "not to be compared"),
    ],
)
def test_published_figures_have_their_source_and_what_makes_them_comparable(
    pooled: bool, limited: bool, said: str
) -> None:
    console = Console(file=io.StringIO(), width=300)
    print_published(console, load_messages("en"), pooled=pooled, limited=limited)
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert said in shown
    assert "0.942" in shown
    assert "embeddings-benchmark/results" in shown


def test_published_figures_are_of_measures_that_are_printed() -> None:
    assert all(set(one.measures) == set(MEASURED) and one.source for one in XQUAD)


def test_the_command_prints_a_row_a_direction(
    data: Path, docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["xquad", "--data", str(data), "--pool-docs", str(docs)]) == 0
    out = capsys.readouterr().out
    assert [arrow in out for arrow in ("en → en", "zh → en", "en → zh", "zh → zh")] == [True] * 4


def test_a_folder_without_the_set_is_one_line_and_exit_code_2(
    docs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["xquad", "--data", str(tmp_path), "--pool-docs", str(docs)]) == 2
    assert "questions_en.jsonl" in capsys.readouterr().err


def test_the_table_shows_three_digits() -> None:
    console = Console(file=io.StringIO(), width=100)
    direction = measure_direction(Fixed("a"), [Sought("?", "a")], "en", "en")
    console.print(build_direction_table([direction]))
    assert isinstance(console.file, io.StringIO)
    assert "1.000" in console.file.getvalue()
