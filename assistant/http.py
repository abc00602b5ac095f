"""HTTP to a model's server: what it is told with each request, and nothing that is for another."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import openai

from assistant.settings import SHORTEST_SECRET

OPENAI_URL = "https://api.openai.com/v1"
# Compatible servers without authentication still want a header to be there.
NO_KEY = "none"
# Headers by which servers know who asks; where one of these is set, no bearer is made up.
_PROVES = frozenset({"authorization", "api-key", "x-api-key"})
# The client reads these of the environment by itself, and would send them to any server.
_FOREIGN_HEADERS = "OPENAI_CUSTOM_HEADERS"
# Said of a body as it came, which is read and unpacked by then.
_OF_TRANSFER = ("content-encoding", "content-length", "transfer-encoding")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that speaks OpenAI's protocol, and what it is told with each request.

    What an address holds behind its question mark is sent along, as Azure wants its api-version.
    """

    address: str
    key: str = field(default=NO_KEY, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    organisation: str | None = None
    project: str | None = None

    @property
    def url(self) -> str:
        """The address without its query, which may hold a key."""
        return urlsplit(self.address)._replace(query="", fragment="").geturl()

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.address).query, keep_blank_values=True))

    def set_headers(self, request: httpx.Request) -> None:
        """Those that are set for it; those that the client made up for another are taken away."""
        foreign = set(_foreign_headers()) if self.address != OPENAI_URL else set()
        if self.key == NO_KEY and any(name.lower() in _PROVES for name in self.headers):
            foreign.add("authorization")
        for name in foreign:
            request.headers.pop(name, None)
        request.headers.update(self.headers)

    def clean(self, response: httpx.Response) -> httpx.Response:
        """A refusal that was read, without what it repeats of our secrets: the exceptions that are
        made of it are shown to whoever watches LlamaIndex's events."""
        text = response.text
        values = {self.key, *self.headers.values(), *self.query.values()}
        secrets = [value for value in values if len(value) >= SHORTEST_SECRET]
        for secret in sorted(secrets, key=len, reverse=True):
            text = text.replace(secret, "…")
        kept = [(k, v) for k, v in response.headers.multi_items() if k not in _OF_TRANSFER]
        return httpx.Response(
            response.status_code, headers=kept, content=text.encode(), request=response.request
        )


class Client(openai.DefaultHttpxClient):
    """For one server."""

    def __init__(self, server: Server, timeout: httpx.Timeout) -> None:
        super().__init__(timeout=timeout)
        self._server = server

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        self._server.set_headers(request)
        response = super().send(request, **options)
        if not response.is_error:
            return response
        response.read()
        return self._server.clean(response)


class AsyncClient(openai.DefaultAsyncHttpxClient):
    """The same for an event loop."""

    def __init__(self, server: Server, timeout: httpx.Timeout) -> None:
        super().__init__(timeout=timeout)
        self._server = server

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        self._server.set_headers(request)
        response = await super().send(request, **options)
        if not response.is_error:
            return response
        await response.aread()
        return self._server.clean(response)


def _foreign_headers() -> list[str]:
    lines = os.environ.get(_FOREIGN_HEADERS, "").split("\n")
    return [line.partition(":")[0].strip().lower() for line in lines if ":" in line]
