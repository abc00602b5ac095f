"""What only one user sees: replies to a command or a click, by the address that came with it.

Slack takes five replies at such an address, for half an hour; what goes beyond comes as a message
of its own, for the user's eyes in the channel or, where Duocite isn't in it, in their direct
messages. Nobody can look for a reply that was lost on the way: it is sent again, since to miss an
answer is worse than to see it twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import aiohttp
from slack_sdk.webhook.async_client import AsyncWebhookClient

from assistant.errors import RetryableSlackError, SlackError
from assistant.slack.blocks import Message
from assistant.slack.calls import TIMEOUT, Calls, read_wait
from assistant.slack.queue import Job, Queue

HOOKS = "https://hooks.slack.com/"
"""Where such addresses lead; nothing is sent to another, whoever signed the request."""

BUDGET = 5
VALID = timedelta(minutes=29)
"""A minute less than Slack says, for the clocks."""

SENT = "sent"
_log = logging.getLogger(__name__)


class Whispers:
    """Raises SlackError and RetryableSlackError as `Calls`, and StoreError."""

    def __init__(self, calls: Calls, queue: Queue, hooks: str = HOOKS) -> None:
        self._calls = calls
        self._queue = queue
        self._hooks = hooks

    async def send(
        self, job: Job, messages: Sequence[Message], *, in_channel: bool = False
    ) -> None:
        """All messages of an answer, those that were sent before left out; `in_channel` to all
        who are in it, which only the address can do where Duocite isn't."""
        for part, message in enumerate(messages):
            if len(job.placed) > part and job.placed[part] is not None:
                continue
            if len(job.placed) == part:
                job.placed.append(None)
            await self._send(job, message, in_channel)
            job.placed[part] = SENT
            await asyncio.to_thread(self._queue.save, job)

    async def answer(self, url: str, message: Message, *, replace: bool = False) -> bool:
        """One reply to a click; whether Slack took it."""
        if not url.startswith(self._hooks):
            return False
        kind = {"replace_original": True} if replace else {"response_type": "ephemeral"}
        return await _post(url, {**message.to_json(), "replace_original": False, **kind})

    async def _send(self, job: Job, message: Message, in_channel: bool) -> None:
        if await self._reply(job, message, in_channel):
            return
        if in_channel:
            raise SlackError("refused", reason="not_in_channel")
        post = job.post
        try:
            await self._calls.whisper(post.channel, post.user, message)
        except RetryableSlackError:
            raise
        except SlackError as error:
            _log.info("%s isn't reached in %s: %s", post.user, post.channel, error)
            await self._calls.post(post.user, message)

    async def _reply(self, job: Job, message: Message, in_channel: bool) -> bool:
        """False where the address is used up, or none."""
        if not self._is_open(job):
            return False
        job.uses += 1
        await asyncio.to_thread(self._queue.save, job)
        kind = "in_channel" if in_channel else "ephemeral"
        body = {**message.to_json(), "response_type": kind, "replace_original": False}
        return await _post(job.post.response_url, body)

    def _is_open(self, job: Job) -> bool:
        known = job.post.response_url.startswith(self._hooks)
        return known and job.uses < BUDGET and datetime.now(UTC) - job.created < VALID


async def _post(url: str, body: dict[str, object]) -> bool:
    """Whether Slack took it; the address itself is a secret and stays out of all that is said."""
    client = AsyncWebhookClient(url, timeout=TIMEOUT, retry_handlers=[])
    try:
        response = await client.send_dict(body)
    except (aiohttp.ClientError, OSError) as error:
        raise RetryableSlackError("unreachable", reason=type(error).__name__) from error
    if response.status_code == 429:
        wait = read_wait(dict(response.headers).get("Retry-After"))
        raise RetryableSlackError("busy", seconds=round(wait))
    if response.status_code >= 500:
        raise RetryableSlackError("fault", reason=response.status_code)
    return response.status_code == 200
