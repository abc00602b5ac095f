"""A stand-in for Slack's incoming webhooks on loopback: it says what a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, dict[str, str], str] | None
"""Status, headers and body; None hangs up without a word, once the message has come."""

OK: Reply = (200, {}, "ok")


class WebhookServer:
    """Replies in the order given, then "ok"; keeps what it was sent."""

    def __init__(self, *, listening: bool = True) -> None:
        self.received: list[dict[str, Any]] = []
        self.replies: list[Reply] = []
        self.silent = threading.Event()
        """While it is set, nobody gets a reply."""
        handler = _build_handler(self)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler, bind_and_activate=False)
        self._server.daemon_threads = True
        self._server.server_bind()
        if listening:
            self.listen()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/services/T0/B0/s3cr3t-path"

    def listen(self) -> None:
        """Until then, whoever comes is refused."""
        self._server.server_activate()

    @contextmanager
    def running(self) -> Iterator[WebhookServer]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.silent.clear()
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def reset(self) -> None:
        self.received.clear()
        self.replies.clear()
        self.silent.clear()

    def texts(self) -> list[str]:
        return [str(message["text"]) for message in self.received]


def _build_handler(server: WebhookServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.received.append(json.loads(body))
            reply = server.replies.pop(0) if server.replies else OK
            if reply is None or server.silent.is_set():
                self._hold(server.silent)
                return
            status, headers, said = reply
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.encode())

        def _hold(self, silent: threading.Event) -> None:
            """Until the client has gone, which ends what it sends."""
            if silent.is_set():
                self.connection.recv(1)

        def log_message(self, format: str, *args: object) -> None:
            """Tests print nothing."""

    return Handler
