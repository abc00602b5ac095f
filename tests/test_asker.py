"""Who asks: said once at the door, known in every thread that works for them."""

from __future__ import annotations

import threading
from contextvars import copy_context

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.asker import NOBODY, asking, find_asker, make_id, name_asker, take_id


def test_outside_of_any_request_nobody_asks() -> None:
    assert find_asker() is None
    name_asker("anna")
    assert find_asker() is None


def test_whoever_asks_is_known_inside_the_block_and_not_after() -> None:
    with asking("api", request="r-1") as asker:
        assert find_asker() is asker
        assert (asker.front, asker.name, asker.request) == ("api", NOBODY, "r-1")
    assert find_asker() is None


def test_a_name_that_comes_later_is_known_to_who_began_the_request() -> None:
    with asking("api") as asker:
        name_asker("key:reports")
    assert asker.name == "key:reports"


def test_what_is_asked_within_a_request_has_the_id_of_that_request() -> None:
    with asking("api", request="r-1"), asking("chat", "anna") as inner:
        assert (inner.front, inner.name, inner.request) == ("chat", "anna", "r-1")


def test_the_outer_asker_is_there_again_after_the_inner_one() -> None:
    with asking("api") as outer:
        with asking("chat"):
            pass
        assert find_asker() is outer


def test_a_thread_that_takes_the_context_along_knows_who_asks() -> None:
    found = []
    with asking("slack", "U1"):
        context = copy_context()
    work = threading.Thread(target=context.run, args=(lambda: found.append(find_asker()),))
    work.start()
    work.join()
    assert [asker and asker.name for asker in found] == ["U1"]


@pytest.mark.parametrize(
    "given_id", ["1", "a" * 128, "0af7651916cd43dd8448eb211c80319c", "req:1/2_3.4+5=6@h-7"]
)
def test_a_sane_id_is_taken_over(given_id: str) -> None:
    assert take_id(given_id) == given_id


@pytest.mark.parametrize(
    "given_id",
    [None, "", "a" * 129, "a b", "a\nb", "a\r\nX: 1", "-a", "ü", "请求", 'a"b', "a{b", "a\x00"],
)
def test_any_other_id_is_replaced(given_id: str | None) -> None:
    assert take_id(given_id) != given_id


@given(st.text())
def test_an_id_is_always_a_header_and_one_word_of_a_line(text: str) -> None:
    found = take_id(text)
    assert found.isascii()
    assert found.isprintable()
    assert not any(sign.isspace() or sign in "\"'\\;" for sign in found)
    assert 1 <= len(found) <= 128


def test_made_ids_differ() -> None:
    assert len({make_id() for _ in range(1000)}) == 1000
