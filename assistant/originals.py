"""The stored texts of documents, each in the version that an index was made from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from assistant.errors import RetryableStoreError, StoreError
from store.collection import Collection

_KEPT = 32  # texts that are read again and again while questions are answered from them


class Originals:
    """The texts of one collection, which others may write meanwhile."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._texts = lru_cache(maxsize=_KEPT)(self._read)

    def read(self, document_id: str) -> str:
        """The text as it now is; raises StoreError "no_document"."""
        record = self._collection.record(document_id)
        return self._texts(document_id, record.version if record else "")

    def read_at(self, versions: Mapping[str, str], document_id: str) -> str:
        """The text that an index was made from; StoreError "changed" if it has been replaced."""
        if document_id not in versions:  # written while the index was made
            raise RetryableStoreError("changed", collection=self._collection.name)
        return self._texts(document_id, versions[document_id])

    def _read(self, document_id: str, version: str) -> str:
        try:
            text = self._collection.text(document_id)
        except StoreError:
            self._collection.refresh()
            self._expect(document_id, version)
            raise
        self._expect(document_id, version)
        return text

    def _expect(self, document_id: str, version: str) -> None:
        record = self._collection.record(document_id)
        if version and (record is None or record.version != version):
            raise RetryableStoreError("changed", collection=self._collection.name)
