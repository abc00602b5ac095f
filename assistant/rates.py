"""How many requests a key and an address may send; whoever is over that is told when to come back.

Counted in memory, by a window that moves: the count is never wrong, and neither is the moment from
which another request is taken. A server that starts again starts from nothing.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from limits import RateLimitItem, RateLimitItemPerMinute, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from assistant.errors import RetryableRequestError, SettingsError
from assistant.proxies import read_address

OFF = "off"
RATE_KEY = "300/minute"
RATE_ADDRESS = "600/minute"
"""More than anybody reads and than two processors answer; an office may sit behind an address."""

WRONG = 30
"""Keys that aren't known, from one address within a quarter of an hour. Sent again, the same one
counts once: a program whose key was revoked doesn't shut out its neighbours, while guessing takes
a new one each time."""

LARGEST_RATE = 100_000
"""Each request of a window is kept."""

MOST_QUESTIONS = 100
"""Questions at a time: each has a thread, and waits in it for its turn at a processor or a model.
Who would be the next waits less by coming back."""

FULL_WAIT = 5
"""Seconds after which to come back."""

KEPT = 5_000
"""Counters at a time; the one that was used longest ago goes first."""

Limits = tuple[RateLimitItem, ...]

_WRONG = RateLimitItemPerMinute(WRONG, 15)
_ONCE = RateLimitItemPerMinute(1, 15)


class Left(NamedTuple):
    """Of one window: how many requests it takes, how many are left, seconds until the oldest one
    has left it."""

    limit: int
    remaining: int
    reset: int

    def to_headers(self) -> dict[str, str]:
        """As the drafts of the IETF's RateLimit header fields had them up to the seventh, which is
        what programs read."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }


@dataclass(frozen=True, slots=True)
class RateSettings:
    """What is taken from a key and from an address; `everybody` limits programs of this machine
    that need no key, too."""

    key: Limits
    address: Limits
    everybody: bool = False


def parse_rates(key: str, address: str | None) -> RateSettings:
    """SettingsError "rate". Without a word on addresses, those who need no key aren't counted:
    they sit at the machine, whose processor is theirs anyway, and evals ask by the hundred."""
    limits = parse_rate("DUOCITE_RATE_ADDRESS", address or RATE_ADDRESS)
    return RateSettings(parse_rate("DUOCITE_RATE_KEY", key), limits, address is not None)


def parse_rate(name: str, text: str) -> Limits:
    """`60/minute`, `10/second; 1000/day`, or `off`."""
    if text.strip().lower() == OFF:
        return ()
    try:
        items = tuple(parse_many(text))
    except ValueError as error:
        raise SettingsError("rate", name=name, value=text) from error
    if not all(0 < item.amount <= LARGEST_RATE for item in items):
        raise SettingsError("rate", name=name, value=text)
    return items


class Rates:
    """Counts for one server."""

    def __init__(self, settings: RateSettings | None = None) -> None:
        self.settings = settings or parse_rates(RATE_KEY, None)
        self._storage = MemoryStorage()
        self._windows = MovingWindowRateLimiter(self._storage)
        self._used: OrderedDict[tuple[str, ...], Limits] = OrderedDict()

    def take_address(self, address: str) -> Left | None:
        """Count a request; RequestError "rate" where there were too many, and that isn't counted.
        None where there is no limit."""
        return self._take(self.settings.address, "address", fold_address(address))

    def take_key(self, number: int) -> Left | None:
        return self._take(self.settings.key, "key", str(number))

    def check_wrong(self, address: str) -> None:
        """RequestError "wrong_keys" where too many of them came from there: a right one isn't
        looked at either then, for the answer would tell a guess that hit."""
        who = ("wrong", fold_address(address))
        if not self._windows.test(_WRONG, *who):
            raise RetryableRequestError("wrong_keys", seconds=self._find_wait(_WRONG, who))

    def note_wrong(self, address: str, digest: str) -> None:
        """A key that isn't known, by a digest of it."""
        who = ("wrong", fold_address(address))
        if self._windows.hit(_ONCE, *who, digest):
            self._windows.hit(_WRONG, *who)
            self._keep((*who, digest), (_ONCE,))
            self._keep(who, (_WRONG,))

    def _take(self, items: Limits, *who: str) -> Left | None:
        """From all windows or from none."""
        for item in items:
            if not self._windows.test(item, *who):
                seconds = self._find_wait(item, who)
                raise RetryableRequestError("rate", limit=item.amount, seconds=seconds)
        for item in items:
            self._windows.hit(item, *who)
        self._keep(who, items)
        return min((self._find_left(item, who) for item in items), key=_tightness, default=None)

    def _find_wait(self, item: RateLimitItem, who: tuple[str, ...]) -> int:
        """Whole seconds after which the oldest request of a full window has left it."""
        stats = self._windows.get_window_stats(item, *who)
        return max(1, math.floor(stats.reset_time - time.time()) + 1)

    def _find_left(self, item: RateLimitItem, who: tuple[str, ...]) -> Left:
        remaining = self._windows.get_window_stats(item, *who).remaining
        return Left(item.amount, max(0, remaining), self._find_wait(item, who))

    def _keep(self, who: tuple[str, ...], items: Limits) -> None:
        """So many counters at a time: the storage never lets go of one by itself."""
        self._used[who] = items
        self._used.move_to_end(who)
        while len(self._used) > KEPT:
            oldest, limits = self._used.popitem(last=False)
            for item in limits:
                name = item.key_for(*oldest)
                with self._storage.locks[name]:  # its own thread may be at it
                    self._storage.clear(name)


class Crowd:
    """The questions that are at work or wait, in one event loop."""

    def __init__(self, places: int = MOST_QUESTIONS) -> None:
        self._free = places

    @contextmanager
    def enter(self) -> Iterator[None]:
        """A place until the end of the block; RequestError "full" if there is none."""
        if not self._free:
            raise RetryableRequestError("full", seconds=FULL_WAIT)
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


def fold_address(address: str) -> str:
    """A home has a whole /64 of IPv6 to itself, so that counts as one."""
    number = read_address(address)
    if isinstance(number, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((number, 64), strict=False))
    return str(number or address)


def _tightness(left: Left) -> tuple[int, int]:
    return left.remaining, -left.reset
