"""What holds for every test: no network beyond this machine, no settings or data of the user."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.openai_server import OpenAIServer

LOCAL_NAMES = {"localhost", ""}


class NetworkUsed(BaseException):
    """No `except Exception` of a library swallows it: a test that reaches out fails."""


def is_local(address: object) -> bool:
    """Sockets of the file system, and loopback."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    if host in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def allows_loopback(item: pytest.Item | Any) -> bool:
    return any(item.get_closest_marker(name) for name in ("integration", "browser"))


@pytest.fixture(scope="module")
def running() -> Iterator[OpenAIServer]:
    """A model's server on loopback that says what a test tells it to."""
    with OpenAIServer().running() as server:
        yield server


@pytest.fixture
def server(running: OpenAIServer) -> OpenAIServer:
    """The same, which has heard nothing yet."""
    running.received.clear()
    running.left.clear()
    return running


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is open to tests marked `integration` or `browser`; beyond it, nothing is."""
    loopback = allows_loopback(request.node)
    look_up = socket.getaddrinfo

    def guard(connect: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(self: socket.socket, address: Any) -> Any:
            if isinstance(address, tuple) and not (loopback and is_local(address)):
                self.close()  # an open one would be reported in the test that comes next
                raise NetworkUsed(f"a test connected to {address!r}")
            return connect(self, address)

        return guarded

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host or ""
        if not is_local((name,)):
            raise NetworkUsed(f"a test looked up {name!r}")
        return look_up(host, *args, **kwargs)

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guard(getattr(socket.socket, name)))
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)


@pytest.fixture(autouse=True)
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of whoever runs the tests play no part, and their documents stay untouched."""
    for name in [*os.environ]:
        if name.startswith(("DUOCITE_", "OPENAI_", "OTEL_")):
            monkeypatch.delenv(name)
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("DUOCITE_DATA", str(tmp_path / "data"))
