"""Async generators that run in the background, read from other threads and other loops."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator

import pytest

from assistant import background
from assistant.stopping import GoneError, stop_when

PATIENCE = 5.0


class Counter:
    """Counts up; remembers who counted and whether it was ended."""

    def __init__(self, many: int, failure: Exception | None = None, then_hangs: bool = False):
        self.ended = threading.Event()
        self.threads: set[int] = set()
        self._many = many
        self._failure = failure
        self._hangs = then_hangs

    async def __call__(self) -> AsyncGenerator[int]:
        try:
            for number in range(self._many):
                self.threads.add(threading.get_ident())
                await asyncio.sleep(0)
                yield number
            if self._hangs:
                await asyncio.sleep(60)
            if self._failure:
                raise self._failure
        finally:
            self.ended.set()


async def listed(items: AsyncGenerator[int]) -> list[int]:
    return [item async for item in items]


def test_all_items_come_in_order_from_one_other_thread() -> None:
    counter = Counter(500)
    assert list(background.iterate(counter)) == list(range(500))
    assert asyncio.run(listed(background.aiterate(counter))) == list(range(500))
    assert len(counter.threads) == 1
    assert threading.get_ident() not in counter.threads


def test_a_failure_comes_after_what_was_there_before_it() -> None:
    heard: list[int] = []
    with pytest.raises(ZeroDivisionError):
        heard.extend(background.iterate(Counter(2, ZeroDivisionError())))
    assert heard == [0, 1]
    with pytest.raises(ZeroDivisionError):
        asyncio.run(listed(background.aiterate(Counter(2, ZeroDivisionError()))))


def test_closing_ends_the_work_at_once() -> None:
    counter = Counter(1, then_hangs=True)
    numbers = background.iterate(counter)
    assert next(numbers) == 0
    numbers.close()
    assert counter.ended.is_set()


def test_work_that_nobody_began_to_read_is_not_done() -> None:
    counter = Counter(1)
    background.iterate(counter).close()
    assert counter.threads == set()


def test_one_who_is_gone_does_not_wait() -> None:
    counter = Counter(1, then_hangs=True)
    gone = threading.Event()
    numbers = background.iterate(counter)
    with stop_when(gone.is_set):
        next(numbers)
        threading.Timer(0.05, gone.set).start()
        with pytest.raises(GoneError):
            next(numbers)
    assert counter.ended.wait(PATIENCE)


def test_a_reader_whose_task_is_cancelled_ends_the_work() -> None:
    counter = Counter(1, then_hangs=True)

    async def leave() -> None:
        task = asyncio.create_task(listed(background.aiterate(counter)))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(leave())
    assert counter.ended.wait(PATIENCE)


def test_many_can_read_at_a_time() -> None:
    sums = []
    readers = [
        threading.Thread(target=lambda: sums.append(sum(background.iterate(Counter(50)))))
        for _ in range(8)
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert sums == [sum(range(50))] * 8


def test_a_coroutine_gives_its_result_or_fails() -> None:
    async def divide(by: int) -> float:
        return 1 / by

    assert background.run(divide(2)) == 0.5
    with pytest.raises(ZeroDivisionError):
        background.run(divide(0))
    with pytest.raises(TimeoutError):
        background.run(asyncio.sleep(5), timeout=0.01)
