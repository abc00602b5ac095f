"""Token vectors of a question's candidates: read from the store, made where they are missing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from llama_index.core.schema import TextNode

from store.chunks import embedded_text
from store.collection import Collection
from store.embedding import StoreEmbedding, no_tokens
from store.vectors import TokenRows

KEPT = 256  # chunks whose token vectors stay in memory: some 120 MB


class StoredTokens:
    """Gives token vectors of chunks of one collection."""

    def __init__(self, collection: Collection, embedding: StoreEmbedding) -> None:
        self._collection = collection
        self._embedding = embedding
        self._kept = lru_cache(maxsize=KEPT)(self._read)

    def __call__(self, nodes: Sequence[TextNode]) -> list[TokenRows]:
        return [self._kept(_Key(node)) for node in nodes]

    def _read(self, key: _Key) -> TokenRows:
        if not self._embedding.gives_tokens:
            return no_tokens(self._embedding.dimension)
        found = self._collection.read_tokens(key.node)
        if found is None:
            _, (found,) = self._embedding.read_passages([embedded_text(key.node)])
            self._collection.add_tokens(key.node, found)
        return found


class _Key:
    """A node by its id alone, which nodes themselves don't hash to."""

    def __init__(self, node: TextNode) -> None:
        self.node = node

    def __hash__(self) -> int:
        return hash(self.node.node_id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.node.node_id == other.node.node_id
