"""The events of some work as an answer to a request: the last one alone, or all as a stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from functools import partial
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from assistant.gate import error_body
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
        return send_stream(write_events(begun, lambda e: error_body(e, request.headers)))
    last = await take_one(events, request)
    return JSONResponse(last[1]) if last else Response(status_code=CLIENT_LEFT)


async def take_one(events: AsyncIterator[Event], request: Request) -> Event | None:
    """The last event; None where the client left before it."""
    return await take_last(events, partial(_wait_for_leave, request))


def send_stream(written: AsyncIterator[str]) -> StreamingResponse:
    return StreamingResponse(keep_alive(written), media_type="text/event-stream", headers=_HEADERS)


async def begin(events: AsyncGenerator[Event]) -> AsyncGenerator[Event]:
    """The same events, once the first is there or some patience is over; raises what went wrong
    by then, so that it is answered with its status."""
    first = asyncio.create_task(_next(events))
    try:
        await asyncio.wait({first}, timeout=PATIENCE)
    except asyncio.CancelledError:
        first.cancel()
        raise
    if first.done():
        first.result()
    return _go_on(first, events)


async def keep_alive(written: AsyncIterator[str]) -> AsyncGenerator[str]:
    """The same, with a comment wherever nothing came for a while."""
    waiting = asyncio.create_task(_next(written))
    try:
        while True:
            done, _ = await asyncio.wait({waiting}, timeout=QUIET)
            if not done:
                yield _COMMENT
                continue
            if (chunk := waiting.result()) is None:
                return
            yield chunk
            waiting = asyncio.create_task(_next(written))
    finally:
        waiting.cancel()
        await asyncio.wait({waiting})


async def _go_on(
    first: asyncio.Task[Event | None], events: AsyncGenerator[Event]
) -> AsyncGenerator[Event]:
    try:
        event = await first
        while event is not None:
            yield event
            event = await _next(events)
    finally:
        first.cancel()
        await asyncio.wait({first})
        await events.aclose()


async def _next(events: AsyncIterator[Event]) -> Event | None:
    return await anext(events, None)


async def _wait_for_leave(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
