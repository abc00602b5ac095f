"""An app served by a thread, so that the one that started it can wait or close."""

from __future__ import annotations

import errno
import socket
import threading
import time
from contextlib import suppress
from types import TracebackType

import uvicorn
from starlette.types import ASGIApp

from assistant.errors import SettingsError
from assistant.hosts import is_everywhere, is_loopback

# A chat's page keeps a connection open for ever.
GRACE = 2
"""Seconds that requests at hand are given to end."""

_POLL = 0.05


class Serving:
    """Serves from the start of the block to its end. `address` is where, and `local` where other
    programs of this machine reach it, by loopback; `beyond` lets it listen to other machines.

    Raises SettingsError "not_loopback", "no_host" or "port_taken".
    """

    def __init__(self, app: ASGIApp, host: str, port: int, *, beyond: bool = False) -> None:
        if not (beyond or is_loopback(host)):
            raise SettingsError("not_loopback", host=host)
        self._sockets = [_bind(host, port)]
        self.address = self.local = _say_address(host, self._sockets[0])
        if is_everywhere(host):
            own = "::1" if ":" in host else "127.0.0.1"
            self.local = _say_address(own, self._sockets[0])
        elif not is_loopback(host):
            self._sockets.append(_bind("127.0.0.1", 0))
            self.local = _say_address("127.0.0.1", self._sockets[1])
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
            # Whom a proxy may speak for is ours to say, not for a variable of uvicorn's.
            proxy_headers=False,
        )
        self._server = uvicorn.Server(config)
        # Off the main thread uvicorn leaves signals alone.
        self._thread = threading.Thread(target=self._run, name="server", daemon=True)

    def wait(self) -> None:
        """Until the server ends or a signal comes."""
        while self._thread.is_alive():
            self._thread.join(1.0)

    def hurry(self) -> None:
        """Close without time for requests at hand."""
        self._server.force_exit = True

    def close(self) -> None:
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        for one in self._sockets:
            one.close()

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
            self._server.run(sockets=self._sockets)


def _say_address(host: str, bound: socket.socket) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{bound.getsockname()[1]}"


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind)
    except OSError as error:
        raise SettingsError("no_host", host=host) from error
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(place)
        bound.listen(128)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise SettingsError("no_host", host=host) from error
        raise SettingsError("port_taken", host=host, port=port) from error
    return bound
