from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant import tries
from assistant.errors import RequestError
from assistant.tries import MOST, WINDOW, Tries
from tests.support.clock import Clock

HOME = "192.0.2.7"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def counted(clock: Clock) -> Tries:
    return Tries(clock)


def fail(counted: Tries, times: int, name: Callable[[int], str], address: str = HOME) -> None:
    for number in range(times):
        counted.begin(name(number), address)


def wait_of(counted: Tries, name: str, address: str = HOME) -> object:
    with pytest.raises(RequestError, match="tries") as caught:
        counted.begin(name, address)
    return caught.value.details["minutes"]


def test_one_name_from_one_address_has_a_few_tries(counted: Tries, clock: Clock) -> None:
    fail(counted, MOST["both"], lambda _: "anna")
    assert wait_of(counted, "anna") == WINDOW / 60
    assert wait_of(counted, "ANNA") == WINDOW / 60
    counted.begin("ben", HOME)
    counted.begin("anna", "192.0.2.8")
    clock.now += WINDOW - 90
    assert wait_of(counted, "anna") == 2
    clock.now += 90
    counted.begin("anna", HOME)


def test_one_address_has_more_tries_whatever_the_names(counted: Tries) -> None:
    fail(counted, MOST["address"], lambda number: f"user {number}")
    assert wait_of(counted, "somebody else") == WINDOW / 60
    counted.begin("somebody else", "192.0.2.8")


def test_a_home_that_has_many_addresses_is_one(counted: Tries) -> None:
    for number in range(MOST["both"]):
        counted.begin("anna", f"2001:db8::{number:x}")
    assert wait_of(counted, "anna", "2001:db8::ffff") == WINDOW / 60
    counted.begin("anna", "2001:db8:0:1::1")


def test_one_name_is_not_tried_from_everywhere(counted: Tries) -> None:
    for number in range(MOST["name"]):
        counted.begin("anna", f"198.51.100.{number}")
    assert wait_of(counted, "anna", "203.0.113.1") == WINDOW / 60


def test_the_right_password_forgives_the_slips_before_it(counted: Tries) -> None:
    fail(counted, MOST["both"] - 1, lambda _: "anna")
    counted.begin("anna", HOME)
    counted.succeed("anna", HOME)
    fail(counted, MOST["both"], lambda _: "anna")


def test_right_passwords_never_add_up(counted: Tries) -> None:
    for _ in range(MOST["name"] * 2):
        counted.begin("anna", HOME)
        counted.succeed("anna", HOME)


def test_a_right_password_takes_back_its_own_try_alone(counted: Tries) -> None:
    """Who has a name here can't guess others' passwords in between without end."""
    fail(counted, MOST["address"] - 1, lambda number: f"user {number}")
    counted.begin("anna", HOME)
    counted.succeed("anna", HOME)
    counted.begin("one more", HOME)
    wait_of(counted, "and another")


def test_tries_that_are_refused_make_the_wait_no_longer(counted: Tries, clock: Clock) -> None:
    fail(counted, MOST["both"], lambda _: "anna")
    clock.now += WINDOW - 1
    wait_of(counted, "anna")
    clock.now += 1
    counted.begin("anna", HOME)


def test_counters_do_not_pile_up(counted: Tries, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "KEPT", 30)
    for number in range(1000):
        counted.begin(f"user {number}", f"203.0.113.{number}")
    assert len(counted._times) <= 30
