"""Posts at work: which are taken up, in what order, and what becomes of one that fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from assistant.errors import StoreError
from assistant.slack import worker as module
from assistant.slack.posts import Post
from assistant.slack.queue import Job
from assistant.slack.worker import Worker
from assistant.stopping import GoneError


def build_job(number: int, talk: str = "t") -> Job:
    ts = f"1.{number:06}"
    return Job(Post(f"Ev{number}", "message", "T", "C", "U", ts, talk, "How much?"))


class Rows:
    """A queue in memory."""

    def __init__(self, *jobs: Job) -> None:
        self.jobs = list(jobs)
        self.pruned = 0
        self.error: Exception | None = None

    def unfinished(self, limit: int) -> list[Job]:
        error, self.error = self.error, None
        if error:
            raise error
        left = [job for job in self.jobs if not job.is_over]
        return sorted(left, key=lambda job: job.post.ts)[:limit]

    def prune(self) -> None:
        self.pruned += 1


class Hands:
    """Finishes each post once `gate` is open; notes how many it holds at once."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.at_once: list[set[str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.errors: list[BaseException] = []
        self._held: set[str] = set()

    async def begin(self, job: Job) -> None:
        self.begun.append(job.post.id)

    async def finish(self, job: Job) -> None:
        self._held.add(job.post.id)
        self.at_once.append({*self._held})
        await self.gate.wait()
        self._held.discard(job.post.id)
        if self.errors:
            raise self.errors.pop()
        job.stage = "done"
        self.ended.append(job.post.id)


def run(
    rows: Rows, work: Callable[[Worker, Hands], Coroutine[Any, Any, None]], most: int = 256
) -> Hands:
    async def inside() -> Hands:
        hands = Hands()
        worker = Worker(rows, hands, most)  # type: ignore[arg-type]
        running = asyncio.create_task(worker.run())
        async with asyncio.timeout(10):
            await work(worker, hands)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await worker.end(0.0)
        return hands

    return asyncio.run(inside())


async def until(happened: Callable[[], bool]) -> None:
    while not happened():
        await asyncio.sleep(0.001)


def test_one_talk_is_answered_in_order_one_at_a_time_all_heard_at_once() -> None:
    rows = Rows(*(build_job(number) for number in (3, 1, 2)))

    async def work(worker: Worker, hands: Hands) -> None:
        hands.gate.clear()
        await until(lambda: len(hands.begun) == 3 and bool(hands.at_once))
        hands.gate.set()
        await until(lambda: len(hands.ended) == 3)

    hands = run(rows, work)
    assert hands.ended == ["Ev1", "Ev2", "Ev3"]
    assert all(len(held) == 1 for held in hands.at_once)


def test_what_comes_later_and_was_said_earlier_goes_first_of_those_that_wait() -> None:
    rows = Rows(build_job(1), build_job(5))

    async def work(worker: Worker, hands: Hands) -> None:
        hands.gate.clear()
        await until(lambda: bool(hands.at_once))
        rows.jobs.append(build_job(3))
        worker.wake()
        await until(lambda: "Ev3" in hands.begun)
        hands.gate.set()
        await until(lambda: len(hands.ended) == 3)

    assert run(rows, work).ended == ["Ev1", "Ev3", "Ev5"]


def test_talks_do_not_wait_for_each_other() -> None:
    rows = Rows(build_job(1, "a"), build_job(2, "b"))

    async def work(worker: Worker, hands: Hands) -> None:
        hands.gate.clear()
        await until(lambda: {"Ev1", "Ev2"} in hands.at_once)
        hands.gate.set()
        await until(lambda: len(hands.ended) == 2)

    run(rows, work)


def test_no_more_are_in_hand_than_may_be_and_the_others_follow() -> None:
    rows = Rows(*(build_job(number, str(number)) for number in range(9)))

    async def work(worker: Worker, hands: Hands) -> None:
        hands.gate.clear()
        await until(lambda: len(hands.begun) == 3)
        worker.wake()
        await asyncio.sleep(0.02)
        assert len(hands.begun) == 3
        hands.gate.set()
        await until(lambda: len(hands.ended) == 9)

    assert max(map(len, run(rows, work, most=3).at_once)) == 3


@pytest.mark.parametrize("error", [GoneError(), StoreError("disk_full"), ValueError("bug")])
def test_one_that_fails_is_left_alone_for_a_while_and_taken_up_again(
    error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REST_S", 0.05)
    rows = Rows(build_job(1, "a"), build_job(2, "b"))

    async def work(worker: Worker, hands: Hands) -> None:
        hands.errors.append(error)
        await until(lambda: len(hands.ended) == 1)
        assert hands.begun == ["Ev1", "Ev2"]
        await until(lambda: len(hands.ended) == 2)

    assert len(run(rows, work).begun) == 3


def test_a_disk_that_cannot_be_read_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REST_S", 0.01)
    rows = Rows(build_job(1))
    rows.error = StoreError("state_busy", path="state.db")

    async def work(worker: Worker, hands: Hands) -> None:
        await until(lambda: hands.ended == ["Ev1"])

    run(rows, work)
    assert rows.pruned == 1


def test_at_the_end_what_is_in_hand_has_its_grace() -> None:
    rows = Rows(build_job(1), build_job(2, "b"))

    async def work(worker: Worker, hands: Hands) -> None:
        hands.gate.clear()
        await until(lambda: len(hands.at_once) == 2)
        ending = asyncio.create_task(worker.end(5.0))
        await asyncio.sleep(0)
        hands.gate.set()
        await ending

    assert sorted(run(rows, work).ended) == ["Ev1", "Ev2"]


def test_what_has_no_end_is_left_to_the_next_start() -> None:
    rows = Rows(build_job(1))

    async def work(worker: Worker, hands: Hands) -> None:
        hands.gate.clear()
        await until(lambda: bool(hands.at_once))
        await worker.end(0.01)

    assert run(rows, work).ended == []
    assert not rows.jobs[0].is_over


def test_the_end_waits_for_no_rest_and_begins_nothing_more() -> None:
    rows = Rows(build_job(1), build_job(2))

    async def work(worker: Worker, hands: Hands) -> None:
        hands.errors.append(GoneError())
        await until(lambda: not hands.errors)
        begun = asyncio.get_running_loop().time()
        await worker.end(30.0)
        assert asyncio.get_running_loop().time() - begun < 5.0

    assert run(rows, work).ended == []
