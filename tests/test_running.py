from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.running import Running, announce, find_running, make_token
from store.lock import ADDRESS_NAME, FolderLock, lock_folder
from tests.support.owners import TOKEN, TableOwner, serve

pytestmark = pytest.mark.integration


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[FolderLock]:
    with lock_folder(tmp_path) as held:
        yield held


@pytest.fixture
def served() -> Iterator[Running]:
    with serve(TableOwner()) as running:
        yield running


def test_a_server_is_found_while_it_is_announced(
    tmp_path: Path, lock: FolderLock, served: Running
) -> None:
    assert find_running(tmp_path) is None
    with announce(tmp_path, served.address, TOKEN):
        assert find_running(tmp_path) == Running(served.address, os.getpid(), TOKEN)
    assert find_running(tmp_path) is None
    assert not (tmp_path / ADDRESS_NAME).exists()


def test_its_owner_alone_can_read_the_file(tmp_path: Path, lock: FolderLock) -> None:
    before = os.umask(0)
    try:
        with announce(tmp_path, "http://127.0.0.1:9", TOKEN):
            mode = (tmp_path / ADDRESS_NAME).stat().st_mode
            assert stat.S_IMODE(mode) == 0o600
            assert [path.name for path in tmp_path.glob(f".{ADDRESS_NAME}*")] == []
    finally:
        os.umask(before)


def test_a_file_that_a_dead_process_left_counts_for_nothing(
    tmp_path: Path, served: Running
) -> None:
    left = {"address": served.address, "pid": 1, "token": TOKEN}
    (tmp_path / ADDRESS_NAME).write_text(json.dumps(left))
    assert find_running(tmp_path) is None  # for nobody has the lock
    with lock_folder(tmp_path):
        assert not (tmp_path / ADDRESS_NAME).exists()


@pytest.mark.parametrize("token", [TOKEN + "x", ""])
def test_another_program_at_the_address_is_told_by_the_token(
    tmp_path: Path, lock: FolderLock, served: Running, token: str
) -> None:
    with announce(tmp_path, served.address, token):
        assert find_running(tmp_path) is None


def test_an_address_where_nobody_is_counts_for_nothing(tmp_path: Path, lock: FolderLock) -> None:
    with announce(tmp_path, "http://127.0.0.1:9", TOKEN):
        assert find_running(tmp_path) is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"address": "http://127.0.0.1:9"}',
        '{"address": "http://192.168.0.1:9", "pid": 1, "token": "t"}',
        '{"address": "http://evil.example", "pid": 1, "token": "t"}',
        '{"address": "http://[", "pid": 1, "token": "t"}',
    ],
)
def test_a_file_that_can_not_be_is_passed_over(
    tmp_path: Path, lock: FolderLock, content: str
) -> None:
    (tmp_path / ADDRESS_NAME).write_text(content)
    assert find_running(tmp_path) is None


def test_each_start_has_a_token_of_its_own() -> None:
    tokens = {make_token() for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 32
