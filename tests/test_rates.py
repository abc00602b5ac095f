"""How often: never more than was said, and again at the moment that was said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import rates
from assistant.errors import RequestError, RetryableRequestError, SettingsError
from assistant.rates import (
    LARGEST_RATE,
    WRONG,
    Crowd,
    Left,
    Rates,
    fold_address,
    parse_rate,
    parse_rates,
)
from tests.support.clock import Clock

HOME, OFFICE = "192.0.2.7", "192.0.2.8"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("time.time", clock)
    return clock


def build(key: str = "off", address: str | None = "off") -> Rates:
    return Rates(parse_rates(key, address))


def wait_of(take: object, *args: object) -> int:
    with pytest.raises(RetryableRequestError) as caught:
        take(*args)  # type: ignore[operator]
    seconds = caught.value.details["seconds"]
    assert isinstance(seconds, int)
    return seconds


@given(
    # No two requests are a whole number of seconds apart: at the edge itself either is right.
    steps=st.lists(st.integers(0, 120).map(lambda n: n / 4 + 0.013), max_size=60),
    amount=st.integers(1, 8),
    period=st.integers(1, 40),
)
@settings(max_examples=60, deadline=None)
def test_no_stretch_of_time_ever_has_more_than_was_said(
    steps: list[float], amount: int, period: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        clock = Clock()
        patch.setattr("time.time", clock)
        counted = build(f"{amount} per {period} second")
        taken: list[float] = []
        for step in steps:
            clock.now += step
            fits = sum(clock.now - then <= period for then in taken) < amount
            try:
                left = counted.take_key(1)
            except RequestError:
                assert not fits
                continue
            taken.append(clock.now)
            assert fits
            assert left is not None
            now_taken = sum(clock.now - then <= period for then in taken)
            assert (left.limit, left.remaining) == (amount, amount - now_taken)


@given(gaps=st.lists(st.floats(0, 5), min_size=4, max_size=4), period=st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_after_the_wait_that_was_said_a_request_is_taken(gaps: list[float], period: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        clock = Clock()
        patch.setattr("time.time", clock)
        counted = build(f"3 per {period} second")
        for gap in gaps:
            clock.now += gap
            try:
                counted.take_key(1)
            except RetryableRequestError as error:
                seconds = error.details["seconds"]
                assert isinstance(seconds, int)
                # Not a second more than is needed, and enough.
                assert 1 <= seconds <= period + 1
                clock.now += seconds
                counted.take_key(1)


def test_a_refused_request_costs_nothing(clock: Clock) -> None:
    counted = build("2/minute")
    counted.take_key(1)
    clock.now += 30
    counted.take_key(1)
    for _ in range(50):
        assert wait_of(counted.take_key, 1) == 31
    clock.now += 31
    counted.take_key(1)


def test_each_key_and_each_address_has_its_own_count(clock: Clock) -> None:
    counted = build("1/minute", "1/minute")
    counted.take_key(1)
    counted.take_key(2)
    counted.take_address(HOME)
    counted.take_address(OFFICE)
    wait_of(counted.take_key, 1)
    wait_of(counted.take_address, HOME)


def test_of_several_limits_the_tightest_is_told(clock: Clock) -> None:
    counted = build("2/second; 3/minute")
    assert counted.take_key(1) == Left(2, 1, 2)
    assert counted.take_key(1) == Left(2, 0, 2)
    assert wait_of(counted.take_key, 1) == 2
    clock.now += 2
    assert counted.take_key(1) == Left(3, 0, 59)
    clock.now += 2
    assert wait_of(counted.take_key, 1) == 57


def test_what_one_limit_refuses_is_not_counted_by_another(clock: Clock) -> None:
    counted = build("1/second; 2/minute")
    counted.take_key(1)
    wait_of(counted.take_key, 1)
    clock.now += 2
    counted.take_key(1)


def test_a_limit_can_be_off(clock: Clock) -> None:
    counted = build()
    assert [counted.take_key(1) for _ in range(1000)][-1] is None
    assert [counted.take_address(HOME) for _ in range(1000)][-1] is None


def test_guessing_keys_is_slowed_and_a_broken_program_is_not_taken_for_it(clock: Clock) -> None:
    counted = build()
    for _ in range(3 * WRONG):
        counted.check_wrong(HOME)
        counted.note_wrong(HOME, "the same")
    for number in range(WRONG - 1):
        counted.check_wrong(HOME)
        counted.note_wrong(HOME, str(number))
        clock.now += 1
    assert wait_of(counted.check_wrong, HOME) == 15 * 60 - (WRONG - 1) + 1
    counted.check_wrong(OFFICE)
    clock.now += 15 * 60
    counted.check_wrong(HOME)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1:2:3", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.7", "::ffff:192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("testclient", "testclient", True),
    ],
)
def test_a_home_is_one_address(one: str, other: str, same: bool) -> None:
    assert (fold_address(one) == fold_address(other)) is same


def test_so_many_counters_are_kept_and_no_more(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "KEPT", 50)
    counted = build(address="1/minute")
    for number in range(300):
        counted.take_address(f"192.0.2.{number % 256}.{number}")
    assert len(counted._storage.events) == len(counted._used) == 50
    wait_of(counted.take_address, "192.0.2.43.299")
    counted.take_address("192.0.2.0.0")


def test_a_rate_has_one_form() -> None:
    [item] = parse_rate("X", " 60/minute ")
    assert (item.amount, item.get_expiry()) == (60, 60)
    assert [one.get_expiry() for one in parse_rate("X", "10 per second; 1000/day")] == [1, 86400]
    assert parse_rate("X", "OFF") == ()


@pytest.mark.parametrize(
    "text", ["", "60", "60/fortnight", "0/minute", "-1/minute", f"{LARGEST_RATE + 1}/day", "a/b"]
)
def test_any_other_form_is_a_settings_error(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_rate("DUOCITE_RATE_KEY", text)
    assert (caught.value.code, caught.value.details["name"]) == ("rate", "DUOCITE_RATE_KEY")


def test_who_needs_no_key_is_counted_only_where_that_is_set() -> None:
    assert not parse_rates("off", None).everybody
    assert parse_rates("off", None).address
    assert parse_rates("off", "5/minute").everybody


def test_a_crowd_lets_in_as_many_as_leave() -> None:
    crowd = Crowd(2)
    with crowd.enter():
        with (
            crowd.enter(),
            pytest.raises(RetryableRequestError, match="full"),
            crowd.enter(),
        ):
            pass
        with crowd.enter():
            pass
    with pytest.raises(ZeroDivisionError), crowd.enter():
        raise ZeroDivisionError
    with crowd.enter(), crowd.enter():
        pass
