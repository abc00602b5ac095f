from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from assistant.asker import asking, find_asker
from assistant.errors import DuociteError, StoreError
from assistant.stopping import GoneError, check_wanted
from assistant.streaming import Emit, Workers, take_last, write_events


async def gather(work: Callable[[Emit[Any]], None]) -> list[Any]:
    return [event async for event in Workers().run(work)]


def test_events_come_in_order_and_each_at_once() -> None:
    gate = threading.Event()

    def work(emit: Emit[int]) -> None:
        emit(1)
        assert gate.wait(10)
        emit(2)

    async def read() -> list[int]:
        found = []
        async for event in Workers().run(work):
            found.append(event)
            gate.set()
        return found

    assert asyncio.run(read()) == [1, 2]


def test_what_the_work_raises_is_raised_where_it_is_awaited() -> None:
    def work(emit: Emit[int]) -> None:
        emit(1)
        raise StoreError("busy", collection="c", holder="h")

    with pytest.raises(StoreError, match="busy"):
        asyncio.run(gather(work))


def test_work_that_nobody_listens_to_ends_at_its_next_event() -> None:
    ended: list[BaseException] = []
    done = threading.Event()

    def work(emit: Emit[int]) -> None:
        try:
            while True:
                emit(1)
        except GoneError as error:
            ended.append(error)
            raise
        finally:
            done.set()

    async def read_one() -> None:
        events = Workers().run(work)
        assert await anext(events) == 1
        await events.aclose()

    asyncio.run(read_one())
    assert done.wait(10)
    assert len(ended) == 1


def test_closing_waits_for_work_to_end() -> None:
    workers, ended = Workers(), threading.Event()

    def work(emit: Emit[int]) -> None:
        try:
            while True:
                emit(1)
        finally:
            ended.set()

    async def read_one() -> None:
        events = workers.run(work)
        await anext(events)
        await asyncio.to_thread(workers.close)
        assert ended.is_set()
        await events.aclose()

    asyncio.run(read_one())


async def some_events(error: Exception | None = None) -> AsyncIterator[tuple[str, Any]]:
    yield "claim", {"text": "一\u2028二\n\x85三"}
    if error:
        raise error


def written(error: Exception | None = None) -> list[str]:
    async def collect() -> list[str]:
        def describe(one: DuociteError) -> dict[str, Any]:
            return {"code": one.code}

        return [part async for part in write_events(some_events(error), describe)]

    return asyncio.run(collect())


def test_an_event_is_a_name_and_one_line_whatever_it_holds() -> None:
    [part] = written()
    name, data = part.removesuffix("\n\n").splitlines()
    assert name == "event: claim"
    assert json.loads(data.removeprefix("data: ")) == {"text": "一\u2028二\n\x85三"}


@pytest.mark.parametrize(
    ("error", "code"),
    [(StoreError("busy", collection="c", holder="h"), "busy"), (KeyError("x"), "unexpected")],
)
def test_a_failure_is_the_last_event(error: Exception, code: str) -> None:
    _, last = written(error)
    assert last == f'event: error\ndata: {{"code": "{code}"}}\n\n'


async def _never() -> None:
    await asyncio.sleep(60)


def test_the_last_event_is_what_counts_for_one_who_stays() -> None:
    def work(emit: Emit[int]) -> None:
        emit(1)
        emit(2)

    def fail(emit: Emit[int]) -> None:
        emit(1)
        raise StoreError("busy", collection="c", holder="h")

    assert asyncio.run(take_last(Workers().run(work), _never)) == 2
    with pytest.raises(StoreError, match="busy"):
        asyncio.run(take_last(Workers().run(fail), _never))


def test_work_for_one_who_leaves_is_ended_though_it_says_nothing() -> None:
    ended = threading.Event()

    def work(emit: Emit[int]) -> None:
        try:
            while True:
                check_wanted()
                time.sleep(0.01)
        finally:
            ended.set()

    async def leave() -> None:
        await asyncio.sleep(0.05)

    assert asyncio.run(take_last(Workers().run(work), leave)) is None
    assert ended.wait(10)


def test_those_who_listen_to_closed_workers_are_not_left_waiting() -> None:
    workers = Workers()

    def work(emit: Emit[int]) -> None:
        emit(1)
        while True:
            check_wanted()

    async def read() -> list[int]:
        found = []
        async for event in workers.run(work):
            found.append(event)
            workers.close(wait=0.0)
        return found

    assert asyncio.run(asyncio.wait_for(read(), 10)) == [1]


def test_the_thread_knows_who_asked() -> None:
    found = []

    def work(emit: Emit[int]) -> None:
        found.append(find_asker())
        emit(1)

    async def read() -> None:
        with asking("slack", "U1", "r-1"):
            assert [event async for event in Workers().run(work)] == [1]

    asyncio.run(read())
    assert [(one.name, one.request) for one in found if one] == [("U1", "r-1")]
