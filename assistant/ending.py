"""How a server ends: it takes no more questions and lets those at hand be answered."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.questions import Questions
from assistant.serving import Serving

BACK_IN_S = 10.0
"""When those who come meanwhile are told to try again: another server may be there by then."""

_log = logging.getLogger(__name__)


def wait_for_end(serving: Serving, questions: Questions, grace: float) -> None:
    """Until the server ends, or a signal comes and the questions at hand are answered.

    They have `grace` seconds. Those who only hold a connection open aren't waited for; a second
    signal ends the wait and whatever goes on.
    """
    with _signals_raised():
        try:
            serving.wait()
        except KeyboardInterrupt:
            _log.info("the server was told to end", extra={"fields": {"questions": questions.many}})
        else:
            return
        questions.close(BACK_IN_S)
        try:
            if not questions.wait(grace):
                _log.warning("the server ends with %d questions unanswered", questions.many)
        except KeyboardInterrupt:
            _log.warning("told once more: the server ends at once")
            serving.hurry()


@contextmanager
def _signals_raised() -> Iterator[None]:
    """Both ways to end a server are ordinary: what it holds is let go of in order."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
