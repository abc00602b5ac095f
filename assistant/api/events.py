"""The events of some work as an answer to a request: the last one alone, or all as a stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from functools import partial
from typing import Any, Generic, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from assistant.statuses import error_body
from assistant.streaming import take_last, write_events
from assistant.wire import Json

Event = TypeVar("Event")
Named = tuple[str, Json]

CLIENT_LEFT = 499
"""As proxies write it down; nobody reads it."""

PATIENCE = 1.0
"""Seconds in which a failure is still answered with its status; later it is an event."""

QUIET = 15.0
"""Seconds without an event after which a line that says nothing keeps a connection open."""

_COMMENT = ": still at work\n\n"
# A proxy that collects events before it passes them on would hide that they come one by one.
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


async def respond(events: AsyncGenerator[Named], stream: bool, request: Request) -> Response:
    """All events, or the last one alone. Either way the work ends if the client leaves."""
    if stream:
        begun = await begin(events)
        written = write_events(begun, lambda error: error_body(error, request.headers))
        return EventStream(written, begun)
    last = await take_one(events, request)
    return JSONResponse(last[1]) if last else Response(status_code=CLIENT_LEFT)


async def take_one(events: AsyncIterator[Event], request: Request) -> Event | None:
    """The last event; None where the client left before it."""
    return await take_last(events, partial(_wait_for_leave, request))


class EventStream(StreamingResponse):
    """Lines that are written of `begun`, which ends with the response, however that ends."""

    def __init__(self, written: AsyncIterator[str], begun: Begun[Any]) -> None:
        self._lines = keep_alive(written)
        self._begun = begun
        super().__init__(self._lines, media_type="text/event-stream", headers=_HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._lines.aclose()
            await self._begun.aclose()


class Begun(Generic[Event]):
    """Events of which the next is always on its way. Whoever has one closes it: an iterator that
    nobody has asked for anything would not notice that it is dropped."""

    def __init__(self, events: AsyncGenerator[Event]) -> None:
        self._events = events
        self._next = asyncio.create_task(_take(events))

    async def wait(self, patience: float) -> None:
        """For the first event; raises what came in its place."""
        try:
            await asyncio.wait({self._next}, timeout=patience)
        except asyncio.CancelledError:
            await self.aclose()
            raise
        if self._next.done():
            self._next.result()

    def __aiter__(self) -> Begun[Event]:
        return self

    async def __anext__(self) -> Event:
        event = await self._next
        if event is None:
            raise StopAsyncIteration
        self._next = asyncio.create_task(_take(self._events))
        return event

    async def aclose(self) -> None:
        self._next.cancel()
        await asyncio.wait({self._next})
        if not self._next.cancelled():
            self._next.exception()  # what failed after all were gone is nobody's to hear
        await self._events.aclose()


async def begin(events: AsyncGenerator[Event]) -> Begun[Event]:
    """The same events, once the first is there or some patience is over; raises what went wrong
    by then, so that it is answered with its status."""
    begun = Begun(events)
    await begun.wait(PATIENCE)
    return begun


async def keep_alive(written: AsyncIterator[str]) -> AsyncGenerator[str]:
    """The same, with a comment wherever nothing came for a while."""
    waiting = asyncio.create_task(_take(written))
    try:
        while True:
            done, _ = await asyncio.wait({waiting}, timeout=QUIET)
            if not done:
                yield _COMMENT
                continue
            if (chunk := waiting.result()) is None:
                return
            yield chunk
            waiting = asyncio.create_task(_take(written))
    finally:
        waiting.cancel()
        await asyncio.wait({waiting})


async def _take(events: AsyncIterator[Event]) -> Event | None:
    return await anext(events, None)


async def _wait_for_leave(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
