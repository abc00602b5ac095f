"""An event loop in a thread of its own, for calls that must end on time and can be broken off.

A thread that reads from a socket can't be told to stop; a task that awaits one can. So whatever
talks to a model does it here, and those who want its words wait for them in their own thread.
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Iterator
from contextlib import aclosing, contextmanager, suppress
from functools import cache
from typing import Any, TypeVar

from assistant.stopping import GoneError, check_wanted

Item = TypeVar("Item")

_LOOK_S = 0.1  # how often one who waits asks whether anybody still wants it
_LEAVE_S = 1.0  # how long a task that was broken off may take to close its connection


class _Failed:
    def __init__(self, error: BaseException) -> None:
        self.error = error


class _End:
    pass


def run(work: Coroutine[Any, Any, Item], timeout: float | None = None) -> Item:
    """What a coroutine gives, awaited in the loop's own thread. Not to be called from that."""
    return asyncio.run_coroutine_threadsafe(work, _loop()).result(timeout)


def iterate(make: Callable[[], AsyncGenerator[Item]]) -> Generator[Item]:
    """The items of an async generator that runs in the loop; closing this breaks it off there.

    Raises what it raises, and GoneError once nobody wants it (`stopping.stop_when`).
    """
    items: queue.SimpleQueue[Item | _Failed | _End] = queue.SimpleQueue()
    with _pumping(make, items.put):
        while not isinstance(item := _await_item(items), _End):
            if isinstance(item, _Failed):
                raise item.error
            yield item


async def aiterate(make: Callable[[], AsyncGenerator[Item]]) -> AsyncGenerator[Item]:
    """`iterate` for those who have a loop of their own, which it leaves free."""
    own = asyncio.get_running_loop()
    items: asyncio.Queue[Item | _Failed | _End] = asyncio.Queue()

    def put(item: Item | _Failed | _End) -> None:
        with suppress(RuntimeError):  # that loop has ended: nobody waits
            own.call_soon_threadsafe(items.put_nowait, item)

    with _pumping(make, put):
        while not isinstance(item := await items.get(), _End):
            if isinstance(item, _Failed):
                raise item.error
            yield item


@contextmanager
def _pumping(
    make: Callable[[], AsyncGenerator[Item]], put: Callable[[Item | _Failed | _End], None]
) -> Iterator[None]:
    ended = threading.Event()
    task = asyncio.run_coroutine_threadsafe(_pump(make, put, ended), _loop())
    try:
        yield
    finally:
        if not ended.is_set():
            task.cancel()
            ended.wait(_LEAVE_S)


async def _pump(
    make: Callable[[], AsyncGenerator[Item]],
    put: Callable[[Item | _Failed | _End], None],
    ended: threading.Event,
) -> None:
    last: _Failed | _End = _Failed(GoneError())  # should the task be cancelled
    try:
        async with aclosing(make()) as stream:
            async for item in stream:
                put(item)
        last = _End()
    except Exception as error:  # noqa: BLE001  it is raised again where it is waited for
        last = _Failed(error)
    finally:
        put(last)
        ended.set()


def _await_item(items: queue.SimpleQueue[Item]) -> Item:
    while True:
        check_wanted()
        try:
            return items.get(timeout=_LOOK_S)
        except queue.Empty:
            continue


def _loop() -> asyncio.AbstractEventLoop:
    return _loop_of(os.getpid())


@cache
def _loop_of(process: int) -> asyncio.AbstractEventLoop:
    """One a process: a fork has no threads but the one that made it."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="models", daemon=True).start()
    return loop
