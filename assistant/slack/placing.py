"""The messages of an answer, each put into Slack once, whatever is lost on the way.

Before a message is posted it is noted that this is tried, and after it, where it stands. Where the
first note has no second one, the message is looked for by its mark; only if it isn't there it is
posted again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from assistant.errors import RetryableSlackError, SlackError
from assistant.slack.blocks import Message
from assistant.slack.calls import Calls
from assistant.slack.marks import mark
from assistant.slack.queue import Job, Queue

GONE = "message_not_found"
_END = "end"
_log = logging.getLogger(__name__)


class Placing:
    """Raises SlackError and RetryableSlackError as `Calls`, and StoreError."""

    def __init__(self, calls: Calls, queue: Queue) -> None:
        self._calls = calls
        self._queue = queue

    async def begin(self, job: Job, waiting: Message) -> None:
        """What is shown until the answer is there; nothing if it stands there already."""
        await self._stand(job, 0, mark(waiting, job.post.id, 0, "wait"))

    async def progress(self, job: Job, message: Message, step: int) -> None:
        if job.placed and (ts := job.placed[0]):
            marked = mark(message, job.post.id, 0, f"step{step}")
            await self._calls.update(job.post.channel, ts, marked, patient=False)

    async def finish(self, job: Job, messages: Sequence[Message]) -> None:
        """All messages of an answer: the first in the place of what was shown before, the others
        after it."""
        for part, message in enumerate(messages):
            marked = mark(message, job.post.id, part, _END)
            known = len(job.placed) > part and job.placed[part] is not None
            posted = await self._stand(job, part, marked)
            if part == 0 and (known or not posted):
                await self._replace(job, marked)

    async def _replace(self, job: Job, message: Message) -> None:
        try:
            await self._calls.update(job.post.channel, str(job.placed[0]), message)
        except SlackError as error:
            if error.details.get("reason") != GONE:
                raise
            # Somebody deleted what stood there; the answer comes all the same.
            job.placed = []
            await self._stand(job, 0, message)

    async def _stand(self, job: Job, part: int, message: Message) -> bool:
        """Makes sure that a message stands there; whether it was posted just now."""
        if len(job.placed) > part:
            if job.placed[part] is None:
                job.placed[part] = await self._find(job, part)
            if job.placed[part] is not None:
                await self._save(job)
                return False
        else:
            job.placed.append(None)
            await self._save(job)
        await self._post(job, part, message)
        return True

    async def _post(self, job: Job, part: int, message: Message) -> None:
        try:
            thread = self._find_thread(job, part)
            job.placed[part] = await self._calls.post(job.post.channel, message, thread)
        except RetryableSlackError:
            raise
        except SlackError:
            job.placed.pop()  # Slack said no: there is nothing to look for
            raise
        await self._save(job)

    async def _find(self, job: Job, part: int) -> str | None:
        post = job.post
        thread = self._find_thread(job, part)
        try:
            return await self._calls.find(post.channel, thread, post.since, post.id, part)
        except RetryableSlackError:
            raise
        except SlackError as error:
            # Where Duocite may not look, to answer perhaps twice is better than not to answer.
            _log.warning("no look for %s in %s: %s", post.id, post.channel, error)
            return None

    def _find_thread(self, job: Job, part: int) -> str | None:
        """What an answer shared with a channel can't hold in one message goes under the first."""
        if job.post.kind == "share":
            return job.placed[0] if part else None
        return job.post.thread

    async def _save(self, job: Job) -> None:
        await asyncio.to_thread(self._queue.save, job)
