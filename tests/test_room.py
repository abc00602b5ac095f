from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from assistant.room import REMOTE, Room, build_room
from assistant.settings import Settings
from assistant.stopping import GoneError, stop_when


class Crowd:
    """Threads that enter a room one after the other, and leave it when they are told to."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.inside: list[int] = []
        self._leave: dict[int, threading.Event] = {}
        self._threads: dict[int, threading.Thread] = {}

    def send(
        self, name: int, is_gone: Callable[[], bool] = lambda: False, *, again: bool = False
    ) -> None:
        self._leave[name] = threading.Event()
        self._threads[name] = threading.Thread(target=self._stay, args=(name, is_gone, again))
        self._threads[name].start()
        time.sleep(0.05)

    def call_out(self, name: int) -> None:
        self._leave[name].set()
        self._threads[name].join(5)
        assert not self._threads[name].is_alive()
        time.sleep(0.05)

    def _stay(self, name: int, is_gone: Callable[[], bool], again: bool) -> None:
        try:
            with stop_when(is_gone), self.room.enter(again=again):
                self.inside.append(name)
                self._leave[name].wait(5)
        except GoneError:
            self.inside.append(-name)


def test_as_many_are_inside_as_there_are_places() -> None:
    crowd = Crowd(Room(2))
    for name in (1, 2, 3):
        crowd.send(name)
    assert crowd.inside == [1, 2]
    crowd.call_out(1)
    assert crowd.inside == [1, 2, 3]
    crowd.call_out(2)
    crowd.call_out(3)


def test_who_comes_first_enters_first_and_nobody_overtakes() -> None:
    crowd = Crowd(Room(1))
    for name in (1, 2, 3, 4):
        crowd.send(name)
    for name in (1, 2, 3, 4):
        crowd.call_out(name)
    assert crowd.inside == [1, 2, 3, 4]


def test_who_was_inside_before_is_next() -> None:
    crowd = Crowd(Room(1))
    crowd.send(1)
    crowd.send(2)
    crowd.send(3, again=True)
    for name in (1, 3, 2):
        crowd.call_out(name)
    assert crowd.inside == [1, 3, 2]


def test_who_is_no_longer_wanted_leaves_the_line() -> None:
    crowd, gone = Crowd(Room(1)), threading.Event()
    crowd.send(1)
    crowd.send(2, gone.is_set)
    crowd.send(3)
    gone.set()
    time.sleep(0.3)
    assert crowd.inside == [1, -2]
    crowd.call_out(1)
    assert crowd.inside == [1, -2, 3]
    crowd.call_out(3)


def test_a_failure_inside_leaves_the_place_to_others() -> None:
    room = Room(1)
    with pytest.raises(ValueError, match="inside"), room.enter():
        raise ValueError("inside")
    crowd = Crowd(room)
    crowd.send(1)
    assert crowd.inside == [1]
    crowd.call_out(1)


def test_whose_turn_comes_as_they_give_up_passes_it_on() -> None:
    room = Room(1)
    with room.enter():
        turn = threading.Event()
        room._waiting.append(turn)
    assert turn.is_set()
    room._give_up(turn)
    with room.enter():
        pass


def test_an_embedding_over_a_network_leaves_room_for_more() -> None:
    remote = Settings(_env_file=None, embedding="openai:text-embedding-3-small")
    assert build_room(remote)._free == REMOTE
    assert build_room(Settings(_env_file=None))._free < REMOTE
