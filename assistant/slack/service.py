"""Slack beside the server: what takes requests in, and a thread with a loop that answers them."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from assistant.answers import Answers
from assistant.feedback import Feedback
from assistant.scope import Language
from assistant.settings import Settings
from assistant.slack.answering import DELAYS, Answering
from assistant.slack.asking import Asking, Asks
from assistant.slack.blocks import Message
from assistant.slack.buttons import Buttons
from assistant.slack.calls import API, Calls, open_client
from assistant.slack.channels import load_channels
from assistant.slack.intake import Intake
from assistant.slack.listeners import build_bolt
from assistant.slack.pace import EVERY_S, Pace
from assistant.slack.posts import Post, Press
from assistant.slack.queue import Queue
from assistant.slack.whispers import HOOKS, Whispers
from assistant.slack.worker import Worker
from assistant.state import State
from assistant.streaming import Workers

GRACE_S = 8.0
"""Seconds that answers in hand are given to end; the others are taken up at the next start."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """Where Slack is, and how patient to be with it; the default is Slack's own place."""

    api: str = API
    hooks: str = HOOKS
    delays: Sequence[float] = DELAYS
    progress_s: float = EVERY_S


class Slack:
    """Answers from the start of its block to the end; its listeners may be called in any loop."""

    def __init__(
        self,
        owner: Asks,
        workers: Workers,
        state: State,
        settings: Settings,
        place: Place | None = None,
    ) -> None:
        self._settings = settings
        self._place = place or Place()
        self._queue = Queue(state)
        self._answers = Answers(state)
        self._feedback = Feedback(state)
        channels = load_channels(settings.slack_channels)
        self._asking = Asking(owner, workers, self._queue, self._answers, channels)
        self.bolt = build_bolt(self)
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._run, name="slack", daemon=True)
        self._error: BaseException | None = None

    def __enter__(self) -> Slack:
        self._intake = Intake(self._queue.keep, self._tell)
        self._thread.start()
        self._begun.wait()
        if self._error:
            self._intake.close()
            raise self._error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """What was taken is kept; what is in hand ends, if that doesn't take long."""
        self._intake.close()
        self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join()

    async def take(self, post: Post) -> bool:
        return await self._intake.take(post)

    async def rate(self, press: Press) -> Message:
        return await self._buttons.rate(press)

    async def reply(self, press: Press, message: Message) -> None:
        await self._buttons.reply(press, message)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop)

    def say_in(self, post: Post) -> Language:
        return self._answering.say_in(post)

    def _tell(self) -> None:
        self._loop.call_soon_threadsafe(self._worker.wake)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:  # noqa: BLE001  it is raised where it was started
            _log.exception("Slack is no longer answered")
            self._error = error
        finally:
            self._begun.set()

    async def _serve(self) -> None:
        token = _reveal(self._settings.slack_bot_token)
        async with open_client(token, self._place.api) as client:
            self._build(client)
            self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
            self._begun.set()
            async with self._connected():
                running = asyncio.create_task(self._worker.run())
                await self._ending.wait()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await self._worker.end(GRACE_S)

    def _build(self, client: AsyncWebClient) -> None:
        language, pace = self._settings.interface_language, Pace(self._place.progress_s)
        calls = Calls(client, pace)
        whispers = Whispers(calls, self._queue, self._place.hooks)
        self._answering = Answering(
            self._asking, self._queue, calls, pace, whispers, language, self._place.delays
        )
        self._worker = Worker(self._queue, self._answering)
        self._buttons = Buttons(self._queue, self._answers, self._feedback, whispers, language)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[None]:
        """With a connection of our own to Slack, where there is a token for it."""
        if self._settings.slack_app_token is None:
            yield
            return
        client = AsyncWebClient(base_url=self._place.api)
        token = _reveal(self._settings.slack_app_token)
        handler = AsyncSocketModeHandler(self.bolt, token, web_client=client)
        connecting = asyncio.create_task(handler.connect_async())
        try:
            yield
        finally:
            connecting.cancel()
            await handler.close_async()


def _reveal(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
