"""Steps fit what was seen, and products in bytes come near those in full precision."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evals.calibrate import choose, main, read_texts, watch
from store.e5_file import E5File
from store.e5_steps import load_steps
from tests.support.model_file import LAYERS, write_model

TEXTS = ["query: steel", "passage: 钢铁 steel", "passage: ssss 钢"]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "model.bin")


def test_what_goes_into_a_product_is_seen(model: Path) -> None:
    file = E5File(model)
    seen = watch(model, TEXTS)
    assert len(seen) == 4 * LAYERS
    rows = np.concatenate(seen["l1.fo"].rows)
    assert rows.shape[1] == file.shape.inner
    assert (rows >= seen["l1.fo"].low).all()
    assert (rows <= seen["l1.fo"].high).all()
    assert rows.min() >= -0.2  # it is behind the gate, which lets nothing lower through
    assert rows.max() > 0.2


def test_all_that_was_seen_fits_a_byte(model: Path) -> None:
    seen = watch(model, TEXTS)
    for name, choice in choose(E5File(model), seen).items():
        low, high = seen[name].low, seen[name].high
        sizes, zero = choice.step
        assert (np.round(low / sizes) + zero).min() >= -1
        assert (np.round(high / sizes) + zero).max() <= 256


def test_products_in_bytes_are_near_those_in_full_precision(model: Path) -> None:
    choices = choose(E5File(model), watch(model, TEXTS))
    assert max(choice.loss for choice in choices.values()) < 0.01


def test_the_shipped_texts_are_in_both_languages_and_of_both_kinds() -> None:
    texts = read_texts()
    assert len(texts) == len(set(texts)) > 400
    for prefix in ("query: ", "passage: "):
        own = [text for text in texts if text.startswith(prefix)]
        assert any(text.isascii() for text in own)
        assert any("一" <= letter <= "鿿" for text in own for letter in text)


def test_the_command_writes_steps_that_can_be_read(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("evals.calibrate.find_bundled_model", lambda: model)
    monkeypatch.setattr("evals.calibrate.read_texts", lambda: TEXTS)
    assert main(["--out", str(tmp_path / "steps.npz")]) == 0
    assert len(load_steps(tmp_path / "steps.npz")) == 4 * LAYERS
    assert capsys.readouterr().out.startswith("3 texts; share of products lost 0.")


def test_a_missing_model_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("evals.calibrate.find_bundled_model", lambda: tmp_path / "none.bin")
    assert main([]) != 0
    assert "none.bin" in capsys.readouterr().err
