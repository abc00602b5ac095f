from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.errors import StoreError
from store.lock import ADDRESS_NAME, HOLDER_NAME, LOCK_NAME, find_dead_holder, is_held, lock_folder

ROOT = Path(__file__).parents[2]
HOLD = """
import sys, time
from pathlib import Path
from store.lock import lock_folder
lock = lock_folder(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def other_process(tmp_path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with process.stdout or pytest.fail("no output to wait for") as output:
        assert output.readline() == "held\n"
    return process


def test_a_second_process_is_told_who_holds_the_lock(
    tmp_path: Path, other_process: subprocess.Popen[str]
) -> None:
    with pytest.raises(StoreError) as caught:
        lock_folder(tmp_path, wait=0.1)
    other_process.kill()
    other_process.wait()
    assert caught.value.code == "locked"
    assert caught.value.details == {"path": str(tmp_path), "pid": str(other_process.pid)}


def test_a_killed_process_leaves_no_lock(
    tmp_path: Path, other_process: subprocess.Popen[str]
) -> None:
    other_process.send_signal(signal.SIGKILL)
    other_process.wait()
    assert (tmp_path / HOLDER_NAME).exists()
    with lock_folder(tmp_path, wait=0) as lock:
        assert lock.held
        assert (tmp_path / HOLDER_NAME).read_text() == str(os.getpid())


def test_the_same_process_cannot_take_it_twice(tmp_path: Path) -> None:
    with lock_folder(tmp_path), pytest.raises(StoreError, match="locked"):
        lock_folder(tmp_path, wait=0)


def test_a_refused_attempt_leaves_the_holder_s_number(tmp_path: Path) -> None:
    with lock_folder(tmp_path):
        with pytest.raises(StoreError):
            lock_folder(tmp_path, wait=0)
        assert (tmp_path / HOLDER_NAME).read_text() == str(os.getpid())


def test_waiting_ends_after_the_time_that_was_given(tmp_path: Path) -> None:
    with lock_folder(tmp_path):
        started = time.monotonic()
        with pytest.raises(StoreError):
            lock_folder(tmp_path, wait=0.3)
        assert 0.25 < time.monotonic() - started < 5


def test_released_means_free(tmp_path: Path) -> None:
    lock = lock_folder(tmp_path)
    lock.release()
    lock.release()
    assert not lock.held
    assert not (tmp_path / HOLDER_NAME).exists()
    lock_folder(tmp_path, wait=0).release()


def test_a_second_release_leaves_the_next_holder_alone(tmp_path: Path) -> None:
    first = lock_folder(tmp_path)
    first.release()
    with lock_folder(tmp_path):
        first.release()
        assert (tmp_path / HOLDER_NAME).read_text() == str(os.getpid())


def test_an_unreadable_process_number_does_not_hide_the_lock(tmp_path: Path) -> None:
    with lock_folder(tmp_path):
        (tmp_path / HOLDER_NAME).write_bytes(b"\xff\xfe")
        with pytest.raises(StoreError) as caught:
            lock_folder(tmp_path, wait=0)
    assert caught.value.details["pid"] == "?"


def test_a_folder_that_takes_no_lock_file_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / LOCK_NAME).mkdir()
    with pytest.raises(StoreError) as caught:
        lock_folder(tmp_path, wait=0)
    assert caught.value.code == "unwritable"
    assert caught.value.details["reason"]


def test_a_process_that_died_is_known_by_the_number_it_left(tmp_path: Path) -> None:
    assert find_dead_holder(tmp_path) is None
    (tmp_path / HOLDER_NAME).write_text("4711")
    assert find_dead_holder(tmp_path) == "4711"
    lock_folder(tmp_path).release()
    assert find_dead_holder(tmp_path) is None


def test_whether_a_folder_is_held_can_be_asked_without_taking_it(tmp_path: Path) -> None:
    assert not is_held(tmp_path)
    with lock_folder(tmp_path):
        assert is_held(tmp_path)
        assert (tmp_path / HOLDER_NAME).read_text() == str(os.getpid())
    assert not is_held(tmp_path)
    assert not (tmp_path / HOLDER_NAME).exists()


def test_an_address_lives_no_longer_than_the_lock(tmp_path: Path) -> None:
    (tmp_path / ADDRESS_NAME).write_text("left behind")
    lock = lock_folder(tmp_path)
    assert not (tmp_path / ADDRESS_NAME).exists()
    (tmp_path / ADDRESS_NAME).write_text("mine")
    with pytest.raises(StoreError):
        lock_folder(tmp_path, wait=0)
    assert (tmp_path / ADDRESS_NAME).exists()
    lock.release()
    assert not (tmp_path / ADDRESS_NAME).exists()
