"""Whether anybody still wants an answer: said by who waits for it, asked by who works on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class GoneError(Exception):
    """Whoever asked doesn't listen any more."""


_is_gone: ContextVar[Callable[[], bool]] = ContextVar("is_gone", default=lambda: False)


@contextmanager
def stop_when(is_gone: Callable[[], bool]) -> Iterator[None]:
    """What waits for a model inside the block looks at `is_gone`, which any thread may answer."""
    token = _is_gone.set(is_gone)
    try:
        yield
    finally:
        _is_gone.reset(token)


def check_wanted() -> None:
    """Raises GoneError if nobody waits for what is being done."""
    if _is_gone.get()():
        raise GoneError
