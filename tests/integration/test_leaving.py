"""Whoever goes away stops the model: real sockets from the asker to the model's server."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from assistant.owner import Owner, open_owner
from assistant.running import make_token
from assistant.server import build_app
from assistant.serving import Serving
from assistant.settings import Settings
from tests.support.openai_server import OpenAIServer, Scripted, stalled, streamed

pytestmark = pytest.mark.integration

QUESTION = "How much will the port invest in container terminals?"
WRITTEN = "The port will invest RMB 500 billion in container terminals [{}]. And"
PATIENCE = 20.0
TOKEN = make_token()


@pytest.fixture(scope="module")
def owner(running: OpenAIServer, settings: Settings) -> Iterator[Owner]:
    chosen = settings.model_copy(update={"llm": f"compatible:scripted@{running.url}"})
    opened = open_owner(chosen, create=False)
    opened.assistant("default").retrieve(QUESTION)  # what is loaded once is loaded
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def address(owner: Owner) -> Iterator[str]:
    app = build_app(owner, TOKEN)
    with Serving(app, "127.0.0.1", 0) as serving:
        yield serving.address
    app.state.workers.close()


BODIES: dict[str, dict[str, Any]] = {
    "/v1/ask": {"question": QUESTION},
    "/v1/chat/completions": {
        "model": "duocite",
        "messages": [{"role": "user", "content": QUESTION}],
    },
}


def ask(address: str, *, stream: bool, path: str = "/v1/ask") -> socket.socket:
    place = urlsplit(address)
    assert place.hostname
    assert place.port
    body = json.dumps({**BODIES[path], "stream": stream})
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    asking = socket.create_connection((place.hostname, place.port), timeout=PATIENCE)
    asking.sendall(head.encode() + body.encode())
    return asking


def await_request(server: OpenAIServer) -> None:
    ends = time.monotonic() + PATIENCE
    while not server.received and time.monotonic() < ends:
        time.sleep(0.01)
    assert server.received


def port_passage(owner: Owner) -> int:
    passages = owner.assistant("default").retrieve(QUESTION, top_k=8)
    return next(one.number for one in passages if one.document == "docs/en/harbour.md")


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    "reply", [stalled(), stalled("The port")], ids=["nothing said", "half a sentence"]
)
def test_one_who_hangs_up_while_the_model_thinks_stops_it(
    address: str, server: OpenAIServer, reply: Scripted, stream: bool, path: str
) -> None:
    server.say(reply)
    asking = ask(address, stream=stream, path=path)
    await_request(server)
    assert not server.left.wait(0.3)
    asking.close()
    assert server.left.wait(PATIENCE)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [("/v1/ask", b"event: claim"), ("/v1/chat/completions", b"container terminals")],
)
def test_one_who_hangs_up_after_a_sentence_stops_the_rest(
    address: str, owner: Owner, server: OpenAIServer, path: str, sentence: bytes
) -> None:
    server.say(stalled(WRITTEN.format(port_passage(owner))))
    with ask(address, stream=True, path=path) as asking:
        heard = b""
        while sentence not in heard:
            heard += asking.recv(4096)
        assert not server.left.is_set()
    assert server.left.wait(PATIENCE)


def test_one_who_stays_gets_the_whole_answer(
    address: str, owner: Owner, server: OpenAIServer
) -> None:
    server.say(streamed(WRITTEN.format(port_passage(owner)).removesuffix(" And")))
    with ask(address, stream=False) as asking:
        heard = asking.recv(1 << 20)
        while b'"fingerprint"' not in heard:
            heard += asking.recv(1 << 20)
    assert b'"verified"' in heard
    assert not server.left.is_set()
