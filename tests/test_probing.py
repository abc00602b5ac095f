"""Servers of this machine: found at once or not at all, and nothing else is taken for one."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from assistant.probing import LARGEST_REPLY, MOST_MODELS, PORTS, LocalServer, find_servers
from tests.support.openai_server import OpenAIServer

pytestmark = pytest.mark.integration


class Page:
    """A server that has one reply to everything."""

    def __init__(self, body: bytes, status: int = 200, headers: tuple[str, str] | None = None):
        self.asked: list[str] = []
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page.asked.append(self.path)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                if headers:
                    self.send_header(*headers)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._http = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._http.server_port
        self._thread = Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@pytest.fixture
def silent() -> Iterator[int]:
    """A port where somebody listens and never speaks."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def look(body: bytes, **options: Any) -> list[LocalServer]:
    with closing(Page(body, **options)) as page:
        return find_servers({"Ollama": page.port})


def test_a_server_is_found_with_its_models() -> None:
    with OpenAIServer().running() as server:
        port = int(server.url.split(":")[2].split("/")[0])
        assert find_servers({"vLLM": port}) == [LocalServer("vLLM", server.url, ("scripted",))]
    assert server.received == []


def test_only_models_that_write_are_named_and_not_too_many() -> None:
    names = ["nomic-embed-text", "bge-reranker", "a\\u001b[31m", "", *(f"m{n}" for n in range(9))]
    rows = ", ".join(f'{{"id": "{name}"}}' for name in names)
    (found,) = look(f'{{"data": [{rows}, 3, {{"id": 4}}]}}'.encode())
    assert found.models == tuple(f"m{n}" for n in range(MOST_MODELS))


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"",
        b"[]",
        b'{"data": {}}',
        b'{"data": []}',
        b'{"object": "list"}',
        b"\xff\xfe",
        b'{"data": [{"id": "m"}]}' + b" " * LARGEST_REPLY,
    ],
)
def test_what_has_no_list_of_models_is_passed_over(body: bytes) -> None:
    assert look(body) == []


def test_a_server_that_wants_a_key_or_sends_elsewhere_is_passed_over() -> None:
    body = b'{"data": [{"id": "m"}]}'
    assert look(body, status=401) == []
    assert look(body, status=302, headers=("Location", "http://127.0.0.1:9/")) == []


def test_looking_takes_no_time_where_nothing_answers(silent: int) -> None:
    began = time.monotonic()
    ports = {"a": silent, "b": free_port(), "c": silent}
    assert find_servers(ports) == []
    assert time.monotonic() - began < 3
    assert find_servers({}) == []


def test_the_usual_programs_are_looked_for() -> None:
    assert set(PORTS) == {"Ollama", "LM Studio", "vLLM", "llama.cpp"}
    assert PORTS["Ollama"] == 11434
