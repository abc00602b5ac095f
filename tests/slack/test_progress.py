"""A growing answer: the newest state by turns, and nothing after the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from assistant.errors import RetryableSlackError
from assistant.slack.blocks import Message
from assistant.slack.calls import UPDATE
from assistant.slack.pace import Pace
from assistant.slack.progress import Progress


def message(number: int) -> Message:
    return Message(str(number), [])


class Screen:
    """Shows one at a time, each until `gate` opens."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = asyncio.Event()
        self.fails = False

    async def show(self, message: Message, step: int) -> None:
        self.begun.set()
        await self.gate.wait()
        if self.fails:
            raise RetryableSlackError("fault", reason=500)
        self.shown.append(f"{message.text}/{step}")


def run(work: Callable[[Screen, Pace], Coroutine[Any, Any, None]], every: float = 0.0) -> list[str]:
    async def inside() -> list[str]:
        screen = Screen()
        async with asyncio.timeout(10):
            await work(screen, Pace(every))
        return screen.shown

    return asyncio.run(inside())


def test_what_comes_while_one_is_shown_is_shown_once_and_newest() -> None:
    async def work(screen: Screen, pace: Pace) -> None:
        progress = Progress(screen.show, pace, "C1")
        screen.gate.clear()
        progress.offer(message(1))
        await screen.begun.wait()
        for number in (2, 3, 4):
            progress.offer(message(number))
        screen.gate.set()
        while len(screen.shown) < 2:
            await asyncio.sleep(0)
        await progress.end()

    assert run(work) == ["1/1", "4/2"]


def test_the_end_waits_for_what_is_on_its_way_and_drops_what_is_not() -> None:
    async def work(screen: Screen, pace: Pace) -> None:
        progress = Progress(screen.show, pace, "C1")
        screen.gate.clear()
        progress.offer(message(1))
        await screen.begun.wait()
        progress.offer(message(2))
        ending = asyncio.create_task(progress.end())
        await asyncio.sleep(0.01)
        assert not ending.done()
        screen.gate.set()
        await ending
        assert screen.shown == ["1/1"]
        await asyncio.sleep(0.01)

    assert run(work) == ["1/1"]


def test_the_end_waits_for_no_turn() -> None:
    async def work(screen: Screen, pace: Pace) -> None:
        progress = Progress(screen.show, pace, "C1")
        await pace.turn("C1")
        progress.offer(message(1))
        await asyncio.sleep(0)
        await progress.end()

    assert run(work, every=3600.0) == []


def test_a_slack_that_wants_rest_is_left_alone() -> None:
    async def work(screen: Screen, pace: Pace) -> None:
        progress = Progress(screen.show, pace, "C1")
        pace.hold(UPDATE, 3600.0)
        progress.offer(message(1))
        await asyncio.sleep(0.01)
        await progress.end()

    assert run(work) == []


def test_what_fails_to_be_shown_stops_nothing() -> None:
    async def work(screen: Screen, pace: Pace) -> None:
        progress = Progress(screen.show, pace, "C1")
        screen.fails = True
        progress.offer(message(1))
        await screen.begun.wait()
        await asyncio.sleep(0.01)
        screen.fails = False
        progress.offer(message(2))
        while not screen.shown:
            await asyncio.sleep(0)
        await progress.end()

    assert run(work) == ["2/2"]


def test_an_end_without_a_beginning_is_none() -> None:
    async def work(screen: Screen, pace: Pace) -> None:
        await Progress(screen.show, pace, "C1").end()

    assert run(work) == []
