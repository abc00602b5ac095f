"""Room for so many at work at a time: whoever comes while it is full waits, first come first in.

What an answer computes keeps a processor busy. Were twenty of them computed at once on two, all
twenty would be there at the end; in turn, half are there in half of the time and none comes later.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.settings import Settings
from assistant.stopping import check_wanted

REMOTE = 16
"""Places where the embedding is asked over a network: who waits for that needs no processor."""

_LOOK = 0.1
"""Seconds after which who waits looks whether anybody still wants what it waits for."""


class Room:
    """Threads share it. Nobody enters twice: who is inside and waits for a place waits for ever."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def enter(self, *, again: bool = False) -> Iterator[None]:
        """A place until the end of the block. GoneError where nobody wants the work any more. Who
        was inside before and goes on with the same (`again`) is next."""
        self._take(again)
        try:
            yield
        finally:
            with self._lock:
                self._pass_on()

    def _take(self, again: bool) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn = threading.Event()
            (self._waiting.appendleft if again else self._waiting.append)(turn)
        try:
            while not turn.wait(_LOOK):
                check_wanted()
        except BaseException:
            self._give_up(turn)
            raise

    def _give_up(self, turn: threading.Event) -> None:
        with self._lock:
            if turn.is_set():  # it had got a place meanwhile
                self._pass_on()
            else:
                self._waiting.remove(turn)

    def _pass_on(self) -> None:
        """To whoever waits longest. Those who come don't overtake: the place is never free then."""
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._free += 1


def build_room(settings: Settings) -> Room:
    """With a place for each processor."""
    return Room(REMOTE if settings.embedding_choice else os.cpu_count() or 1)
