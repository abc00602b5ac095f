"""How long a model is waited for: one deadline over queueing, tries and pauses between them."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TypeVar

import openai

from assistant.errors import RetryableModelError

Result = TypeVar("Result")

# Pauses double from the first on; a half to the whole of each is waited, by chance, so that many
# who failed together don't come back together.
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 8.0


@dataclass(frozen=True, slots=True)
class Patience:
    """`deadline` (seconds) bounds all that one call takes, of which `tries` may be made.

    Time, sleep and chance can be replaced, `now` being the clock on the wall.
    """

    deadline: float = 120.0
    tries: int = 3
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    now: Callable[[], float] = time.time
    chance: Callable[[], float] = random.random

    def end(self) -> float:
        """When the time of a call that begins now is over, by the loop's clock."""
        return asyncio.get_running_loop().time() + self.deadline

    async def pause(self, error: RetryableModelError, tries: int, end: float) -> None:
        """Wait after so many failed tries, as long as the server says or longer each time.

        Raises `error` if that was the last one or if there is no time for another, or "wait"
        if the server says to come back later than `end`.
        """
        if tries >= self.tries:
            raise error
        asked = read_wait(error.__cause__, self.now())
        pause = max(asked, self._backoff(tries))
        if asyncio.get_running_loop().time() + pause < end:
            await self.sleep(pause)
        elif asked:
            raise RetryableModelError("wait", **error.details, seconds=round(asked)) from error
        else:
            raise error

    async def insist(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """What `call` gives, tried again as long as that can help; raises ModelError.

        A call that is still at work at the deadline is ended with TimeoutError.
        """
        end = self.end()
        tries = 0
        while True:
            tries += 1
            try:
                async with asyncio.timeout_at(end):
                    return await call()
            except RetryableModelError as error:
                await self.pause(error, tries, end)

    def _backoff(self, tries: int) -> float:
        whole = min(FIRST_PAUSE_S * 2.0 ** (tries - 1), LONGEST_PAUSE_S)
        return whole * (1 + self.chance()) / 2


class Slots:
    """So many calls at a time; the others wait in the order in which they came."""

    def __init__(self, many: int) -> None:
        self.many = many
        self._free = asyncio.Semaphore(many)

    @asynccontextmanager
    async def take(self, model: str, end: float) -> AsyncIterator[None]:
        """One of them for the block; raises RetryableModelError "busy" if none is free by `end`."""
        try:
            async with asyncio.timeout_at(end):
                await self._free.acquire()
        except TimeoutError as error:
            raise RetryableModelError("busy", model=model, slots=self.many) from error
        try:
            yield
        finally:
            self._free.release()


def read_wait(cause: BaseException | None, now: float) -> float:
    """Seconds that a server asked to be left alone, in its header Retry-After; 0 if it didn't.

    The header holds seconds or a date (RFC 9110, 10.2.3).
    """
    if not isinstance(cause, openai.APIStatusError):
        return 0.0
    said = cause.response.headers.get("retry-after", "")
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - now)
    except ValueError:
        return 0.0
