"""A real Chroma server on loopback, and what it holds taken away between tests."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from store.client import close_client, open_server
from store.connection import ChromaServer

PATIENCE = 60.0
BOTH = [
    pytest.param(False, id="folder"),
    pytest.param(True, id="server", marks=pytest.mark.integration),
]
"""For a test of the store: in a folder of its own, and on a Chroma server."""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def run_chroma(folder: Path, port: int | None = None) -> Iterator[ChromaServer]:
    """`chroma run` over a folder, until the block ends."""
    port = port or free_port()
    program = shutil.which("chroma", path=str(Path(sys.executable).parent)) or "chroma"
    command = [program, "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
    ) as process:
        try:
            server = ChromaServer(f"http://127.0.0.1:{port}")
            _await(server, process)
            yield server
        finally:
            process.kill()


def clear(server: ChromaServer) -> None:
    client = open_server(server)
    for chroma in client.list_collections():
        client.delete_collection(chroma.name)
    close_client(client)


def _await(server: ChromaServer, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        assert process.poll() is None, "chroma run ended at once"
        try:
            httpx.get(f"{server.url}/api/v2/heartbeat", trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("chroma run does not answer")
