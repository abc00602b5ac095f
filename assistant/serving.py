"""An app served on this machine by a thread, so that the one that started it can wait or close."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType

import uvicorn
from starlette.types import ASGIApp

from assistant.errors import SettingsError
from assistant.hosts import is_loopback

# A chat's page keeps a connection open for ever.
GRACE = 2
"""Seconds that requests at hand are given to end."""

_POLL = 0.05


class Serving:
    """Serves from the start of the block to its end; `address` is where.

    Raises SettingsError "not_loopback" or "port_taken".
    """

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._socket = _bind(host, port)
        shown = f"[{host}]" if ":" in host else host
        self.address = f"http://{shown}:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
        self._server = uvicorn.Server(config)
        # Off the main thread uvicorn leaves signals alone.
        self._thread = threading.Thread(target=self._run, name="server", daemon=True)

    def wait(self) -> None:
        """Until the server ends or a signal comes."""
        while self._thread.is_alive():
            self._thread.join(1.0)

    def close(self) -> None:
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()

    def __enter__(self) -> Serving:
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(_POLL)
        if not self._server.started:
            self.close()
            raise RuntimeError("the server ended before it had begun")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _run(self) -> None:
        with suppress(SystemExit):  # uvicorn's way to say that it could not begin
            self._server.run(sockets=[self._socket])


def _bind(host: str, port: int) -> socket.socket:
    if not is_loopback(host):
        raise SettingsError("not_loopback", host=host)
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind)
    except OSError as error:
        raise SettingsError("not_loopback", host=host) from error
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(place)
        bound.listen(128)
    except OSError as error:
        bound.close()
        raise SettingsError("port_taken", host=host, port=port) from error
    return bound
