"""The guards that every other test relies on."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.conftest import NetworkUsed, is_local

OUTSIDE = "192.0.2.1"  # reserved for documentation


def test_a_connection_to_the_outside_fails() -> None:
    with socket.socket() as one, pytest.raises(NetworkUsed, match=OUTSIDE):
        one.connect((OUTSIDE, 80))


def test_a_name_of_the_outside_is_not_looked_up() -> None:
    with pytest.raises(NetworkUsed, match=r"example\.org"):
        socket.create_connection(("example.org", 80))


def test_loopback_is_closed_to_a_unit_test() -> None:
    with socket.socket() as one, pytest.raises(NetworkUsed, match=r"127\.0\.0\.1"):
        one.connect(("127.0.0.1", 9))


def test_the_quiet_way_to_connect_is_guarded_too() -> None:
    with socket.socket() as one, pytest.raises(NetworkUsed):
        one.connect_ex((OUTSIDE, 80))


@pytest.mark.integration
def test_loopback_is_open_to_an_integration_test() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            assert client.getpeername()[1] == port


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), (OUTSIDE, False), ("a.b", False)],
)
def test_only_loopback_is_local(host: str, local: bool) -> None:
    assert is_local((host, 80)) is local


def test_data_of_a_test_is_in_its_own_folder(tmp_path: Path) -> None:
    assert os.environ["DUOCITE_DATA"].startswith(str(tmp_path))
    assert "OPENAI_API_KEY" not in os.environ
