"""Whether anybody still waits."""

from __future__ import annotations

import threading

import pytest

from assistant.stopping import GoneError, check_wanted, stop_when


def test_where_nobody_said_otherwise_it_is_wanted() -> None:
    check_wanted()


def test_who_is_gone_is_not_worked_for() -> None:
    gone = threading.Event()
    with stop_when(gone.is_set):
        check_wanted()
        gone.set()
        with pytest.raises(GoneError):
            check_wanted()
    check_wanted()


def test_it_holds_for_one_thread_alone() -> None:
    wanted = []

    def work() -> None:
        check_wanted()
        wanted.append(True)

    with stop_when(lambda: True):
        other = threading.Thread(target=work)
        other.start()
        other.join()
    assert wanted == [True]
