"""What is done to a store by processes that come to grief: `evals.faults` starts and ends them.

Arguments: what to do (ingest, fail, remove, repair), the store, and what it is done with.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from llama_index.core.bridge.pydantic import PrivateAttr

from assistant.errors import DuociteError
from evals.forks import serve
from evals.states import COLLECTION
from store.cache import cache_embedding
from store.chroma import open_store
from store.doctor import examine
from store.embedding import HashEmbedding, StoreEmbedding
from store.ingest import ingest
from store.vectors import Vectors

FAILED = 4
"""The exit code of a process whose embedding failed."""

_CACHE_MB = 64


class EmbeddingFailedError(Exception):
    """As a model that runs out of memory."""


class FailingEmbedding(HashEmbedding):
    """Fails for good after some texts."""

    _left: int = PrivateAttr()

    def __init__(self, texts: int) -> None:
        super().__init__()
        self._left = texts

    def passage_vectors(self, texts: Sequence[str]) -> Vectors:
        self._left -= len(texts)
        if self._left < 0:
            raise EmbeddingFailedError
        return super().passage_vectors(texts)


def run(args: Sequence[str]) -> int:
    """The exit code: that of the error as the command line has it, FAILED, or 0."""
    what, data, *rest = args
    known: Mapping[str, Callable[[Path, Sequence[str]], None]] = {
        "ingest": _ingest,
        "fail": _fail,
        "remove": _remove,
        "repair": _repair,
    }
    try:
        known[what](Path(data), rest)
    except DuociteError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except EmbeddingFailedError:
        return FAILED
    return 0


def _ingest(data: Path, rest: Sequence[str]) -> None:
    _bring_in(data, rest, HashEmbedding())


def _fail(data: Path, rest: Sequence[str]) -> None:
    texts, *folders = rest
    _bring_in(data, folders, FailingEmbedding(int(texts)))


def _bring_in(data: Path, folders: Sequence[str], plain: StoreEmbedding) -> None:
    with open_store(data, plain) as store, cache_embedding(plain, data, _CACHE_MB) as embedding:
        collection = store.collection(COLLECTION, create=True)
        ingest(collection, embedding, [Path(one) for one in folders])


def _remove(data: Path, rest: Sequence[str]) -> None:
    with open_store(data, HashEmbedding()) as store:
        collection = store.collection(COLLECTION)
        for document in rest:
            collection.remove(document)


def _repair(data: Path, rest: Sequence[str]) -> None:
    examine(data, HashEmbedding(), repair=True)


if __name__ == "__main__":
    serve(run)
