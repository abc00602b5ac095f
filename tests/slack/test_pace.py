"""Turns and rests, by a clock that goes where a test puts it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from assistant.slack.pace import Pace
from tests.support.clock import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sleeping moves it."""
    clock = Clock()

    async def sleep(seconds: float) -> None:
        clock.now += max(seconds, 0)

    monkeypatch.setattr("assistant.slack.pace.asyncio.sleep", sleep)
    return clock


def waits(clock: Clock, *steps: Callable[[], Awaitable[None]]) -> list[float]:
    """How long each took."""

    async def run() -> list[float]:
        took = []
        for step in steps:
            begun = clock()
            await step()
            took.append(clock() - begun)
        return took

    return asyncio.run(run())


def test_a_channel_has_one_turn_a_second_and_another_one_its_own(clock: Clock) -> None:
    pace = Pace(1.0, clock)
    took = waits(
        clock, lambda: pace.turn("a"), lambda: pace.turn("b"), lambda: pace.turn("a"),
        lambda: pace.turn("b"),
    )  # fmt: skip
    assert took == [0, 0, 1.0, 0]


def test_a_channel_that_was_quiet_waits_for_nothing(clock: Clock) -> None:
    pace = Pace(1.0, clock)
    assert waits(clock, lambda: pace.turn("a")) == [0]
    clock.now += 5
    assert waits(clock, lambda: pace.turn("a"), lambda: pace.turn("a")) == [0, 1.0]


def test_what_is_held_is_ready_when_slack_said_and_nothing_else_waits(clock: Clock) -> None:
    pace = Pace(1.0, clock)
    pace.hold("chat.update", 3.0)
    pace.hold("chat.update", 1.0)
    assert pace.is_held("chat.update")
    assert not pace.is_held("chat.postMessage a")
    took = waits(clock, lambda: pace.ready("chat.postMessage a"), lambda: pace.ready("chat.update"))
    assert took == [0, 3.0]
    assert not pace.is_held("chat.update")
    assert waits(clock, lambda: pace.ready("chat.update")) == [0]


def test_turns_that_are_over_are_forgotten(clock: Clock) -> None:
    pace = Pace(1.0, clock)
    for number in range(50):
        waits(clock, lambda number=number: pace.turn(f"C{number}"))  # type: ignore[misc]
        clock.now += 2
    assert len(pace._turns) == 1
