"""Posts on the disk: each once, in its order, until it is answered and some time after that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.errors import StoreError
from assistant.slack.posts import Post
from assistant.slack.queue import HELD, KEPT, Queue, Stage
from assistant.state import State

MOMENT = datetime(2024, 3, 1, 12, tzinfo=UTC)
ROOT = "1700000000.000100"


class Calendar:
    def __init__(self) -> None:
        self.now = MOMENT

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with closing(State(tmp_path)) as opened:
        yield opened


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def queue(state: State, calendar: Calendar) -> Queue:
    return Queue(state, calendar)


def build_post(number: int, *, addressed: bool = True, thread: str = ROOT) -> Post:
    ts = f"1700000000.{number:06}"
    post = Post(f"Ev{number}", "message", "T1", "C1", "U1", ts, thread, f"Question {number}?")
    return replace(post, addressed=addressed)


def stages(queue: Queue, *posts: Post) -> list[Stage | None]:
    jobs = [queue.find(post.id) for post in posts]
    return [job.stage if job else None for job in jobs]


def finish(queue: Queue, post: Post, answer_id: str | None = None, stage: Stage = "done") -> None:
    job = queue.find(post.id)
    assert job
    job.stage, job.answer_id = stage, answer_id
    queue.save(job)


def test_a_post_is_new_once(queue: Queue) -> None:
    post = build_post(100)
    assert queue.keep([post, post]) == [True, False]
    assert queue.keep([post]) == [False]
    assert [job.post for job in queue.unfinished(9)] == [post]


def test_one_message_is_new_once_by_whichever_event(queue: Queue) -> None:
    post = build_post(100)
    assert queue.keep([post, replace(post, id="Ev-other")]) == [True, False]


def test_the_same_moment_in_another_channel_is_another_message(queue: Queue) -> None:
    post = build_post(100)
    assert queue.keep([post, replace(post, id="Ev2", channel="C2")]) == [True, True]


def test_a_post_is_known_after_it_was_answered(queue: Queue) -> None:
    post = build_post(100)
    queue.keep([post])
    finish(queue, post)
    assert queue.keep([post]) == [False]
    assert queue.unfinished(9) == []


def test_the_earliest_come_first_and_no_more_than_one_wants(queue: Queue) -> None:
    posts = [build_post(number) for number in (103, 101, 102)]
    queue.keep(posts)
    assert [job.post.id for job in queue.unfinished(2)] == ["Ev101", "Ev102"]


def test_what_follows_a_question_is_taken_and_what_follows_none_is_held(queue: Queue) -> None:
    root, follow = build_post(100), build_post(200, addressed=False)
    stranger = build_post(201, addressed=False, thread="1600000000.000001")
    assert queue.keep([root, follow, stranger]) == [True, True, False]
    assert stages(queue, root, follow, stranger) == ["taken", "taken", "held"]


def test_what_overtook_its_question_is_let_go_with_it(queue: Queue) -> None:
    before, after = build_post(50, addressed=False), build_post(200, addressed=False)
    assert queue.keep([before, after]) == [False, False]
    assert queue.keep([build_post(100)]) == [True]
    assert stages(queue, before, after) == ["held", "taken"]


def test_a_held_message_that_turns_out_to_be_a_mention_is_taken(queue: Queue) -> None:
    held = build_post(200, addressed=False)
    queue.keep([held])
    assert queue.keep([replace(held, id="Ev-mention", addressed=True)]) == [True]
    assert [job.post.id for job in queue.unfinished(9)] == ["Ev-mention"]


def test_a_question_that_failed_begins_no_talk(queue: Queue) -> None:
    root = build_post(100)
    queue.keep([root])
    finish(queue, root, stage="failed")
    assert queue.keep([build_post(200, addressed=False)]) == [False]


def test_how_far_it_has_come_is_there_again(state: State, queue: Queue) -> None:
    post = build_post(100)
    queue.keep([post])
    (job,) = queue.unfinished(1)
    job.stage, job.attempts, job.answer_id = "answered", 2, "a1"
    job.uses, job.placed = 3, ["1.1", None]
    queue.save(job)
    assert Queue(state).unfinished(9) == [job]
    assert job.created == MOMENT


@pytest.mark.parametrize("stage", ["done", "failed"])
def test_what_was_asked_is_forgotten_at_the_end(state: State, queue: Queue, stage: Stage) -> None:
    post = replace(build_post(100), response_url="https://hooks.slack.com/secret")
    queue.keep([post])
    finish(queue, post, stage=stage)
    with state.read() as database:
        row = str(database.execute("select * from slack_events").fetchall())
    assert "Question" not in row
    assert "secret" not in row


def test_answers_of_a_talk_come_in_their_order_and_none_of_another(queue: Queue) -> None:
    posts = [build_post(number) for number in range(100, 106)]
    other = build_post(103, thread="1600000000.000001")
    queue.keep([*posts, replace(other, id="Ev-other", ts="1700000000.000999")])
    for post in posts[:4]:
        finish(queue, post, f"a{post.ts[-3:]}")
    found = queue.answers_before(posts[5], 3)
    assert found == [("a101", "slack:T1:U1"), ("a102", "slack:T1:U1"), ("a103", "slack:T1:U1")]
    assert queue.answers_before(posts[2], 9) == [("a100", "slack:T1:U1"), ("a101", "slack:T1:U1")]


def test_answers_of_long_ago_can_be_left_out(queue: Queue, calendar: Calendar) -> None:
    old, new, now = (build_post(number) for number in (100, 200, 300))
    queue.keep([old])
    calendar.now += timedelta(hours=3)
    queue.keep([new, now])
    for post in (old, new):
        finish(queue, post, post.id)
    since = calendar.now - timedelta(hours=1)
    assert [one for one, _ in queue.answers_before(now, 9, since)] == [new.id]


def test_an_answer_has_an_asker(queue: Queue) -> None:
    post = build_post(100)
    queue.keep([post])
    finish(queue, post, "a1")
    assert queue.find_asker("a1") == "slack:T1:U1"
    assert queue.find_asker("a2") is None


def test_what_is_over_is_pruned_in_its_time_and_what_is_promised_never(
    queue: Queue, calendar: Calendar
) -> None:
    done, failed, taken = (build_post(number) for number in (100, 101, 102))
    held = build_post(300, addressed=False, thread="1600000000.000001")
    queue.keep([done, failed, taken, held])
    finish(queue, done)
    finish(queue, failed, stage="failed")
    calendar.now += HELD + timedelta(seconds=1)
    queue.prune()
    assert stages(queue, done, failed, taken, held) == ["done", "failed", "taken", None]
    calendar.now += KEPT
    queue.prune()
    assert stages(queue, done, failed, taken) == [None, None, "taken"]


def test_a_damaged_row_is_said_to_be_one(state: State, queue: Queue) -> None:
    queue.keep([build_post(100)])
    with state.write() as database:
        database.execute("update slack_events set post = '{'")
    with pytest.raises(StoreError) as caught:
        queue.unfinished(9)
    assert caught.value.code == "state_damaged"


def test_all_of_a_batch_is_kept_or_nothing(state: State, queue: Queue) -> None:
    broken = replace(build_post(101), user=None)  # type: ignore[arg-type]
    object.__setattr__(broken, "ts", None)
    with pytest.raises(StoreError):
        queue.keep([build_post(100), broken])
    assert queue.unfinished(9) == []
