"""Work in a thread whose events an event loop sends on, as server-sent events or all at once."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import Generic, TypeVar

from assistant.errors import DuociteError
from assistant.stopping import GoneError, check_wanted, stop_when
from assistant.wire import Json

Event = TypeVar("Event")
Emit = Callable[[Event], None]
_log = logging.getLogger(__name__)


class Workers:
    """The threads at work for requests; `close` has them end at their next event."""

    def __init__(self) -> None:
        self._threads: set[threading.Thread] = set()
        self._closed = threading.Event()

    async def run(self, work: Callable[[Emit[Event]], None]) -> AsyncGenerator[Event]:
        """The events that `work` emits, each as soon as it is there; raises what it raises.

        If nobody wants the next one, `work` is ended by a GoneError: at its next event, or where it
        waits for a model.
        """
        running = _Work(work, self._closed)
        # The thread works for who asked, in their trace.
        target = partial(copy_context().run, running)
        thread = threading.Thread(target=target, name="request", daemon=True)
        self._threads = {one for one in self._threads if one.is_alive()} | {thread}
        thread.start()
        try:
            while (event := await running.events.get()) is not None:
                if isinstance(event, BaseException):
                    raise event
                yield event
        finally:
            running.gone.set()

    def close(self, wait: float = 10.0) -> None:
        self._closed.set()
        for thread in self._threads:
            thread.join(wait)


class _Work(Generic[Event]):
    """What one thread does. None ends its events, an exception breaks them off."""

    def __init__(self, work: Callable[[Emit[Event]], None], closed: threading.Event) -> None:
        self.events: asyncio.Queue[Event | BaseException | None] = asyncio.Queue()
        self.gone = threading.Event()
        self._closed = closed
        self._loop = asyncio.get_running_loop()
        self._work = work

    def __call__(self) -> None:
        try:
            with stop_when(self._is_gone):
                self._work(self._emit)
        except GoneError:
            self._put(None)  # who closed the workers may still be listening
        except Exception as error:  # noqa: BLE001  it is raised again where it is awaited
            self._put(error)
        else:
            self._put(None)

    def _emit(self, event: Event) -> None:
        check_wanted()
        self._put(event)

    def _is_gone(self) -> bool:
        return self.gone.is_set() or self._closed.is_set()

    def _put(self, event: Event | BaseException | None) -> None:
        with suppress(RuntimeError):  # the loop has ended: nobody waits
            self._loop.call_soon_threadsafe(self.events.put_nowait, event)


async def take_last(
    events: AsyncIterator[Event], leave: Callable[[], Awaitable[object]]
) -> Event | None:
    """The last of some events; None, and an end to the work, if `leave` comes to its end first."""

    async def read() -> Event | None:
        last = None
        async for event in events:
            last = event
        return last

    reading, leaving = asyncio.create_task(read()), asyncio.ensure_future(leave())
    try:
        await asyncio.wait({reading, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return await reading if reading.done() else None
    finally:
        for task in (reading, leaving):
            task.cancel()
        await asyncio.gather(reading, leaving, return_exceptions=True)


async def write_events(
    events: AsyncIterator[tuple[str, Json]], describe: Callable[[DuociteError], Json]
) -> AsyncIterator[str]:
    """Named events in the form of server-sent events; a failure is the last of them, `error`."""
    try:
        async for name, data in events:
            yield _format(name, data)
    except DuociteError as error:
        _log.error("a request failed: %s", error, exc_info=error)
        yield _format("error", describe(error))
    except Exception:  # noqa: BLE001  it is told, and the log has it
        _log.exception("a request failed")
        yield _format("error", describe(DuociteError("unexpected")))


def _format(name: str, data: Json) -> str:
    # As ASCII: no reader takes a line break of Unicode for the end of the line.
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
