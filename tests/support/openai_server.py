"""A server that speaks OpenAI's protocol and replies what it was told to, on loopback."""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

EVENTS = {"Content-Type": "text/event-stream"}
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Scripted:
    """One reply: the parts of its body, a number among them being seconds of silence, an event
    silence until it is set."""

    parts: Sequence[bytes | float | threading.Event] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)
    complete: bool = True


@dataclass(frozen=True)
class Received:
    """What a client sent."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        return "\n".join(message["content"] for message in self.body["messages"])


def chunk(content: str = "", finish_reason: str | None = None) -> bytes:
    """One event of a streamed chat completion."""
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish_reason}
    event = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "scripted"}
    return b"data: " + json.dumps(event | {"choices": [choice]}).encode() + b"\n\n"


def counted(prompt: int, completion: int) -> bytes:
    """The event in which a server says what a stream took, as it does where it is asked to."""
    counts = {"prompt_tokens": prompt, "completion_tokens": completion}
    usage = {**counts, "total_tokens": prompt + completion}
    event = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "scripted"}
    return b"data: " + json.dumps(event | {"choices": [], "usage": usage}).encode() + b"\n\n"


def streamed(
    text: str, size: int = 3, finish_reason: str | None = "stop", usage: bytes = b""
) -> Scripted:
    """`text` in pieces of `size` characters; without a finish_reason it just ends."""
    pieces = [chunk(text[i : i + size]) for i in range(0, len(text), size)]
    ending = [chunk(finish_reason=finish_reason)] if finish_reason else []
    ending += [usage] if usage else []
    ending += [b"data: [DONE]\n\n"] if finish_reason else []
    return Scripted([*pieces, *ending], headers=EVENTS)


def whole(text: str) -> Scripted:
    """`text` as one chat completion that is not streamed."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    reply = {"id": "c", "object": "chat.completion", "created": 0, "model": "scripted"}
    return Scripted([json.dumps(reply | {"choices": [choice]}).encode()])


def cut(text: str) -> Scripted:
    """The beginning of a stream whose connection is then lost."""
    return Scripted([chunk(text)], headers=EVENTS, complete=False)


def stalled(text: str = "", seconds: float = 30.0) -> Scripted:
    """Silence, after the beginning of a stream if there is a `text`."""
    return Scripted([chunk(text), seconds] if text else [seconds], headers=EVENTS)


def broken(text: str) -> Scripted:
    """The beginning of a stream, then an error instead of a chunk."""
    error = {"error": {"message": "the worker died", "type": "server_error"}}
    return Scripted([chunk(text), b"data: " + json.dumps(error).encode() + b"\n\n"], headers=EVENTS)


def embedded(rows: Sequence[Sequence[float]]) -> Scripted:
    """Vectors, in the order of the texts that were sent."""
    data = [
        {"object": "embedding", "index": index, "embedding": list(row)}
        for index, row in enumerate(rows)
    ]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    reply = {"object": "list", "data": data, "model": "scripted", "usage": usage}
    return Scripted([json.dumps(reply).encode()])


def refused(status: int, code: str = "", message: str = "", **headers: str) -> Scripted:
    """An error in OpenAI's form; header names are given with underlines."""
    said = message or f"refused with {status}"
    body = {"error": {"message": said, "type": "error", "code": code or None}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Scripted([json.dumps(body).encode()], status, JSON | named)


LISTING = Scripted([b'{"object": "list", "data": [{"id": "scripted", "object": "model"}]}'])


class OpenAIServer:
    """Replies with what `say` was given, in turn, the last one again and again.

    Texts to embed are given to `embed`, if there is one. `left` is set once a client goes away in
    the middle of a reply. `listing` is what it says of its models.
    """

    def __init__(self) -> None:
        self.listing = LISTING
        self.received: list[Received] = []
        self.left = threading.Event()
        self.embed: Callable[[list[str]], Scripted] | None = None
        self._script: deque[Scripted] = deque()
        self._closing = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def say(self, *replies: Scripted) -> None:
        self._script = deque(replies)

    @contextmanager
    def running(self) -> Iterator[OpenAIServer]:
        thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield self
        finally:
            self._closing.set()
            self._http.shutdown()
            thread.join()
            self._http.server_close()

    def _choose(self, received: Received) -> Scripted:
        if self.embed and received.path.partition("?")[0].endswith("/embeddings"):
            return self.embed(received.body["input"])
        return self._script.popleft() if len(self._script) > 1 else self._script[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                server.received.append(Received(self.path, dict(self.headers), body))
                try:
                    server._reply(self, server._choose(server.received[-1]))
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # the client has left, as it may
                    server.left.set()

            def do_GET(self) -> None:
                try:
                    server._reply(self, server.listing)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler

    def _reply(self, handler: BaseHTTPRequestHandler, reply: Scripted) -> None:
        handler.send_response(reply.status)
        # Said, so that no client takes the connection for one that stays.
        framing = {"Transfer-Encoding": "chunked", "Connection": "close"}
        for name, value in {**reply.headers, **framing}.items():
            handler.send_header(name, value)
        handler.end_headers()
        for part in reply.parts:
            self._send(handler, part)
        if reply.complete:
            handler.wfile.write(b"0\r\n\r\n")
        handler.close_connection = True

    def _send(self, handler: BaseHTTPRequestHandler, part: bytes | float | threading.Event) -> None:
        if isinstance(part, bytes):
            handler.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            handler.wfile.flush()
        else:
            self._stay_silent(handler.connection, part)

    def _stay_silent(self, client: socket.socket, until: float | threading.Event) -> None:
        heard = until if isinstance(until, threading.Event) else threading.Event()
        ends = time.monotonic() + (until if isinstance(until, float | int) else float("inf"))
        while time.monotonic() < ends and not (heard.is_set() or self._closing.wait(0.02)):
            if select.select([client], [], [], 0)[0] and not client.recv(1, socket.MSG_PEEK):
                raise BrokenPipeError
