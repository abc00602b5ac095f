"""Documents that are drawn by lot, for measures of size: nothing in them means anything.

Their vectors lie as those of a multilingual encoder do: all in one cone, closer by language, by
subject and by document. The same number and state give the same document on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import jieba
import numpy as np
from llama_index.core.schema import TextNode
from numpy.typing import NDArray

from store.embedding import StoreEmbedding
from store.ledger import DocumentRecord, hash_text
from store.vectors import Vectors, unit_rows

DIMENSION = 384
CHUNKS = 100  # a document
SENTENCES = 6  # a chunk
WORDS = 14  # a sentence
_SUBJECTS, _VOCABULARY = 400, 30_000
# How far vectors of a kind lie from each other: cosines of any two chunks come to .75 to .85.
_CONE, _LANGUAGE, _SUBJECT, _DOCUMENT, _CHUNK, _SENTENCE = 1.0, 0.25, 0.3, 0.2, 0.3, 0.35


@dataclass(frozen=True)
class Drawn:
    """A document with its chunks, their vectors [n, d] and those of their sentences [k, d] each."""

    record: DocumentRecord
    text: str
    nodes: list[TextNode]
    vectors: Vectors
    sentences: list[Vectors]


class GivenVectors(StoreEmbedding):
    """Stands for a model: knows the vectors of some questions, and nothing of tokens."""

    def __init__(self) -> None:
        super().__init__(model_name="synthetic")
        self._known: dict[str, Vectors] = {}

    @property
    def identity(self) -> str:
        return f"synthetic/1/{DIMENSION}"

    @property
    def dimension(self) -> int:
        return DIMENSION

    def learn(self, text: str, vector: Vectors) -> None:
        self._known[text] = vector

    def query_vectors(self, texts: Sequence[str]) -> Vectors:
        """Of a question that isn't known, the middle of the cone: what centres are made of."""
        return np.array([self._known.get(text, _middle()) for text in texts], dtype=np.float32)

    def passage_vectors(self, texts: Sequence[str]) -> Vectors:
        return self.query_vectors(texts)


def draw_document(number: int, state: int = 0, chunks: int = CHUNKS) -> Drawn:
    """Document `number` as it is in its `state`, which its record's stamp says; every other one is
    Chinese."""
    drawn = np.random.default_rng([number, state])
    language = "zh" if number % 2 else "en"
    own = _aim(drawn, language)
    vectors = unit_rows(own + _CHUNK * _noise(drawn, chunks))
    said = np.repeat(vectors, SENTENCES, axis=0) + _SENTENCE * _noise(drawn, chunks * SENTENCES)
    name = f"drawn/{number:06}.txt"
    lines = [_draw_line(drawn, language) for _ in range(chunks)]
    text = "\n".join(lines)
    nodes = [
        _build_node(name, place, line, number, language, sum(map(len, lines[:place])) + place)
        for place, line in enumerate(lines)
    ]
    record = replace(_build_record(name, text, number, language, chunks), stamp=str(state))
    return Drawn(record, text, nodes, vectors, np.split(unit_rows(said), chunks))


def draw_question(document: Drawn, drawn: np.random.Generator) -> tuple[str, Vectors]:
    """A question that one of its chunks answers: some of its words, and a vector near to one of its
    sentences."""
    place = int(drawn.integers(len(document.nodes)))
    words = _split(document.nodes[place].text, document.record.language)
    chosen = drawn.choice(words, min(6, len(words)), replace=False)
    sentence = document.sentences[place][int(drawn.integers(SENTENCES))]
    vector = unit_rows(sentence[None] + 0.5 * _noise(drawn, 1))[0]
    mark = "？" if document.record.language == "zh" else "?"
    return ("" if mark == "？" else " ").join(chosen) + mark, vector


def _aim(drawn: np.random.Generator, language: str) -> Vectors:
    subject = _directions(_SUBJECTS, 3)[int(drawn.integers(_SUBJECTS))]
    tongue = _directions(2, 2)[int(language == "zh")]
    rest = _DOCUMENT * _noise(drawn, 1)[0]
    return np.asarray(
        _CONE * _middle() + _LANGUAGE * tongue + _SUBJECT * subject + rest, dtype=np.float32
    )


@cache
def _middle() -> Vectors:
    return np.asarray(_directions(1, 1)[0], dtype=np.float32)


@cache
def _directions(many: int, seed: int) -> Vectors:
    return _noise(np.random.default_rng(seed), many)


def _noise(drawn: np.random.Generator, many: int) -> Vectors:
    """Rows of length 1 or nearly so."""
    rows = drawn.standard_normal((many, DIMENSION), dtype=np.float32)
    return np.asarray(rows / np.float32(DIMENSION**0.5), dtype=np.float32)


@cache
def _vocabulary(language: str) -> NDArray[np.str_]:
    drawn = np.random.default_rng(4 + (language == "zh"))
    if language == "zh":
        jieba.initialize()
        words = sorted(word for word, often in jieba.dt.FREQ.items() if len(word) == 2 and often)
        return np.asarray(drawn.choice(np.array(words), _VOCABULARY, replace=False))
    letters = drawn.choice(np.array(list("abdegiklmnoprstu")), (_VOCABULARY, 7))
    lengths = drawn.integers(3, 8, _VOCABULARY)
    return np.array(["".join(row[:end]) for row, end in zip(letters, lengths, strict=True)])


def _draw_line(drawn: np.random.Generator, language: str) -> str:
    """A chunk of sentences whose words are as frequent as in speech (Zipf)."""
    ranks = np.minimum(drawn.zipf(1.15, (SENTENCES, WORDS)), 1 << 40) % _VOCABULARY
    words = _vocabulary(language)[ranks]
    if language == "zh":
        return "".join("".join(row) + "。" for row in words)
    return " ".join(" ".join(row) + "." for row in words)


def _split(line: str, language: str) -> list[str]:
    if language == "zh":
        plain = line.replace("。", "")
        return [plain[start : start + 2] for start in range(0, len(plain), 2)]
    return line.replace(".", "").split()


def _build_node(
    name: str, place: int, line: str, number: int, language: str, start: int
) -> TextNode:
    step = max(1, len(line) // SENTENCES)
    ends = [*range(step, step * SENTENCES, step), len(line)]
    spans = [[a, b, start + a, start + b] for a, b in zip([0, *ends], ends, strict=False)]
    metadata = {
        "document": name,
        "title": name,
        "organisation": f"Organisation {number % 50}",
        "year": 2000 + number % 25,
        "language": language,
        "head": name,
        "start": start,
        "end": start + len(line),
        "line_from": place + 1,
        "line_to": place + 1,
        "sentences": json.dumps(spans),
        "offsets": json.dumps([[0, start]]),
    }
    return TextNode(id_=f"{name}/{place}/{hash_text(line)[:12]}", text=line, metadata=metadata)


def _build_record(name: str, text: str, number: int, language: str, chunks: int) -> DocumentRecord:
    return DocumentRecord(
        id=name,
        title=name,
        language=language,
        sha256=hash_text(text),
        fingerprint=hash_text(text),
        transform="synthetic",
        chunks=chunks,
        sentences=chunks * SENTENCES,
        characters=len(text),
        organisation=f"Organisation {number % 50}",
        year=2000 + number % 25,
    )
