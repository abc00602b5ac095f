"""What stands at the address of a Chroma server, and what is said of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.errors import RetryableStoreError, StoreError
from store import client as clients
from store.chroma import open_store
from store.client import close_client, open_server
from store.connection import ChromaServer
from store.embedding import HashEmbedding
from store.ledger import DocumentRecord
from tests.support.chroma_server import free_port, run_chroma

pytestmark = pytest.mark.integration
Put = Callable[..., DocumentRecord]


class Proxy(BaseHTTPRequestHandler):
    """Lets in who has the token, as proxies before Chroma do; `status` breaks it."""

    upstream = ""
    token = "Bearer letmein"
    status = 0

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        if self.headers.get("authorization") != self.token:
            self.reply(403, b"<html>Forbidden</html>")
        elif self.status:
            self.reply(self.status, b"<html>no</html>")
        else:
            passed = httpx.request(
                self.command, self.upstream + self.path, content=body, trust_env=False,
                headers={"content-type": "application/json"},
            )  # fmt: skip
            self.reply(passed.status_code, passed.content)

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Tests print nothing."""


@pytest.fixture
def proxy(empty_chroma: ChromaServer) -> Iterator[str]:
    Proxy.upstream, Proxy.status = empty_chroma.url, 0
    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def code_of(server: ChromaServer) -> str:
    with pytest.raises(StoreError) as caught:
        open_server(server)
    return caught.value.code


def test_headers_reach_the_proxy_that_asks_for_them(proxy: str, tmp_path: Path, put: Put) -> None:
    known = ChromaServer(proxy, {"Authorization": Proxy.token})
    with open_store(tmp_path, HashEmbedding(), server=known) as store:
        collection = store.collection("c", create=True)
        put(collection, "a.txt", "one")
        assert collection.text("a.txt") == "one"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_who_is_not_let_in_is_told_so(proxy: str, headers: dict[str, str]) -> None:
    assert code_of(ChromaServer(proxy, headers)) == "refused"


def test_where_nobody_is_it_can_be_tried_again() -> None:
    with pytest.raises(RetryableStoreError) as caught:
        open_server(ChromaServer("http://me:secret@127.0.0.1:9"))
    assert caught.value.code == "unreachable"
    assert caught.value.details["url"] == "http://127.0.0.1:9"
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "code"), [(404, "no_chroma"), (500, "no_chroma"), (503, "unreachable")]
)
def test_what_is_no_chroma_is_told(proxy: str, status: int, code: str) -> None:
    Proxy.status = status
    assert code_of(ChromaServer(proxy, {"Authorization": Proxy.token})) == code


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "refused"), (502, "unreachable"), (429, "unreachable"), (418, "server_fault")],
)
def test_what_a_proxy_says_later_is_told_too(
    proxy: str, tmp_path: Path, put: Put, status: int, code: str
) -> None:
    known = ChromaServer(proxy, {"Authorization": Proxy.token})
    with open_store(tmp_path, HashEmbedding(), server=known) as store:
        collection = store.collection("c", create=True)
        put(collection, "a.txt", "one")
        Proxy.status = status
        for ask in (store.collections, collection.load, lambda: collection.text("a.txt")):
            with pytest.raises(StoreError) as caught:
                ask()
            assert caught.value.code == code


def test_chroma_s_own_errors_stay_its_own(empty_chroma: ChromaServer) -> None:
    client = open_server(empty_chroma)
    with pytest.raises(Exception, match="does not exist"):
        client.get_collection("none")
    close_client(client)


def test_each_request_has_an_end(empty_chroma: ChromaServer) -> None:
    client: Any = open_server(empty_chroma)
    assert client._server._session.timeout == httpx.Timeout(clients.TIMEOUT)
    close_client(client)


def test_a_server_that_dies_and_comes_back_is_used_again(tmp_path: Path, put: Put) -> None:
    (tmp_path / "chroma").mkdir()
    port = free_port()
    with ExitStack() as opened:
        with run_chroma(tmp_path / "chroma", port) as server:
            store = opened.enter_context(open_store(tmp_path, HashEmbedding(), server=server))
            collection = store.collection("c", create=True)
            put(collection, "a.txt", "one")
        for ask in (store.collections, collection.load, lambda: collection.text("a.txt")):
            with pytest.raises(RetryableStoreError) as caught:
                ask()
            assert caught.value.code == "unreachable"
            assert caught.value.details["url"] == f"http://127.0.0.1:{port}"
        with run_chroma(tmp_path / "chroma", port):
            assert collection.text("a.txt") == "one"
            assert len(collection.load().nodes) == 1
