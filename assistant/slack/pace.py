"""How often Slack is called: what it told to wait for waits, and what only shows progress is rare.

Slack takes about one message a second and channel, short bursts let by, and some fifty changes of
messages a minute (docs.slack.dev, rate limits); beyond that it says 429 and when to come back. What
has to be said is said at once, and again when Slack says so; what is soon out of date gets one turn
a second in its channel, and none while Slack wants rest.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

EVERY_S = 1.0
"""Seconds between two changes of one channel's messages that only show progress."""


class Pace:
    """For one event loop. `key` is what Slack counts together: a method, or one of a channel."""

    def __init__(self, every: float = EVERY_S, now: Callable[[], float] = time.monotonic) -> None:
        self._every = every
        self._now = now
        self._turns: dict[str, float] = {}
        self._held: dict[str, float] = {}

    def hold(self, key: str, seconds: float) -> None:
        """Slack wants none of these for a while."""
        self._held[key] = max(self._held.get(key, 0.0), self._now() + seconds)

    async def ready(self, key: str) -> None:
        """Until Slack takes this again."""
        while (left := self._held.get(key, 0.0) - self._now()) > 0:
            await asyncio.sleep(left)
        self._held.pop(key, None)

    def is_held(self, key: str) -> bool:
        return self._held.get(key, 0.0) > self._now()

    async def turn(self, channel: str) -> None:
        """Until it is this one's turn to show progress; those that wait come one after another."""
        now = self._now()
        self._turns = {one: end for one, end in self._turns.items() if end > now}
        mine = self._turns.get(channel, now)
        self._turns[channel] = mine + self._every
        await asyncio.sleep(mine - now)
