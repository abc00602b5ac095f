"""Chroma's clients: of a folder of this process's own, or of a server that others use as well.

Only here a client is made. A server that is down, refuses or doesn't answer becomes a StoreError
with what to do, whenever it happens.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import chromadb
import httpx
from chromadb.api.client import Client
from chromadb.api.fastapi import FastAPI
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError, error_types

from assistant.errors import RetryableStoreError, StoreError
from store.connection import ChromaServer

CHROMA_FOLDER = "chroma"
TIMEOUT = 60.0
"""Seconds without a byte until a server counts as gone; Chroma's own client waits for ever."""

_HEARTBEAT = "/api/v2/heartbeat"
_REFUSALS = frozenset({401, 403, 407})
_OUTAGES = frozenset({429, 502, 503, 504})


def open_folder(folder: Path) -> Client:
    """The client of an embedded Chroma; StoreError "damaged" if it can't open what stands there."""
    settings = ChromaSettings(anonymized_telemetry=False)
    try:
        client = chromadb.PersistentClient(folder / CHROMA_FOLDER, settings=settings)
    except (ChromaError, AttributeError) as error:
        # AttributeError: Chroma keeps a client that failed to start, and trips over it next time.
        raise StoreError("damaged", path=str(folder), reason=str(error)) from error
    return cast(Client, client)  # typed as an interface that lacks `close`


def open_server(server: ChromaServer) -> Client:
    """The client of a Chroma server; StoreError "unreachable", "refused" or "no_chroma"."""
    _greet(server)
    parts = httpx.URL(server.url)
    try:
        client = chromadb.HttpClient(
            host=server.url.rstrip("/"),
            port=parts.port or 8000,
            ssl=parts.scheme == "https",
            headers=dict(server.headers),
            settings=ChromaSettings(anonymized_telemetry=False),
        )
    except (ChromaError, ValueError, httpx.HTTPError) as error:
        raise unreachable(server, error) from error
    _watch(cast(Client, client), server)
    return cast(Client, client)


def close_client(client: Client) -> None:
    """Let go of a folder or of the connections to a server, which Chroma's client leaves open."""
    admin = cast(Client, client._admin_client)  # with a session of its own
    apis = [client._server, admin._server]
    client.close()
    for api in apis:
        if isinstance(api, FastAPI):
            api._session.close()


def unreachable(server: ChromaServer, error: Exception) -> RetryableStoreError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return RetryableStoreError("unreachable", url=server.shown, reason=reason)


def _greet(server: ChromaServer) -> None:
    """Chroma's own client says little about why it can't connect."""
    url = server.url.rstrip("/") + _HEARTBEAT
    try:
        response = httpx.get(url, headers=dict(server.headers), timeout=TIMEOUT)
        if response.status_code in _REFUSALS | _OUTAGES:
            _check_status(response, server)
        response.raise_for_status()
        known = "nanosecond heartbeat" in response.json()
    except httpx.RequestError as error:
        raise unreachable(server, error) from error
    except (httpx.HTTPStatusError, ValueError, TypeError) as error:
        raise StoreError("no_chroma", url=server.shown) from error
    if not known:
        raise StoreError("no_chroma", url=server.shown)


def _watch(client: Client, server: ChromaServer) -> None:
    """Give each request an end, and say what a proxy's refusals mean: Chroma's client has no
    setting for the one, and makes bare exceptions of the other."""
    api = client._server
    if isinstance(api, FastAPI):
        api._session.timeout = httpx.Timeout(TIMEOUT)
        hooks = [*api._session.event_hooks["response"], lambda got: _check_status(got, server)]
        api._session.event_hooks = {**api._session.event_hooks, "response": hooks}


def _check_status(response: httpx.Response, server: ChromaServer) -> None:
    if response.status_code in _REFUSALS:
        raise StoreError("refused", url=server.shown)
    if response.status_code in _OUTAGES:
        reason = f"HTTP {response.status_code}"
        raise RetryableStoreError("unreachable", url=server.shown, reason=reason)
    if response.is_error and not _is_chroma_s_own(response):
        reason = f"HTTP {response.status_code}"
        raise StoreError("server_fault", url=server.shown, reason=reason)


def _is_chroma_s_own(response: httpx.Response) -> bool:
    """Whether Chroma's client knows an error of its own for it."""
    response.read()
    try:
        return response.json()["error"] in error_types
    except (ValueError, KeyError, TypeError):
        return False
