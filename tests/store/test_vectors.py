from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from store.vectors import Vectors, grow, pack_vectors, shrink, unit_rows, unpack_vectors

Build = Callable[[int, int], Vectors]


@pytest.mark.parametrize("dimension", [2, 256, 384, 1536])
def test_a_packed_vector_keeps_its_direction(unit_vectors: Build, dimension: int) -> None:
    vectors = unit_vectors(400, dimension)
    again = unpack_vectors(pack_vectors(vectors), dimension)
    assert np.sum(vectors * again, axis=1).min() > 0.999


def test_unpacked_rows_are_unit_float32(unit_vectors: Build) -> None:
    again = unpack_vectors(pack_vectors(unit_vectors(5, 384) * 7), 384)
    assert again.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(again, axis=1), 1, atol=1e-6)


def test_one_large_value_in_a_row_does_not_flatten_its_neighbours() -> None:
    vectors = np.array([[1000.0, 0.0], [0.6, 0.8]], dtype=np.float32)
    np.testing.assert_allclose(unpack_vectors(pack_vectors(vectors), 2)[1], [0.6, 0.8], atol=0.01)


def test_the_largest_negative_value_survives() -> None:
    vectors = np.array([[-1.0, 0.5, 0.0]], dtype=np.float32)
    assert unpack_vectors(pack_vectors(vectors), 3)[0, 0] < 0


def test_a_quarter_of_the_room_of_float32(unit_vectors: Build) -> None:
    vectors = unit_vectors(30, 384)
    assert len(pack_vectors(vectors)) < 0.34 * vectors.nbytes


def test_no_sentences_are_no_rows() -> None:
    packed = pack_vectors(np.zeros((0, 384), dtype=np.float32))
    assert packed == ""
    assert unpack_vectors(packed, 384).shape == (0, 384)


def test_a_row_of_zeros_stays_one() -> None:
    zeros = np.zeros((2, 8), dtype=np.float32)
    np.testing.assert_array_equal(unpack_vectors(pack_vectors(zeros), 8), zeros)
    np.testing.assert_array_equal(unit_rows(zeros), zeros)


def test_bytes_hold_what_text_holds(unit_vectors: Build) -> None:
    vectors = unit_vectors(7, 384)
    assert len(shrink(vectors)) == 7 * 384
    again = grow(shrink(vectors), 384)
    np.testing.assert_array_equal(again, unpack_vectors(pack_vectors(vectors), 384))
    assert np.sum(vectors * again, axis=1).min() > 0.999


def test_no_rows_take_no_bytes() -> None:
    assert shrink(np.zeros((0, 384), dtype=np.float32)) == b""
    assert grow(b"", 384).shape == (0, 384)


def test_bytes_are_numbers_from_minus_127_to_127() -> None:
    packed = shrink(np.array([[2.0, -2.0, 0.0, 1.0]], dtype=np.float32))
    assert np.frombuffer(packed, np.int8).tolist() == [127, -127, 0, 64]
