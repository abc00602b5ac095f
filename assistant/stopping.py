"""Whether anybody still wants an answer: said by who waits for it, asked by who works on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from assistant.errors import DuociteError


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


@contextmanager
def stop_also_when(is_over: Callable[[], bool]) -> Iterator[Callable[[], bool]]:
    """The same for a further reason; gives what says whether the reasons from before hold."""
    before = _is_gone.get()
    with stop_when(lambda: before() or is_over()):
        yield before


def check_wanted() -> None:
    """Raises GoneError if nobody waits for what is being done."""
    if _is_gone.get()():
        raise GoneError


def name_failure(error: BaseException) -> str:
    """The code of what ended some work: "gone" where nobody waits for it, "unexpected" for a fault.

    There are a few hundred of them, and none is made of a text.
    """
    if isinstance(error, DuociteError):
        return f"{error.name}.{error.code}"
    return "gone" if isinstance(error, GoneError | GeneratorExit) else "unexpected"
