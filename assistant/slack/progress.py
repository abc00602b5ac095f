"""An answer that grows in Slack while it is checked: the newest state, as often as Slack likes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from assistant.errors import SlackError
from assistant.slack.blocks import Message
from assistant.slack.calls import UPDATE
from assistant.slack.pace import Pace

Show = Callable[[Message, int], Awaitable[None]]
_log = logging.getLogger(__name__)


class Progress:
    """Shows what it is given last, one turn after the other. What fails to be shown is left out:
    the whole answer follows."""

    def __init__(self, show: Show, pace: Pace, channel: str) -> None:
        self._show = show
        self._pace = pace
        self._channel = channel
        self._next: Message | None = None
        self._step = 0
        self._waiting: asyncio.Task[None] | None = None
        self._showing: asyncio.Task[None] | None = None

    def offer(self, message: Message) -> None:
        self._next = message
        if self._waiting is None:
            self._waiting = asyncio.create_task(self._run())

    async def end(self) -> None:
        """Nothing comes after this: what is on its way has come, so that it can't overtake the
        answer; what waits is left out."""
        self._next = None
        if self._waiting is not None and self._showing is None:
            self._waiting.cancel()
        if self._waiting is not None:
            await asyncio.gather(self._waiting, return_exceptions=True)

    async def _run(self) -> None:
        while self._next is not None:
            await self._pace.turn(self._channel)
            message, self._next = self._next, None
            if message is None or self._pace.is_held(UPDATE):
                continue
            self._step += 1
            self._showing = asyncio.create_task(self._try(message))
            await self._showing
            self._showing = None
        self._waiting = None

    async def _try(self, message: Message) -> None:
        try:
            await self._show(message, self._step)
        except SlackError as error:
            _log.info("progress not shown: %s", error)
