from __future__ import annotations

import pytest

from assistant import sessions
from assistant.sessions import IDLE, LONGEST, Sessions
from assistant.users import User
from tests.support.clock import Clock

ANNA = User("anna", "editor", "$hash of anna")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(clock: Clock) -> Sessions:
    return Sessions(clock)


def test_a_token_finds_its_session_and_no_other_does(opened: Sessions) -> None:
    token = opened.begin(ANNA)
    found = opened.find(token)
    assert found is not None
    assert (found.name, found.hash) == ("anna", ANNA.hash)
    for other in ("", token[:-1], token + "x", token.upper(), "\ud800"):
        assert opened.find(other) is None


def test_each_begins_with_a_token_of_its_own_that_nobody_guesses(opened: Sessions) -> None:
    tokens = {opened.begin(ANNA) for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 40


def test_what_is_used_goes_on_and_what_is_idle_ends(opened: Sessions, clock: Clock) -> None:
    token = opened.begin(ANNA)
    clock.now += IDLE - 1
    assert opened.find(token)
    clock.now += IDLE - 1
    assert opened.find(token)
    clock.now += IDLE + 1
    assert opened.find(token) is None
    clock.now -= IDLE
    assert opened.find(token) is None


def test_it_ends_however_much_it_is_used(opened: Sessions, clock: Clock) -> None:
    token = opened.begin(ANNA)
    begun = clock.now
    while clock.now - begun + IDLE / 2 <= LONGEST:
        clock.now += IDLE / 2
        assert opened.find(token)
    clock.now += IDLE / 2
    assert opened.find(token) is None


def test_who_signs_out_is_out_and_others_stay(opened: Sessions) -> None:
    one, two = opened.begin(ANNA), opened.begin(ANNA)
    opened.end(one)
    opened.end("a token of nobody")
    assert opened.find(one) is None
    assert opened.find(two)


def test_they_do_not_pile_up(opened: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "KEPT", 3)
    first, second, third = (opened.begin(ANNA) for _ in range(3))
    opened.find(first)
    opened.begin(ANNA)
    assert opened.find(second) is None
    assert opened.find(first)
    assert opened.find(third)


def test_no_token_is_kept(opened: Sessions) -> None:
    token = opened.begin(ANNA)
    assert token not in repr(vars(opened))
    assert ANNA.hash not in repr(vars(opened))
