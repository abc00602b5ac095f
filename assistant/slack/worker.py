"""The posts at work: heard at once, and answered one at a time in each conversation."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Protocol

from assistant.errors import DuociteError
from assistant.slack.queue import Job, Queue
from assistant.stopping import GoneError

IN_HAND = 256
"""Posts that are taken up at a time; the others wait on the disk."""

REST_S = 30.0
"""How long a post is left alone that couldn't even be written down."""

PRUNED_EVERY_S = 3600.0
_log = logging.getLogger(__name__)


class Finishes(Protocol):
    async def begin(self, job: Job) -> None: ...

    async def finish(self, job: Job) -> None: ...


class _Talk:
    """What waits in one conversation."""

    def __init__(self) -> None:
        self.waiting: list[Job] = []
        self.runner: asyncio.Task[None] | None = None

    def pop(self) -> Job:
        """The earliest that has come so far: deliveries overtake each other."""
        first = min(self.waiting, key=lambda job: job.post.ts)
        self.waiting.remove(first)
        return first


class Worker:
    """For one event loop; `wake` it, in that, when there is something new."""

    def __init__(self, queue: Queue, finishes: Finishes, in_hand: int = IN_HAND) -> None:
        self._queue = queue
        self._finishes = finishes
        self._most = in_hand
        self._news = asyncio.Event()
        self._ending = asyncio.Event()
        self._in_hand: dict[str, asyncio.Task[None]] = {}
        self._talks: dict[str, _Talk] = {}
        self._pruned = float("-inf")

    def wake(self) -> None:
        self._news.set()

    async def run(self) -> None:
        """Until it is cancelled; `end` then, for what is in hand."""
        while True:
            self._news.clear()
            try:
                await self._look()
            except DuociteError as error:
                _log.error("the posts of Slack can't be read: %s", error, exc_info=error)
                await asyncio.sleep(REST_S)
                continue
            await self._wait()

    async def end(self, grace: float) -> None:
        """Gives what is at work some seconds to end, then leaves it to the next start, and what
        waits as well."""
        self._ending.set()
        runners = [talk.runner for talk in self._talks.values() if talk.runner]
        if runners:
            await asyncio.wait(runners, timeout=grace)
        left = [*runners, *self._in_hand.values()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _look(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._pruned > PRUNED_EVERY_S:
            await asyncio.to_thread(self._queue.prune)
            self._pruned = now
        for job in await asyncio.to_thread(self._queue.unfinished, self._most):
            self._begin(job)

    async def _wait(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), PRUNED_EVERY_S)

    def _begin(self, job: Job) -> None:
        if job.post.id in self._in_hand or len(self._in_hand) >= self._most:
            return
        self._in_hand[job.post.id] = asyncio.create_task(self._finishes.begin(job))
        talk = self._talks.setdefault(job.post.talk, _Talk())
        talk.waiting.append(job)
        if talk.runner is None:
            talk.runner = asyncio.create_task(self._run_talk(job.post.talk, talk))

    async def _run_talk(self, name: str, talk: _Talk) -> None:
        while talk.waiting and not self._ending.is_set():
            job = talk.pop()
            await self._finish(job)
            del self._in_hand[job.post.id]
            self.wake()
        del self._talks[name]

    async def _finish(self, job: Job) -> None:
        try:
            await self._in_hand[job.post.id]
            await self._finishes.finish(job)
        except GoneError:
            _log.info("%s is left to the next start", job.post.id)
            await self._rest()
        except Exception:  # noqa: BLE001  it is still in the queue, and the log has it
            _log.exception("%s could not be brought to an end", job.post.id)
            await self._rest()

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), REST_S)
