"""Measures of size, on a size that takes a second."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from evals import drawn, scale
from evals.scale import main
from evals.synthetic import SENTENCES, GivenVectors, draw_document, draw_question

SMALL = ["--chunks", "120", "--each", "6", "--questions", "5"]


def test_a_drawn_document_is_the_same_each_time_and_another_in_another_state() -> None:
    one, same, other = draw_document(3, 1, 4), draw_document(3, 1, 4), draw_document(3, 2, 4)
    assert (one.text, one.record) == (same.text, same.record)
    assert (one.vectors == same.vectors).all()
    assert one.record.id == other.record.id
    assert one.record.version != other.record.version
    assert (one.record.language, draw_document(4).record.language) == ("zh", "en")
    for node in one.nodes:
        assert one.text[node.metadata["start"] : node.metadata["end"]] == node.text


def test_drawn_vectors_lie_as_those_of_an_encoder() -> None:
    documents = [draw_document(number, 0, 5) for number in range(20)]
    chunks = np.concatenate([one.vectors for one in documents])
    near = chunks @ chunks.T
    assert 0.7 < np.median(near) < 0.9
    own = documents[0].vectors @ documents[0].vectors.T
    assert np.median(own) > np.median(near)
    assert np.linalg.norm(chunks, axis=1) == pytest.approx(1, abs=1e-5)
    assert [len(rows) for rows in documents[0].sentences] == [SENTENCES] * 5


def test_a_question_points_at_the_document_that_answers_it() -> None:
    documents = [draw_document(number, 0, 5) for number in range(20)]
    for number in (4, 5):
        text, vector = draw_question(documents[number], np.random.default_rng(number))
        best = [float((one.vectors @ vector).max()) for one in documents]
        assert int(np.argmax(best)) == number
        assert text.endswith("？" if number == 5 else "?")
    embedding = GivenVectors()
    embedding.learn(text, vector)
    assert (embedding.query_vectors([text, "?"])[0] == vector).all()


@pytest.mark.parametrize("exact", [50_000, 20])
def test_size_is_measured_in_memory_and_on_disk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], exact: int
) -> None:
    out = tmp_path / "scale.json"
    given = [*SMALL, "--rewrites", "2", "--rewrite-chunks", "60", "--exact", str(exact)]
    assert main([*given, "--out", str(out)]) == 0
    found = json.loads(out.read_text())
    assert (found["chunks"], found["documents"]) == (120, 20)
    assert [row["rewrites"] for row in found["recall"]] == [0, 1, 2]
    for row in found["recall"]:
        assert row["dense"] == 1
        assert row["fused"] >= 0.9
    values = found["values"]
    assert values["ingest, chunks a second"] > 1
    assert values["disk, search.db, MB"] > 0.1
    assert values["fused, p50 ms"] <= values["fused, p95 ms"]
    assert "recall@10" in capsys.readouterr().out


def test_a_store_that_stays_is_not_filled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, data = tmp_path / "scale.json", str(tmp_path / "data")
    assert main([*SMALL, "--data", data, "--rewrites", "1", "--rewrite-chunks", "30"]) == 0

    def refuse(*_: object) -> None:
        raise AssertionError("written again")

    monkeypatch.setattr(drawn.DrawnStore, "rewrite", refuse)
    monkeypatch.setattr(scale, "_measure_change", lambda *_: None)
    assert main([*SMALL, "--data", data, "--out", str(out)]) == 0
    found = json.loads(out.read_text())
    assert found["values"]["ingest, chunks a second"] == 0
    assert found["recall"][0]["dense"] == 1  # in the states that the first run left
