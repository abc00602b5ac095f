"""Rows of unit vectors, and their small form for storing."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

_LARGEST = 127


@dataclass(frozen=True, slots=True)
class TokenRows:
    """The vectors of a text's tokens: unit rows [t, d], and where in the text each token starts."""

    vectors: Vectors
    starts: npt.NDArray[np.int32]


def unit_rows(rows: Vectors) -> Vectors:
    """Each row divided by its length; rows of zeros stay zeros."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)


def pack_vectors(vectors: Vectors) -> str:
    """Float rows [k, d] -> base64 of int8 [k, d], each row scaled so that its largest value is 127.

    The scale itself is not kept: `unpack_vectors` gives unit rows, in which it cancels. A quarter
    of the room of float32; the cosine of a row to its original stays above 0.999.
    """
    return base64.b64encode(shrink(vectors)).decode("ascii")


def unpack_vectors(packed: str, dimension: int) -> Vectors:
    """Unit rows, float32 [k, dimension]; a row of zeros stays one."""
    return grow(base64.b64decode(packed), dimension)


def shrink(vectors: Vectors) -> bytes:
    """`pack_vectors` where bytes can be stored."""
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=1e-12)
    small: npt.NDArray[np.int8] = np.rint(vectors / largest * _LARGEST).astype(np.int8)
    return small.tobytes()


def grow(packed: bytes, dimension: int) -> Vectors:
    """Back from `shrink`, as `unpack_vectors`."""
    small = np.frombuffer(packed, dtype=np.int8).reshape(-1, dimension)
    return unit_rows(small.astype(np.float32))
