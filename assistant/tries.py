"""How often somebody may try a password: so often that a slip costs nothing, and guessing does."""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from assistant.errors import RequestError

WINDOW = 15 * 60.0
"""Seconds for which a failed try counts."""

MOST = {"both": 5, "address": 30, "name": 50}
"""Failed tries within the window: of one name from one address; of all names from one address,
behind which an office may sit; of one name from anywhere."""

KEPT = 20_000
"""Counters at a time; the one that was used longest ago goes first."""

_Key = tuple[str, ...]


class Tries:
    """Counts a try before it is made, so that many at once are counted as well."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: OrderedDict[_Key, list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, name: str, address: str) -> None:
        """Count a try; RequestError "tries" with the minutes to wait where there were too many,
        and that isn't counted."""
        now = self._clock()
        keys = _keys(name, address)
        with self._lock:
            wait = max(self._find_wait(key, now) for key in keys)
            if wait > 0:
                raise RequestError("tries", minutes=math.ceil(wait / 60))
            for key in keys:
                self._times.setdefault(key, []).append(now)
                self._times.move_to_end(key)
            while len(self._times) > KEPT:
                self._times.popitem(last=False)

    def succeed(self, name: str, address: str) -> None:
        """It was the right password: what failed before was a slip of the same person."""
        both, *others = _keys(name, address)
        with self._lock:
            self._times.pop(both, None)
            for key in others:
                if times := self._times.get(key):
                    times.pop()

    def _find_wait(self, key: _Key, now: float) -> float:
        """Seconds until another try is open."""
        kept = [then for then in self._times.get(key, []) if now - then < WINDOW]
        if not kept:
            self._times.pop(key, None)
            return 0.0
        self._times[key] = kept
        most = MOST[key[0]]
        return kept[-most] + WINDOW - now if len(kept) >= most else 0.0


def _keys(name: str, address: str) -> tuple[_Key, _Key, _Key]:
    folded, place = name.casefold(), _fold_address(address)
    return ("both", folded, place), ("address", place), ("name", folded)


def _fold_address(address: str) -> str:
    """A home has a whole /64 of IPv6 to itself, so that counts as one."""
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(number, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((number, 64), strict=False))
    return address
