"""How long is waited: pauses, the server's word, and one deadline over all of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ModelError, RetryableModelError
from assistant.patience import FIRST_PAUSE_S, LONGEST_PAUSE_S, Patience, Slots, read_wait

REQUEST = httpx.Request("POST", "http://127.0.0.1/")


@dataclass
class Pauses:
    slept: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


def told(header: str) -> openai.APIStatusError:
    response = httpx.Response(429, headers={"Retry-After": header}, request=REQUEST)
    return openai.RateLimitError("no", response=response, body=None)


def limited(header: str = "") -> RetryableModelError:
    error = RetryableModelError("rate_limited", model="m", setting="DUOCITE_LLM")
    error.__cause__ = told(header) if header else None
    return error


def failing(*results: Exception | str) -> Callable[[], Awaitable[str]]:
    """A call that gives one of these each time, the last one again and again."""
    left = list(results)

    async def call() -> str:
        result = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(result, Exception):
            raise result
        return result

    return call


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("", 0.0),
        ("soon", 0.0),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 60.0),
        ("Thu, 01 Jan 1970 00:00:01 GMT", 0.0),
    ],
)
def test_a_server_says_in_seconds_or_by_a_date_when_to_come_back(
    header: str, seconds: float
) -> None:
    assert read_wait(told(header), now=40.0) == seconds


def test_only_an_answer_of_a_server_says_when_to_come_back() -> None:
    assert read_wait(None, 0.0) == read_wait(ValueError("7"), 0.0) == 0.0


def test_a_call_that_works_is_made_once() -> None:
    pauses = Pauses()
    assert asyncio.run(Patience(sleep=pauses).insist(failing("yes"))) == "yes"
    assert pauses.slept == []


def test_what_can_pass_is_tried_again() -> None:
    pauses = Pauses()
    patience = Patience(tries=4, sleep=pauses, chance=lambda: 1.0)
    assert asyncio.run(patience.insist(failing(limited(), limited(), limited(), "yes"))) == "yes"
    assert pauses.slept == [0.5, 1.0, 2.0]


def test_after_the_last_try_the_failure_is_told() -> None:
    pauses = Pauses()
    with pytest.raises(RetryableModelError, match="rate_limited"):
        asyncio.run(Patience(tries=2, sleep=pauses).insist(failing(limited(), limited(), "yes")))
    assert len(pauses.slept) == 1


def test_what_cannot_pass_is_not_tried_again() -> None:
    pauses = Pauses()
    with pytest.raises(ModelError, match="quota"):
        asyncio.run(Patience(sleep=pauses).insist(failing(ModelError("quota", model="m"), "yes")))
    assert pauses.slept == []


def test_there_is_no_pause_that_ends_after_the_deadline() -> None:
    pauses = Pauses()
    patience = Patience(deadline=10.0, sleep=pauses)
    with pytest.raises(RetryableModelError) as caught:
        asyncio.run(patience.insist(failing(limited("120"), "yes")))
    assert (caught.value.code, caught.value.details["seconds"]) == ("wait", 120)
    with pytest.raises(RetryableModelError, match="rate_limited"):
        asyncio.run(Patience(deadline=0.1, sleep=pauses).insist(failing(limited(), "yes")))
    assert pauses.slept == []


def test_a_call_that_hangs_ends_at_the_deadline() -> None:
    async def hang() -> str:
        await asyncio.sleep(30)
        return "late"

    with pytest.raises(TimeoutError):
        asyncio.run(Patience(deadline=0.05).insist(hang))


@given(st.integers(1, 40), st.floats(0, 1))
def test_pauses_are_never_longer_than_the_longest(tries: int, chance: float) -> None:
    pauses = Pauses()
    patience = Patience(tries=99, sleep=pauses, chance=lambda: chance)

    async def pause() -> None:
        await patience.pause(limited(), tries, patience.end())

    asyncio.run(pause())
    assert FIRST_PAUSE_S / 2 <= pauses.slept[0] <= LONGEST_PAUSE_S


def test_those_who_wait_for_a_place_are_served_in_order() -> None:
    served = []

    async def work(slots: Slots, name: int, end: float) -> None:
        async with slots.take("m", end):
            await asyncio.sleep(0.01)
            served.append(name)

    async def main() -> None:
        slots, end = Slots(1), asyncio.get_running_loop().time() + 5
        await asyncio.gather(*(work(slots, name, end) for name in range(5)))

    asyncio.run(main())
    assert served == [0, 1, 2, 3, 4]


def test_a_place_is_free_again_after_a_failure() -> None:
    async def main() -> None:
        slots, end = Slots(1), asyncio.get_running_loop().time() + 5
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                async with slots.take("m", end):
                    raise ZeroDivisionError

    asyncio.run(main())
