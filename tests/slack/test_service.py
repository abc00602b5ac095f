"""The life of a post from Slack's request to the answer that stands there, over a real server."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from assistant.answer import Answer, Claim
from assistant.errors import RetryableModelError, RetryableStoreError, StoreError
from assistant.slack.answering import ENDING
from assistant.slack.queue import Queue
from evals.slack_server import CUT, LOST, Shown
from evals.slack_traffic import BOT, USER, build_event, build_mention, send_event
from tests.slack.bench import WAITING, Bench
from tests.support.answers import SENTENCE, build_answer

pytestmark = pytest.mark.integration

HALL, DIRECT = "C0HALL", "D0ANNA"
TS = "1700000000.000100"
LATER = "1700000000.000200"
RETRY = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}


def ts(number: int) -> str:
    return f"1700000000.{number:06}"


def long_answer(question: str, sentences: int = 30) -> Answer:
    """More than one message of Slack takes."""
    sentence = "The mill made 40 tonnes of paper in 2023, said its head. " * 12
    claims = tuple(Claim(f"{number}. {sentence}", (1,), "proved") for number in range(sentences))
    text = " ".join(f"{claim.text} [1]" for claim in claims)
    return build_answer(question, claims=claims, response=text)


def said(shown: Shown) -> str:
    return "".join(str(block) for block in shown.blocks)


def test_a_mention_is_answered_in_its_thread(bench: Bench) -> None:
    with bench.serving() as client:
        reply = send_event(client, build_mention("Ev1", HALL, TS, "How much paper?"))
        (shown,) = bench.await_answers(HALL)
    assert reply.status_code == 200
    assert shown.thread == TS
    assert SENTENCE in shown.text
    assert bench.owner.questions() == ["How much paper?"]
    assert WAITING in shown.past[0]["text"]
    assert [job.stage for job in bench.jobs()] == ["done"]


def test_the_address_of_events_is_verified(bench: Bench) -> None:
    with bench.serving() as client:
        asked = {"type": "url_verification", "token": "t", "challenge": "3eZbrw1aB"}
        reply = send_event(client, asked)
    assert (reply.status_code, reply.json()) == (200, {"challenge": "3eZbrw1aB"})


def test_it_is_acknowledged_and_kept_while_answers_are_slow(bench: Bench) -> None:
    bench.owner.gate.clear()
    took = []
    with bench.serving() as client:
        for number in range(20):
            event = build_mention(bench.make_id(), HALL, ts(number + 1), f"Question {number}?")
            begun = time.monotonic()
            assert send_event(client, event).status_code == 200
            took.append(time.monotonic() - begun)
        assert len(bench.jobs()) == 20
        assert not any(job.is_over for job in bench.jobs())
        bench.owner.gate.set()
        bench.await_ended(20)
    assert max(took) < 1.5  # seconds; Slack gives three
    assert len(bench.answered(HALL)) == 20


@pytest.mark.parametrize("moment", ["in hand", "answered", "after a restart"])
def test_a_retry_of_what_was_taken_is_not_answered_twice(bench: Bench, moment: str) -> None:
    event = build_mention("Ev1", HALL, TS, "How much paper?")
    if moment == "in hand":
        bench.owner.gate.clear()
    with bench.serving() as client:
        send_event(client, event)
        if moment == "in hand":
            bench.owner.begun.acquire(timeout=10)
        else:
            bench.await_ended()
        if moment != "after a restart":
            assert send_event(client, event, **RETRY).status_code == 200
        bench.owner.gate.set()
        bench.await_ended()
    if moment == "after a restart":
        with bench.serving() as client:
            assert send_event(client, event, **RETRY).status_code == 200
    assert bench.owner.questions() == ["How much paper?"]
    assert len(bench.slack.shown()) == 1


def test_a_retry_whose_first_try_was_lost_is_answered(bench: Bench) -> None:
    with bench.serving() as client:
        event = build_mention("Ev1", HALL, TS, "How much paper?")
        assert send_event(client, event, **{**RETRY, "X-Slack-Retry-Num": "3"}).status_code == 200
        bench.await_answers(HALL)


def test_what_could_not_be_kept_is_not_acknowledged(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = Queue.keep
    problems: list[StoreError] = [StoreError("disk_full", path="state.db")]

    def fail_once(self: Queue, posts: Any) -> list[bool]:
        if problems:
            raise problems.pop()
        return keep(self, posts)

    monkeypatch.setattr(Queue, "keep", fail_once)
    event = build_mention("Ev1", HALL, TS, "How much paper?")
    with bench.serving() as client:
        assert send_event(client, event).status_code == 500
        assert bench.jobs() == []
        assert send_event(client, event, **RETRY).status_code == 200
        bench.await_answers(HALL)
    assert len(bench.slack.shown()) == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_two_events_of_one_mention_are_answered_once(
    bench: Bench, order: tuple[int, int]
) -> None:
    text = f"<@{BOT}> How much paper?"
    pair = (
        build_mention("Ev1", HALL, TS, "How much paper?"),
        build_event("Ev2", HALL, TS, text),
    )
    with bench.serving() as client:
        for number in order:
            assert send_event(client, pair[number]).status_code == 200
        bench.await_ended()
    assert bench.owner.questions() == ["How much paper?"]
    assert len(bench.slack.shown()) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B0OTHER"},
        {"user": BOT, "bot_id": "B0OWN", "app_id": "A0APP"},
        {"subtype": "bot_message", "user": None},
        {"subtype": "message_changed", "message": {"text": "changed"}, "hidden": True},
        {"subtype": "message_deleted", "hidden": True},
        {"subtype": "channel_join"},
        {"user": "USLACKBOT"},
        {"type": "reaction_added", "item": {}},
    ],
)
def test_bots_edits_and_other_events_are_acknowledged_and_ignored(
    bench: Bench, more: dict[str, Any]
) -> None:
    with bench.serving() as client:
        event = build_event("Ev1", HALL, TS, f"<@{BOT}> How much paper?", **more)
        assert send_event(client, event).status_code == 200
        assert (
            send_event(client, build_mention("Ev2", HALL, LATER, "And board?")).status_code == 200
        )
        bench.await_ended()
    assert bench.owner.questions() == ["And board?"]


def test_what_nobody_asked_is_not_kept(bench: Bench) -> None:
    with bench.serving() as client:
        send_event(client, build_event("Ev1", HALL, TS, "Lunch, anybody?"))
        send_event(client, build_mention("Ev2", HALL, LATER, "How much?"))
        bench.await_ended()
    assert [job.post.id for job in bench.jobs()] == ["Ev2"]


def test_a_follow_up_in_the_thread_needs_no_mention_and_knows_what_was_said(bench: Bench) -> None:
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "How much paper in 2023?"))
        bench.await_ended(1)
        send_event(client, build_event("Ev2", HALL, LATER, "And in 2022?", thread_ts=TS))
        first, second = bench.await_answers(HALL, 2)
    assert (first.thread, second.thread) == (TS, TS)
    (turn,) = bench.owner.asked[1].history
    assert (turn.question, turn.answer) == ("How much paper in 2023?", f"{SENTENCE} [1]")


def test_history_is_of_the_thread_alone_and_outlives_a_restart(bench: Bench) -> None:
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "How much paper in 2023?"))
        send_event(client, build_mention("Ev2", HALL, ts(150), "What of fish?"))
        bench.await_ended(2)
    with bench.serving() as client:
        send_event(client, build_event("Ev3", HALL, LATER, "And in 2022?", thread_ts=TS))
        bench.await_ended(3)
    history = bench.owner.asked[2].history
    assert [turn.question for turn in history] == ["How much paper in 2023?"]


def test_a_thread_of_others_is_left_alone(bench: Bench) -> None:
    with bench.serving() as client:
        send_event(client, build_event("Ev1", HALL, ts(5), "Who comes along?", thread_ts=TS))
        send_event(client, build_mention("Ev2", HALL, LATER, "How much?", thread_ts=TS))
        bench.await_ended(1)
        # In the thread of the mention, to somebody else, and to nobody.
        more = [f"<@{USER}> what do you think?", "And board?"]
        for number, text in enumerate(more):
            event = build_event(f"Ev{number + 3}", HALL, ts(300 + number), text, thread_ts=TS)
            send_event(client, event)
        bench.await_ended(2)
    assert bench.owner.questions() == ["How much?", "And board?"]


def test_a_follow_up_that_overtook_its_question_is_answered_after_it(bench: Bench) -> None:
    with bench.serving() as client:
        send_event(client, build_event("Ev2", HALL, LATER, "And in 2022?", thread_ts=TS))
        assert [job.stage for job in bench.jobs()] == ["held"]
        send_event(client, build_mention("Ev1", HALL, TS, "How much paper in 2023?"))
        bench.await_ended(2)
    assert bench.owner.questions() == ["How much paper in 2023?", "And in 2022?"]
    assert len(bench.owner.asked[1].history) == 1


def test_a_direct_message_is_answered_where_it_was_written(bench: Bench) -> None:
    with bench.serving() as client:
        send_event(client, build_event("Ev1", DIRECT, TS, "去年产了多少纸？"))
        bench.await_answers(DIRECT)
        bench.await_ended(1)
        send_event(client, build_event("Ev2", DIRECT, LATER, "前年呢？"))
        first, second = bench.await_answers(DIRECT, 2)
    assert (first.thread, second.thread) == (None, None)
    assert [turn.question for turn in bench.owner.asked[1].history] == ["去年产了多少纸？"]
    assert "⏳ 正在" in first.past[0]["text"]


def test_one_thread_is_answered_in_order_one_at_a_time(bench: Bench) -> None:
    bench.owner.gate.clear()
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, ts(1), "Question 1?"))
        bench.owner.begun.acquire(timeout=10)
        for number in (4, 2, 3):
            text = f"Question {number}?"
            event = build_event(f"Ev{number}", HALL, ts(number), text, thread_ts=ts(1))
            send_event(client, event)
        # Each was heard at once, though the first is still at work.
        bench.slack.await_until(lambda: len(bench.slack.shown(HALL)) == 4)
        assert bench.owner.questions() == ["Question 1?"]
        bench.owner.gate.set()
        bench.await_ended(4)
    assert bench.owner.questions() == [f"Question {number}?" for number in (1, 2, 3, 4)]


def test_another_thread_does_not_wait(bench: Bench) -> None:
    bench.owner.gate.clear()
    with bench.serving() as client:
        for number in (1, 2):
            send_event(
                client, build_mention(f"Ev{number}", HALL, ts(number), f"Question {number}?")
            )
        for _ in range(2):
            assert bench.owner.begun.acquire(timeout=10)
        bench.owner.gate.set()
        bench.await_ended(2)


@pytest.mark.parametrize("text", ["", "   "])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_mention_without_words_gets_a_line_of_help(
    bench: Bench, text: str, language: str
) -> None:
    bench.settings["language"] = language
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, text))
        (shown,) = bench.await_answers(HALL)
    assert bench.owner.asked == []
    assert ("中文" if language == "zh" else "mention me") in shown.text


def test_a_file_without_words_gets_a_line_of_help(bench: Bench) -> None:
    with bench.serving() as client:
        event = build_event("Ev1", DIRECT, TS, "", subtype="file_share", files=[{"id": "F1"}])
        send_event(client, event)
        (shown,) = bench.await_answers(DIRECT)
    assert "Ask me a question" in shown.text


FAULTS: list[Any] = [LOST, CUT, 500, 503, "internal_error", {"Retry-After": "1"}]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_placeholder_that_fails_is_there_once_all_the_same(bench: Bench, fault: Any) -> None:
    bench.slack.fail("chat.postMessage", fault)
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "How much paper?"))
        bench.await_ended()
    assert len(bench.slack.shown(HALL)) == len(bench.answered(HALL)) == 1
    assert len(bench.owner.asked) == 1


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_an_update_that_fails_is_made_again_without_asking_again(bench: Bench, fault: Any) -> None:
    bench.owner.quiet = True
    bench.slack.fail("chat.update", fault, fault)
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "How much paper?"))
        bench.await_ended()
    (shown,) = bench.slack.shown(HALL)
    assert SENTENCE in shown.text
    assert len(bench.owner.asked) == 1


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_long_answer_is_whole_and_there_once_whatever_fails(bench: Bench, fault: Any) -> None:
    bench.owner.say = long_answer
    bench.slack.fail("chat.postMessage", None, fault, None, fault)
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "How much paper?"))
        bench.await_ended()
    shown = bench.slack.shown(HALL)
    assert len(shown) > 1
    assert {one.thread for one in shown} == {TS}
    assert [one.mark for one in shown] == [f"duocite:Ev1:{n}:end" for n in range(len(shown))]
    whole = "".join(map(said, shown))
    assert all(whole.count(f"{number}. The mill") == 1 for number in range(10, 30))


@pytest.mark.parametrize("reason", ["missing_scope", "thread_not_found"])
def test_where_it_may_not_look_it_answers_all_the_same(bench: Bench, reason: str) -> None:
    bench.slack.fail("chat.postMessage", CUT)
    bench.slack.fail("conversations.replies", reason)
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "How much paper?"))
        bench.await_ended()
    assert SENTENCE in bench.slack.shown(HALL)[0].text


def test_slack_is_not_called_before_it_wants_to_be(bench: Bench) -> None:
    bench.slack.fail("chat.postMessage", {"Retry-After": "1"})
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "How much paper?"))
        bench.await_ended()
    refused, taken = bench.slack.called("chat.postMessage")
    assert taken.moment - refused.moment >= 0.95


def test_a_placeholder_that_somebody_deleted_is_no_end(bench: Bench) -> None:
    bench.owner.gate.clear()
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "How much paper?"))
        bench.owner.begun.acquire(timeout=10)
        (waiting,) = bench.slack.shown(HALL)
        del bench.slack.messages[HALL, waiting.ts]
        bench.owner.gate.set()
        bench.await_ended()
    assert [WAITING in one.text for one in bench.slack.shown(HALL)] == [False]


@pytest.mark.parametrize("reason", ["not_in_channel", "is_archived", "invalid_auth"])
def test_what_slack_refuses_is_left(bench: Bench, reason: str) -> None:
    bench.slack.fail("chat.postMessage", reason, reason)
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "How much paper?"))
        (job,) = bench.await_ended()
    assert job.stage == "failed"
    assert bench.slack.shown(HALL) == []


def test_it_gives_up_with_a_line_in_the_thread(bench: Bench) -> None:
    tries = len(bench.delays) + 1
    bench.owner.quiet = True
    bench.slack.fail("chat.update", *[500] * tries)
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "多少纸？"))
        (job,) = bench.await_ended()
    (shown,) = bench.slack.shown(HALL)
    assert job.stage == "failed"
    assert f"Slack 出错 {tries} 次" in shown.text


@pytest.mark.parametrize(("text", "line"), [("How much?", "is full"), ("多少？", "已满")])
def test_an_error_is_one_line_in_the_language_of_the_asker(
    bench: Bench, text: str, line: str
) -> None:
    bench.owner.error = StoreError("disk_full", path="state.db")
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, text))
        bench.await_ended()
    (shown,) = bench.slack.shown(HALL)
    assert line in shown.text
    assert len(bench.owner.asked) == 1


def test_what_may_pass_is_tried_once_more_and_then_told(bench: Bench) -> None:
    bench.owner.error = RetryableStoreError("busy", collection="default", holder="another")
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "How much?"))
        bench.await_ended()
    assert len(bench.owner.asked) == 2
    assert "are being written" in bench.slack.shown(HALL)[0].text


def test_a_question_that_comes_as_the_owner_ends_is_left_to_the_next_start(bench: Bench) -> None:
    bench.owner.error = RetryableModelError(ENDING)
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "How much?"))
        assert bench.owner.begun.acquire(timeout=10)
    assert [job.stage for job in bench.jobs()] == ["taken"]
    bench.owner.error = None
    with bench.serving():
        bench.await_ended()
    (shown,) = bench.slack.shown(HALL)
    assert SENTENCE in shown.text


def test_what_nobody_foresaw_is_told_too(bench: Bench) -> None:
    bench.owner.error = ValueError("a secret of the stack")
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "How much?"))
        bench.await_ended()
    (shown,) = bench.slack.shown(HALL)
    assert "nobody foresaw" in shown.text
    assert "secret" not in said(shown)


def test_sentences_are_shown_as_they_are_proved(bench: Bench) -> None:
    bench.owner.gate.clear()
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "How much paper?"))
        bench.slack.await_until(lambda: bool(bench.slack.called("chat.update")))
        (shown,) = bench.slack.shown(HALL)
        growing = shown.text
        bench.owner.gate.set()
        bench.await_ended()
    assert SENTENCE in growing
    assert WAITING in growing
    assert WAITING not in bench.slack.shown(HALL)[0].text


def test_progress_that_slack_refuses_does_not_hold_the_answer_up(bench: Bench) -> None:
    bench.slack.fail("chat.update", "internal_error")
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "How much paper?"))
        bench.await_ended()
    assert SENTENCE in bench.slack.shown(HALL)[0].text
    assert len(bench.owner.asked) == 1


def lose_placeholder(bench: Bench) -> None:
    """It stands there, and neither a reply says so nor a look."""
    bench.slack.fail("chat.postMessage", LOST)
    bench.slack.fail("conversations.replies", *[CUT] * 3)


RESUMED: list[tuple[str, Callable[[Bench], None]]] = [
    ("before the placeholder", lambda bench: bench.slack.fail("chat.postMessage", *[CUT] * 3)),
    ("placeholder lost", lambda bench: lose_placeholder(bench)),
    ("while answering", lambda bench: bench.owner.gate.clear()),
    ("before the answer stands", lambda bench: bench.slack.fail("chat.update", *[CUT] * 3)),
    ("answer stands, unnoticed", lambda bench: bench.slack.fail("chat.update", LOST)),
]


@pytest.mark.parametrize(("moment", "hinder"), RESUMED, ids=[name for name, _ in RESUMED])
def test_what_a_server_left_the_next_one_takes_up(
    bench: Bench, moment: str, hinder: Callable[[Bench], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.slack.service.GRACE_S", 0.1)
    bench.delays, bench.owner.quiet = (60.0,) * 3, True
    hinder(bench)
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "How much paper?"))
        bench.slack.await_until(lambda: bool(bench.jobs()[0].placed))
        if "answer stands" in moment:
            bench.slack.await_until(lambda: bool(bench.slack.called("chat.update")))
        elif moment == "while answering":
            bench.owner.begun.acquire(timeout=10)
        else:
            bench.slack.await_until(lambda: bool(bench.slack.called("chat.postMessage")))
    assert not bench.jobs()[0].is_over
    bench.owner.gate.set()
    bench.slack.faults.clear()
    with bench.serving():
        bench.await_ended()
    (shown,) = bench.slack.shown(HALL)
    assert SENTENCE in shown.text
    assert len(bench.owner.asked) == (2 if moment == "while answering" else 1)


def test_an_answer_that_always_ends_the_process_is_given_up(bench: Bench) -> None:
    with bench.serving() as client:
        bench.slack.fail("chat.postMessage", "not_in_channel", "not_in_channel")
        send_event(client, build_mention("Ev1", HALL, TS, "How much paper?"))
        bench.await_ended()
    bench.alter(
        "update slack_events set stage = 'taken', attempts = 5, post = replace(post,"
        ' \'"text": ""\', \'"text": "How much?"\')'
    )
    asked = len(bench.owner.asked)
    with bench.serving():
        bench.await_ended()
    assert len(bench.owner.asked) == asked
    assert "begun" in bench.slack.shown(HALL)[0].text or "began" in bench.slack.shown(HALL)[0].text
