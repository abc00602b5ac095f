"""A post as a question to the owner of the documents, with what was said before it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

from assistant.answers import Answers
from assistant.asker import asking
from assistant.scope import Turn
from assistant.slack.channels import Channels, ChannelSettings
from assistant.slack.posts import Post
from assistant.slack.queue import Job, Queue
from assistant.streaming import Emit, Workers
from assistant.wire import Asked, Json, Said, Told

TURNS = 6
"""Questions before a follow-up that it may be about."""

FRESH = timedelta(hours=2)
"""How long ago they may be where nothing but time divides one conversation from the next."""


class Asks(Protocol):
    def ask(self, asked: Asked) -> Iterator[Said | Told]: ...


class Asking:
    """Asks the owner in a thread, and keeps the answers.

    What was said before is read from the answers that are kept, not from Slack: they are as they
    were given, whole and with their markers, and no other people's talk is among them.
    """

    def __init__(
        self, owner: Asks, workers: Workers, queue: Queue, answers: Answers, channels: Channels
    ) -> None:
        self._owner = owner
        self._workers = workers
        self._queue = queue
        self._answers = answers
        self._channels = channels

    def settings(self, post: Post) -> ChannelSettings:
        return self._channels.find(post.channel)

    async def ask(self, job: Job) -> AsyncGenerator[Said | Told]:
        """Each sentence once it is checked, the answer last; it ends early where the server does.
        Raises what the owner raises."""
        settings = self.settings(job.post)
        history = await asyncio.to_thread(self._find_turns, job.post)
        asked = Asked(
            job.post.text, settings.collection, settings.filters, settings.language, history
        )

        def work(emit: Emit[Said | Told]) -> None:
            with asking("slack", job.post.asker):
                for event in self._owner.ask(asked):
                    emit(event)

        async for event in self._workers.run(work):
            yield event

    async def keep(self, job: Job, answer: Json) -> None:
        """Once it is kept, it isn't asked for again, whatever becomes of this process."""

        def write() -> None:
            self._answers.keep(job.post.asker, answer)
            job.answer_id, job.stage = answer["id"], "answered"
            self._queue.save(job)

        await asyncio.to_thread(write)

    async def find(self, answer_id: str, asker: str) -> Json | None:
        return await asyncio.to_thread(self._answers.find, answer_id, asker)

    def _find_turns(self, post: Post) -> tuple[Turn, ...]:
        if post.kind != "message":
            return ()
        since = None if post.thread else datetime.now(UTC) - FRESH
        before = self._queue.answers_before(post, TURNS, since)
        found = (self._answers.find(*one) for one in before)
        return tuple(Turn(one["question"], one["answer"]) for one in found if one)
