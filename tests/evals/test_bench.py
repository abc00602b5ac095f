from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from assistant.errors import StoreError
from assistant.settings import Settings
from evals import bench
from evals.bench import (
    Stopwatch,
    bench_ingest,
    bench_questions,
    build_ingest_table,
    build_question_table,
    main,
)
from store.catalog import Catalog
from store.chroma import open_store
from store.embedding import HashEmbedding
from store.ingest import ingest
from tests.evals.fakes import FakeAssistant, build_right_assistant

QUESTIONS = ["Unknown?", "未知？"]


def shown(table: object) -> str:
    console = Console(file=io.StringIO(), width=100)
    console.print(table)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    said = " ".join(f"Port number {n} moved {n} million tonnes of goods." for n in range(99))
    (folder / "a.md").write_text(f"# Ports\n\n{said}\n", encoding="utf-8")
    (folder / "b.md").write_text("# 港口\n\n吞吐量为1200万吨。预计还会增加。\n", encoding="utf-8")
    return folder


def test_stages_add_up_over_several_visits() -> None:
    watch = Stopwatch()
    for _ in range(3):
        with watch.stage("read"):
            pass
    with watch.stage("write"):
        pass
    assert list(watch.seconds) == ["read", "write"]
    assert all(seconds >= 0 for seconds in watch.seconds.values())


def test_a_stage_that_fails_is_timed_and_fails() -> None:
    watch = Stopwatch()
    with pytest.raises(StoreError), watch.stage("write"):
        raise StoreError("locked")
    assert "write" in watch.seconds


def test_the_timed_steps_store_what_an_ingest_stores(docs: Path, tmp_path: Path) -> None:
    embedding = HashEmbedding()
    with open_store(tmp_path / "store", embedding) as store:
        timed, plain = (store.collection(name, create=True) for name in ("timed", "plain"))
        watch = bench_ingest(timed, embedding, docs, Catalog())
        ingest(plain, embedding, [docs], Catalog())
        assert timed.documents() == plain.documents()
        ours, theirs = timed.load(), plain.load()
    assert len(ours.nodes) > 3
    assert (ours.vectors == theirs.vectors).all()
    pairs = zip(ours.sentence_vectors, theirs.sentence_vectors, strict=True)
    assert all((left == right).all() for left, right in pairs)
    assert list(watch.seconds) == [
        "read", "clean, chunk", "embed chunks", "embed sentences", "write"
    ]  # fmt: skip


def test_questions_are_timed_as_waited_for_and_by_stage() -> None:
    taken = bench_questions(build_right_assistant(), QUESTIONS)
    assert len(taken["ask"]) == 2


def test_parts_of_an_ingest_are_of_the_whole() -> None:
    text = shown(build_ingest_table({"read": 1.0, "write": 3.0}, 2_000_000))
    assert "25%" in text
    assert "75%" in text
    total = next(line for line in text.splitlines() if "total" in line)
    assert [cell.strip() for cell in total.strip("│ ").split("│")] == [
        "total", "4.00", "100%", "2.0"
    ]  # fmt: skip


def test_a_question_shows_median_and_95th_percentile() -> None:
    taken = {"ask": [float(n) for n in range(1, 21)], "retrieve": [5.0] * 20}
    lines = shown(build_question_table(taken)).splitlines()
    row = next(line for line in lines if "│ ask" in line)
    assert [cell.strip() for cell in row.strip("│ ").split("│")] == ["ask", "10.0", "19.0", "100%"]
    assert "48%" in shown(build_question_table(taken))


def test_a_bench_runs_on_a_store_that_is_thrown_away(
    docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "q.jsonl"
    row = '{"id": "n", "kind": "near_miss", "question_en": "Unknown?", "question_zh": "未知？"}'
    questions.write_text(row, encoding="utf-8")
    monkeypatch.setattr(bench, "build_embedding", lambda name: HashEmbedding())
    built: list[Settings] = []

    def build(settings: Settings, collection: str) -> FakeAssistant:
        built.append(settings)
        return build_right_assistant()

    monkeypatch.setattr(bench, "build_assistant", build)
    assert main(["--docs", str(docs), "--questions", str(questions)]) == 0
    out = capsys.readouterr().out
    assert "embed sentences" in out
    assert "2 questions" in out
    assert not built[0].data.exists()


def test_documents_without_questions_are_wrong_usage(docs: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--docs", str(docs)])
    assert caught.value.code == 2
