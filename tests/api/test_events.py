"""Streams that begin well, stay open, and end with who listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest

from assistant.api import events
from assistant.api.events import EventStream, begin, keep_alive
from assistant.errors import StoreError


class Source:
    """Gives some events, each after its time; an exception is raised. Notes how it ends."""

    def __init__(self, *given: tuple[float, Any]) -> None:
        self.given = given
        self.closed = False

    async def run(self) -> AsyncGenerator[Any]:
        try:
            for wait, event in self.given:
                await asyncio.sleep(wait)
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            self.closed = True


async def gather(source: AsyncIterator[Any]) -> list[Any]:
    return [event async for event in source]


async def begin_and_gather(source: Source) -> list[Any]:
    return await gather(await begin(source.run()))


def test_nothing_is_lost_or_out_of_order() -> None:
    source = Source((0, 1), (0.01, 2), (0, 3))
    assert asyncio.run(begin_and_gather(source)) == [1, 2, 3]
    assert source.closed


def test_a_stream_of_nothing_ends() -> None:
    assert asyncio.run(begin_and_gather(Source())) == []


def test_what_fails_at_once_is_raised_before_anything_is_sent() -> None:
    source = Source((0.01, StoreError("no_collection", collection="c")))
    with pytest.raises(StoreError, match="no_collection"):
        asyncio.run(begin(source.run()))


def test_a_first_event_that_takes_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PATIENCE", 0.01)

    async def read() -> str:
        begun = await begin(Source((0.1, StoreError("busy", collection="c"))).run())
        try:
            await gather(begun)
        except StoreError as error:
            return error.code
        return ""

    assert asyncio.run(read()) == "busy"


def test_who_stops_reading_ends_the_source() -> None:
    source = Source((0, 1), (0, 2), (60, 3))

    async def read() -> None:
        begun = await begin(source.run())
        assert await anext(begun) == 1
        await begun.aclose()

    asyncio.run(read())
    assert source.closed


def test_what_nobody_has_read_of_ends_with_the_response(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a client leaves while the first line is being written."""
    monkeypatch.setattr(events, "PATIENCE", 0.01)
    source = Source((60, 1))

    async def leave() -> None:
        begun = await begin(source.run())
        response = EventStream(write(begun), begun)

        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            await asyncio.sleep(60)

        await response({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)

    asyncio.run(leave())
    assert source.closed


async def write(numbers: AsyncIterator[int]) -> AsyncIterator[str]:
    yield "first line"
    async for number in numbers:
        yield f"data: {number}\n\n"


def test_who_is_cancelled_while_waiting_ends_the_source() -> None:
    source = Source((0, 1), (60, 2))

    async def read() -> None:
        begun = await begin(source.run())
        task = asyncio.create_task(gather(keep_alive(begun)))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait({task})
        await begun.aclose()

    asyncio.run(read())
    assert source.closed


def test_a_silent_stream_is_kept_open_by_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "QUIET", 0.02)
    found = asyncio.run(gather(keep_alive(Source((0, "data: 1\n\n"), (0.09, "data: 2\n\n")).run())))
    assert [one for one in found if one.startswith("data")] == ["data: 1\n\n", "data: 2\n\n"]
    comments = [one for one in found if one.startswith(":")]
    assert comments
    assert all(one.endswith("\n\n") for one in comments)
    assert found[0] == "data: 1\n\n"


def test_a_lively_stream_has_no_comments() -> None:
    chunks = [f"data: {number}\n\n" for number in range(20)]
    source = Source(*((0, chunk) for chunk in chunks))
    assert asyncio.run(gather(keep_alive(source.run()))) == chunks
