"""A running server asked as if its store were open here: the same calls, the same errors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from assistant.asker import CLI
from assistant.errors import RetryableStoreError, read_error
from assistant.running import Running
from assistant.scope import Language
from assistant.wire import (
    Asked,
    ChunkRow,
    CollectionRow,
    DocumentRow,
    IngestOrder,
    Json,
    Said,
    Told,
)
from store.report import IngestProgress, IngestReport, Progress

# A model may think for a minute, and an ingest read a book between two events.
_TIMEOUT = httpx.Timeout(10.0, read=None)


class RemoteOwner:
    """Speaks for the process that owns the store, until `close`.

    Where that process ends in the middle, StoreError "server_gone" is raised.
    """

    def __init__(self, running: Running, language: Language) -> None:
        self._running = running
        self._client = httpx.Client(
            base_url=running.address,
            headers={
                **running.headers,
                "Accept-Language": language,
                "Content-Type": "application/json",
                "User-Agent": CLI,
            },
            timeout=_TIMEOUT,
            trust_env=False,
        )

    def ask(self, asked: Asked) -> Iterator[Said | Told]:
        with self._stream("/v1/ask", asked.to_json()) as events:
            for name, data in events:
                if name == "claim":
                    yield Said.from_json(data)
                elif name == "answer":
                    rendered = data.pop("rendered", "")
                    yield Told(data, rendered)
                    return
        raise self._gone()

    def collections(self) -> list[CollectionRow]:
        found = self._get("/v1/collections", {})["collections"]
        return [CollectionRow(**row) for row in found]

    def documents(self, collection: str) -> list[DocumentRow]:
        found = self._get("/v1/documents", {"collection": collection})["documents"]
        return [DocumentRow(**row) for row in found]

    def text(self, document: str, collection: str) -> str:
        params = {"id": document, "collection": collection}
        return str(self._get("/v1/documents/text", params)["text"])

    def chunks(self, document: str, collection: str) -> list[ChunkRow]:
        params = {"id": document, "collection": collection}
        found = self._get("/v1/documents/chunks", params)["chunks"]
        return [ChunkRow.from_json(row) for row in found]

    def remove(self, documents: Sequence[str], collection: str) -> int:
        params = {"id": list(documents), "collection": collection}
        with self._talk():
            response = self._client.delete("/v1/documents", params=params)
            return int(_read(response)["removed"])

    def ingest(self, order: IngestOrder, progress: Progress) -> IngestReport:
        report: IngestReport | None = None
        with self._stream("/v1/documents", order.to_json()) as events:
            for name, data in events:
                if name == "progress":
                    progress(IngestProgress.from_json(data))
                elif name == "report":
                    report = IngestReport.from_json(data)
        if report is None:
            raise self._gone()
        return report

    def close(self) -> None:
        self._client.close()

    def _get(self, path: str, params: Mapping[str, str]) -> Json:
        with self._talk():
            return _read(self._client.get(path, params=params))

    @contextmanager
    def _stream(self, path: str, body: Json) -> Iterator[Iterator[tuple[str, Json]]]:
        with (
            self._talk(),
            self._client.stream("POST", path, content=_write({**body, "stream": True})) as response,
        ):
            if response.is_error:
                response.read()
                _read(response)
            yield _read_events(response.iter_lines())

    @contextmanager
    def _talk(self) -> Iterator[None]:
        try:
            yield
        except (httpx.TransportError, json.JSONDecodeError) as error:
            raise self._gone() from error

    def _gone(self) -> RetryableStoreError:
        return RetryableStoreError("server_gone", pid=self._running.pid)


def _write(body: Json) -> bytes:
    """Half a character, as a terminal of another encoding may send, becomes a question mark."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def _read(response: httpx.Response) -> Json:
    known: Any = response.json()
    if response.is_error:
        raise read_error(known["error"])
    found: Json = known
    return found


def _read_events(lines: Iterator[str]) -> Iterator[tuple[str, Json]]:
    """Named events of a stream that `streaming.write_events` wrote; raises its `error`."""
    name = ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            data: Json = json.loads(value)
            if name == "error":
                raise read_error(data)
            yield name, data
