"""Which time a question is being asked, for those further down who must tell it from the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_attempt: ContextVar[int] = ContextVar("attempt", default=1)


@contextmanager
def begin_attempt(number: int) -> Iterator[None]:
    """What is asked inside the block is asked for the `number`th time, counted from 1."""
    token = _attempt.set(number)
    try:
        yield
    finally:
        _attempt.reset(token)


def find_attempt() -> int:
    return _attempt.get()
