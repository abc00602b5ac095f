"""What becomes of a post: a placeholder, an answer in its place, or a line that says why not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from assistant.errors import DuociteError, RetryableSlackError, SlackError
from assistant.scope import Language
from assistant.slack.asking import Asking
from assistant.slack.blocks import (
    Message,
    build_answer,
    build_ephemeral,
    build_failure,
    build_progress,
    build_shared,
    build_waiting,
)
from assistant.slack.calls import Calls
from assistant.slack.pace import Pace
from assistant.slack.placing import Placing
from assistant.slack.posts import Post
from assistant.slack.progress import Progress
from assistant.slack.queue import Job, Queue, Stage
from assistant.slack.saying import build_line
from assistant.slack.whispers import SENT, Whispers
from assistant.stopping import GoneError
from assistant.wire import Json, Said, Told

ATTEMPTS = 5
"""How often an answer is begun, those counted that ended with the process."""

ASKED_AGAIN = 2
"""How often one is begun where the owner itself says that trying again may help."""

ENDING = "ending"
"""The code of an owner that takes no more questions: the next start asks them."""

DELAYS = (1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 600.0)
"""Seconds between tries where Slack fails; somewhat less than half an hour in all."""

AT_A_TIME = 4
"""Answers that are worked on at once; the language model has a bound of its own."""

_AWAY = frozenset({"not_in_channel", "channel_not_found"})
_log = logging.getLogger(__name__)


class Answering:
    """For one event loop. `language` is that of lines to a post without words."""

    def __init__(
        self,
        asking: Asking,
        queue: Queue,
        calls: Calls,
        pace: Pace,
        whispers: Whispers,
        language: Language,
        delays: Sequence[float] = DELAYS,
    ) -> None:
        self._asking = asking
        self._queue = queue
        self._calls = calls
        self._pace = pace
        self._whispers = whispers
        self._language = language
        self._delays = delays
        self._placing = Placing(calls, queue)
        self._slots = asyncio.Semaphore(AT_A_TIME)

    def say_in(self, post: Post) -> Language:
        """The language of the asker."""
        pinned = self._asking.settings(post).language
        return pinned or (post.language if post.text else self._language)

    async def begin(self, job: Job) -> None:
        """Shows at once that the post was heard. Where that fails, it is made up for later."""
        post = job.post
        if post.kind != "message" or not post.text or job.stage != "taken":
            return
        if self._asking.settings(post).may_ask(post.user) and job.attempts < ATTEMPTS:
            try:
                await self._placing.begin(job, build_waiting(self.say_in(post)))
            except SlackError as error:
                _log.info("no placeholder for %s yet: %s", post.id, error)

    async def finish(self, job: Job) -> None:
        """To the end, over as many tries as it takes and may have.

        Raises GoneError where the server ends, and StoreError where not even what became of it can
        be written down.
        """
        delays = iter(self._delays)
        while not job.is_over:
            try:
                await self._try(job)
            except RetryableSlackError as error:
                _log.warning("Slack failed for %s: %s", job.post.id, error)
                delay = next(delays, None)
                if delay is None:
                    await self._give_up(job, SlackError("gave_up", attempts=len(self._delays) + 1))
                else:
                    await asyncio.sleep(delay)
            except SlackError as error:
                _log.error("Slack refused what answers %s: %s", job.post.id, error)
                await self._end(job, "failed")

    async def _try(self, job: Job) -> None:
        try:
            await self._answer(job)
        except (SlackError, GoneError):
            raise
        except DuociteError as error:
            if error.code == ENDING:
                raise GoneError from error
            if not error.retryable or job.attempts >= ASKED_AGAIN:
                await self._tell(job, error)
            else:
                await asyncio.sleep(self._delays[0])
        except Exception:  # noqa: BLE001  the asker is told, and the log has it
            _log.exception("answering %s failed", job.post.id)
            await self._tell(job, DuociteError("unexpected"))

    async def _answer(self, job: Job) -> None:
        post = job.post
        settings = self._asking.settings(post)
        if not settings.may_ask(post.user):
            await self._refuse(job)
        elif post.kind == "share":
            await self._share(job)
        elif not post.text:
            await self._put(job, [build_line("help", self.say_in(post))])
            await self._end(job, "done")
        else:
            build = build_answer if post.kind == "message" else build_ephemeral
            await self._put(job, build(await self._find_answer(job)))
            await self._end(job, "done")

    async def _find_answer(self, job: Job) -> Json:
        """The one that is kept, where it was answered before, else a new one."""
        if job.answer_id and (kept := await self._asking.find(job.answer_id, job.post.asker)):
            return kept
        if job.attempts >= ATTEMPTS:
            raise DuociteError("gave_up", attempts=job.attempts)
        if job.post.kind == "message":
            await self._placing.begin(job, build_waiting(self.say_in(job.post)))
        async with self._slots:
            answer = await self._ask(job)
        if answer is None:
            raise GoneError  # the server ends; it is asked again at the next start
        await self._asking.keep(job, answer)
        return answer

    async def _ask(self, job: Job) -> Json | None:
        job.attempts += 1
        await asyncio.to_thread(self._queue.save, job)
        progress = Progress(partial(self._placing.progress, job), self._pace, job.post.channel)
        said: list[Said] = []
        try:
            async for event in self._asking.ask(job):
                if isinstance(event, Told):
                    return event.answer
                said.append(event)
                if job.post.kind == "message":
                    progress.offer(build_progress(said, self.say_in(job.post)))
        finally:
            await progress.end()
        return None

    async def _share(self, job: Job) -> None:
        answer = await self._asking.find(job.post.text, job.post.asker)
        if answer is None:
            await self._whispers.send(job, [build_line("gone", self.say_in(job.post))])
            await self._end(job, "failed")
            return
        messages = build_shared(answer, job.post.user)
        if SENT in job.placed or not await self._is_placed(job, messages):
            await self._whispers.send(job, messages, in_channel=True)
        await self._end(job, "done")

    async def _is_placed(self, job: Job, messages: Sequence[Message]) -> bool:
        """False where Duocite isn't in the channel: then the click's address leads there still."""
        try:
            await self._placing.finish(job, messages)
        except SlackError as error:
            if error.details.get("reason") not in _AWAY:
                raise
            return False
        return True

    async def _refuse(self, job: Job) -> None:
        """To whoever turned to Duocite; not to those who talk on in a thread."""
        if job.post.addressed:
            await self._whispers.send(job, [build_line("not_allowed", self.say_in(job.post))])
        await self._end(job, "failed")

    async def _tell(self, job: Job, error: DuociteError) -> None:
        _log.warning("%s is not answered: %s", job.post.id, error, exc_info=error)
        await self._put(job, [build_failure(error, self.say_in(job.post))])
        await self._end(job, "failed")

    async def _give_up(self, job: Job, error: SlackError) -> None:
        try:
            await self._tell(job, error)
        except SlackError as still:
            _log.error("not even that %s fails could be said: %s", job.post.id, still)
            await self._end(job, "failed")

    async def _put(self, job: Job, messages: Sequence[Message]) -> None:
        if job.post.kind == "message":
            await self._placing.finish(job, messages)
        else:
            await self._whispers.send(job, messages)

    async def _end(self, job: Job, stage: Stage) -> None:
        job.stage = stage
        await asyncio.to_thread(self._queue.save, job)
