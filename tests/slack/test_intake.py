"""Posts on their way to the disk, many at a time, and what happens where the disk fails."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import closing

import pytest

from assistant.errors import StoreError
from assistant.slack.intake import MOST, Intake
from assistant.slack.posts import Post
from assistant.stopping import GoneError


def build_post(number: int) -> Post:
    return Post(f"Ev{number}", "message", "T", "C", "U", f"1.{number}", None, "How much?")


class Disk:
    """Notes what is written in one go; waits for `gate` before it writes."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.busy = threading.Event()
        self.error: Exception | None = None

    def keep(self, posts: Sequence[Post]) -> list[bool]:
        self.busy.set()
        self.gate.wait(10)
        if self.error:
            raise self.error
        known = {id for batch in self.batches for id in batch}
        self.batches.append([post.id for post in posts])
        return [post.id not in known for post in posts]


def test_what_comes_while_it_writes_is_written_together() -> None:
    disk, told = Disk(), []
    disk.gate.clear()

    async def run(intake: Intake) -> list[bool]:
        first = asyncio.create_task(intake.take(build_post(0)))
        await asyncio.to_thread(disk.busy.wait, 10)
        more = [asyncio.create_task(intake.take(build_post(n))) for n in range(1, 50)]
        await asyncio.sleep(0)
        disk.gate.set()
        return [await first, *[await one for one in more]]

    with closing(Intake(disk.keep, lambda: told.append(True))) as intake:
        assert all(asyncio.run(run(intake)))
    assert [len(batch) for batch in disk.batches] == [1, 49]
    assert MOST >= 49
    assert len(told) == 2


def test_it_is_told_only_of_what_is_new() -> None:
    disk, told = Disk(), []

    async def run(intake: Intake) -> list[bool]:
        return [await intake.take(build_post(1)), await intake.take(build_post(1))]

    with closing(Intake(disk.keep, lambda: told.append(True))) as intake:
        assert asyncio.run(run(intake)) == [True, False]
    assert told == [True]


def test_a_disk_that_fails_is_heard_of_by_who_waits_and_the_next_is_written() -> None:
    disk = Disk()
    disk.error = StoreError("disk_full", path="state.db")

    async def run(intake: Intake) -> bool:
        with pytest.raises(StoreError):
            await intake.take(build_post(1))
        disk.error = None
        return await intake.take(build_post(1))

    with closing(Intake(disk.keep, lambda: None)) as intake:
        assert asyncio.run(run(intake))


def test_the_loop_is_free_while_the_disk_is_slow() -> None:
    disk = Disk()
    disk.gate.clear()

    async def run(intake: Intake) -> int:
        taking = asyncio.create_task(intake.take(build_post(1)))
        await asyncio.to_thread(disk.busy.wait, 10)
        turns = 0
        for _ in range(100):
            await asyncio.sleep(0)
            turns += not taking.done()
        disk.gate.set()
        await taking
        return turns

    with closing(Intake(disk.keep, lambda: None)) as intake:
        assert asyncio.run(run(intake)) == 100


def test_who_leaves_takes_nobody_along() -> None:
    disk = Disk()
    disk.gate.clear()

    async def run(intake: Intake) -> bool:
        leaving = asyncio.create_task(intake.take(build_post(1)))
        await asyncio.to_thread(disk.busy.wait, 10)
        waiting = asyncio.create_task(intake.take(build_post(2)))
        leaving.cancel()
        await asyncio.sleep(0)
        disk.gate.set()
        return await waiting

    with closing(Intake(disk.keep, lambda: None)) as intake:
        assert asyncio.run(run(intake))
    assert disk.batches == [["Ev1"], ["Ev2"]]


def test_after_the_end_nothing_is_taken() -> None:
    intake = Intake(Disk().keep, lambda: None)
    intake.close()
    with pytest.raises(GoneError):
        asyncio.run(intake.take(build_post(1)))


def test_what_was_given_before_the_end_is_written() -> None:
    disk = Disk()
    disk.gate.clear()

    async def run(intake: Intake) -> bool:
        taking = asyncio.create_task(intake.take(build_post(5)))
        await asyncio.sleep(0)
        disk.gate.set()
        await asyncio.to_thread(intake.close)
        return await taking

    assert asyncio.run(run(Intake(disk.keep, lambda: None)))
    assert disk.batches == [["Ev5"]]
