"""The way of a post to the disk, before Slack is told that it was taken.

A thread of its own writes, so that neither the event loop nor an answer stands in the way; what
comes while it writes goes into the next transaction together, for each costs the disk a sync.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from assistant.slack.posts import Post
from assistant.stopping import GoneError

Keep = Callable[[Sequence[Post]], list[bool]]
"""Writes posts down; for each, whether it is to be answered."""

MOST = 256
"""Posts that one transaction takes."""

_Waiting = tuple[Post, Future[bool]]


class Intake:
    """Takes posts until `close`; `tell` is called, in the intake's thread, when there is news."""

    def __init__(self, keep: Keep, tell: Callable[[], None]) -> None:
        self._keep = keep
        self._tell = tell
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="slack-intake", daemon=True)
        self._thread.start()

    async def take(self, post: Post) -> bool:
        """Whether it is new; on the disk by then. Raises what writing raises, and GoneError."""
        kept: Future[bool] = Future()
        with self._lock:
            if self._closed:
                raise GoneError
            self._waiting.put((post, kept))
        return await asyncio.wrap_future(kept)

    def close(self) -> None:
        """What was given is written; what comes now is refused, and Slack sends it again."""
        with self._lock:
            self._closed = True
            self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (batch := self._collect()) is not None:
            self._write(batch)

    def _collect(self) -> list[_Waiting] | None:
        """All that wait, at least one; None at the end."""
        first = self._waiting.get()
        if first is None:
            return None
        batch = [first]
        while len(batch) < MOST and not self._waiting.empty():
            following = self._waiting.get()
            if following is None:
                self._waiting.put(None)  # for the next round; nothing comes after it
                break
            batch.append(following)
        return batch

    def _write(self, batch: list[_Waiting]) -> None:
        futures = [future for _, future in batch if future.set_running_or_notify_cancel()]
        try:
            fresh = self._keep([post for post, _ in batch])
        except Exception as error:  # noqa: BLE001  it is raised again where it is awaited
            for future in futures:
                future.set_exception(error)
            return
        for (_, future), new in zip(batch, fresh, strict=True):
            if not future.cancelled():
                future.set_result(new)
        if any(fresh):
            self._tell()
