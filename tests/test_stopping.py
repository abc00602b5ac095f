"""Whether anybody still waits."""

from __future__ import annotations

import threading

import pytest

from assistant.errors import RetryableStoreError
from assistant.stopping import GoneError, check_wanted, name_failure, stop_also_when, stop_when


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


def test_a_further_reason_to_stop_leaves_the_first_one_in_force() -> None:
    gone, over = threading.Event(), threading.Event()
    with stop_when(gone.is_set), stop_also_when(over.is_set) as is_gone:
        check_wanted()
        over.set()
        with pytest.raises(GoneError):
            check_wanted()
        assert not is_gone()
        over.clear()
        gone.set()
        with pytest.raises(GoneError):
            check_wanted()
        assert is_gone()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RetryableStoreError("busy", collection="c", holder="h"), "store.busy"),
        (GoneError(), "gone"),
        (GeneratorExit(), "gone"),
        (ValueError("words of a document"), "unexpected"),
        (KeyboardInterrupt(), "unexpected"),
    ],
)
def test_what_ended_work_has_a_code_without_any_of_its_words(
    error: BaseException, code: str
) -> None:
    assert name_failure(error) == code
