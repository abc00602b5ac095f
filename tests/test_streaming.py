from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from assistant.errors import DuociteError, StoreError
from assistant.stopping import GoneError
from assistant.streaming import Emit, Workers, write_events


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
        await events.aclose()  # type: ignore[attr-defined]

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
        await events.aclose()  # type: ignore[attr-defined]

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
