"""A page has one question in work."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

from assistant.streaming import Workers
from tests.web.parts import with_loop


def open_turns() -> Any:
    def build() -> Any:
        from assistant.web.turns import Turns

        return Turns()

    return with_loop(build)


ONE: Any = SimpleNamespace(request=None, session_hash="one")
OTHER: Any = SimpleNamespace(request=None, session_hash="other")


class Watched(Workers):
    def __init__(self) -> None:
        super().__init__()
        self.ended = threading.Event()

    def close(self, wait: float = 5.0) -> None:
        self.ended.set()
        super().close(wait)


def test_the_next_question_of_a_page_ends_the_one_before(monkeypatch: Any) -> None:
    turns = open_turns()
    monkeypatch.setattr("assistant.web.turns.Workers", Watched)
    first, beside = turns.take(ONE), turns.take(OTHER)
    second = turns.take(ONE)
    assert first.ended.is_set()
    assert not second.ended.is_set()
    assert not beside.ended.is_set()


def test_a_closed_page_waits_for_nothing(monkeypatch: Any) -> None:
    turns = open_turns()
    monkeypatch.setattr("assistant.web.turns.Workers", Watched)
    turns.end(ONE)  # it had asked nothing
    asked, beside = turns.take(ONE), turns.take(OTHER)
    turns.end(ONE)
    assert asked.ended.is_set()
    assert not beside.ended.is_set()
    assert turns.take(ONE) is not asked
