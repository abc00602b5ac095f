"""Commands and buttons: what one user sees, what the channel sees, and what is thought of it."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from assistant.answer import Language
from assistant.feedback import Feedback, Opinion
from assistant.slack.blocks import DOWN, SHARE, UP, WHY
from assistant.state import State
from evals.slack_server import LOST, Json
from evals.slack_traffic import (
    TEAM,
    USER,
    build_click,
    build_command,
    build_mention,
    send_click,
    send_command,
    send_event,
)
from tests.slack.bench import Bench
from tests.slack.test_service import TS, long_answer
from tests.support.answers import SENTENCE

pytestmark = pytest.mark.integration

HALL = "C0HALL"


def opinions(bench: Bench) -> list[Opinion]:
    with closing(State(bench.folder)) as state:
        return Feedback(state).opinions()


def find_value(blocks: list[Json], action: str) -> str:
    """The value of a button or of the first option of a menu."""
    elements = [one for block in blocks for one in block.get("elements", [])]
    (found,) = [one for one in elements if one.get("action_id") == action]
    return str(found.get("value") or found["options"][1]["value"])


def ask(bench: Bench, client: Any, text: str, **more: Any) -> Json:
    """What the acknowledgement shows."""
    reply = send_command(client, build_command(text, bench.slack.hooks + "ask", **more))
    assert reply.status_code == 200
    shown: Json = reply.json()
    return shown


@pytest.mark.parametrize(
    ("text", "waiting"), [("How much paper?", "Searching"), ("多少纸？", "正在")]
)
def test_a_command_is_answered_to_its_asker_alone(bench: Bench, text: str, waiting: str) -> None:
    with bench.serving() as client:
        shown = ask(bench, client, text)
        bench.await_ended()
    assert shown["response_type"] == "ephemeral"
    assert waiting.lower() in shown["text"].lower()
    (call,) = bench.slack.hooked
    assert call.values["response_type"] == "ephemeral"
    assert SENTENCE in call.values["text"] or SENTENCE in str(call.blocks)
    assert bench.slack.shown() == []


@pytest.mark.parametrize("text", ["", "  "])
def test_a_command_without_words_gets_a_line_of_help(bench: Bench, text: str) -> None:
    with bench.serving() as client:
        shown = ask(bench, client, text)
    assert "Ask me a question" in shown["text"]
    assert bench.jobs() == []


def test_the_address_of_a_command_is_used_five_times_at_most(bench: Bench) -> None:
    bench.owner.say = lambda question: long_answer(question, 150)
    with bench.serving() as client:
        ask(bench, client, "How much paper?")
        bench.await_ended()
    assert len(bench.slack.hooked) == 5
    assert len(bench.slack.whispers) >= 1
    assert {call.values["user"] for call in bench.slack.whispers} == {USER}
    whole = "".join(str(call.blocks) for call in [*bench.slack.hooked, *bench.slack.whispers])
    assert all(whole.count(f"{number}. The mill") == 1 for number in range(100, 150))


@pytest.mark.parametrize("status", [404, 403, 410])
def test_an_address_that_is_used_up_is_left_for_a_message(bench: Bench, status: int) -> None:
    bench.slack.hook_status = status
    with bench.serving() as client:
        ask(bench, client, "How much paper?")
        bench.await_ended()
    assert len(bench.slack.hooked) == 1
    (whisper,) = bench.slack.whispers
    assert SENTENCE in whisper.values["text"] or SENTENCE in str(whisper.blocks)


def test_where_duocite_is_not_the_answer_goes_to_the_asker_directly(bench: Bench) -> None:
    bench.slack.hook_status = 404
    bench.slack.fail("chat.postEphemeral", "channel_not_found")
    with bench.serving() as client:
        ask(bench, client, "How much paper?")
        bench.await_ended()
    assert [one.channel for one in bench.slack.shown()] == [USER]


def test_an_address_elsewhere_is_never_called(bench: Bench) -> None:
    other = bench.slack.hooks.replace("hooks", "api").rstrip("/") + "/hooks"
    with bench.serving() as client:
        send_command(client, build_command("How much paper?", other))
        bench.await_ended()
    assert bench.slack.hooked == []
    assert [call.method for call in bench.slack.calls] == ["chat.postEphemeral"]


def test_a_command_that_comes_twice_is_answered_once(bench: Bench) -> None:
    with bench.serving() as client:
        for _ in range(2):
            ask(bench, client, "How much paper?")
        bench.await_ended()
    assert len(bench.owner.asked) == len(bench.slack.hooked) == 1


def test_a_command_outlives_the_server(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.slack.service.GRACE_S", 0.05)
    bench.owner.gate.clear()
    with bench.serving() as client:
        ask(bench, client, "How much paper?")
        bench.owner.begun.acquire(timeout=10)
    assert bench.slack.hooked == []
    bench.owner.gate.set()
    with bench.serving():
        (job,) = bench.await_ended()
    assert len(bench.slack.hooked) == 1
    assert (job.post.text, job.post.response_url) == ("", "")


def test_a_reply_of_slack_that_was_lost_loses_no_answer(bench: Bench) -> None:
    bench.slack.fail("hooks", LOST, 500)
    with bench.serving() as client:
        ask(bench, client, "How much paper?")
        (job,) = bench.await_ended()
    assert (job.stage, job.uses) == ("done", 3)
    assert len(bench.slack.hooked) == 3


def share(bench: Bench, client: Any, *, times: int = 1) -> None:
    value = find_value(bench.slack.hooked[-1].blocks, SHARE)
    for _ in range(times):
        click = build_click(SHARE, value, bench.slack.hooks + "click")
        assert send_click(client, click).status_code == 200


def test_an_answer_is_shared_with_the_channel_once_however_often_one_clicks(bench: Bench) -> None:
    with bench.serving() as client:
        ask(bench, client, "How much paper?")
        bench.await_ended(1)
        share(bench, client, times=3)
        bench.await_ended(2)
    (shown,) = bench.slack.shown(HALL)
    assert shown.thread is None
    assert f"<@{USER}>" in str(shown.blocks[0])
    assert len(bench.owner.asked) == 1


def test_an_answer_whose_sharing_was_lost_on_the_way_is_shared_once(bench: Bench) -> None:
    bench.owner.say = lambda question: long_answer(question, 40)
    bench.slack.fail("chat.postMessage", LOST, LOST)
    with bench.serving() as client:
        ask(bench, client, "How much paper?")
        bench.await_ended(1)
        share(bench, client)
        bench.await_ended(2)
    first, *others = bench.slack.shown(HALL)
    assert others
    assert {one.thread for one in others} == {first.ts}
    marks = [one.mark.split(":")[2] for one in (first, *others)]
    assert marks == [str(number) for number in range(len(marks))]


def test_in_a_channel_without_duocite_the_click_itself_shows_the_answer(bench: Bench) -> None:
    bench.slack.fail("chat.postMessage", "not_in_channel")
    with bench.serving() as client:
        ask(bench, client, "How much paper?")
        bench.await_ended(1)
        share(bench, client)
        bench.await_ended(2)
    assert bench.slack.shown(HALL) == []
    assert bench.slack.hooked[-1].values["response_type"] == "in_channel"


def test_an_answer_of_somebody_else_cannot_be_shared(bench: Bench) -> None:
    with bench.serving() as client:
        ask(bench, client, "How much paper?")
        bench.await_ended(1)
        value = find_value(bench.slack.hooked[0].blocks, SHARE)
        user = {"id": "U0MALLORY", "team_id": TEAM}
        send_click(client, build_click(SHARE, value, bench.slack.hooks + "click", user=user))
        bench.await_ended(2)
    assert bench.slack.shown(HALL) == []
    assert "no longer kept" in bench.slack.hooked[-1].values["text"]


@pytest.mark.parametrize(("action", "verdict"), [(UP, "up"), (DOWN, "down")])
def test_a_thumb_is_kept_with_the_answer(bench: Bench, action: str, verdict: str) -> None:
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "How much paper?"))
        bench.await_ended()
        value = find_value(bench.slack.shown(HALL)[0].blocks, action)
        other = {"id": "U0BEN", "team_id": TEAM}
        send_click(client, build_click(action, value, bench.slack.hooks + "up", user=other))
        bench.slack.await_until(lambda: bool(bench.slack.hooked))
    (opinion,) = opinions(bench)
    assert (opinion.user, opinion.verdict) == (f"slack:{TEAM}:U0BEN", verdict)
    assert opinion.answer["question"] == "How much paper?"
    reply = bench.slack.hooked[0].values
    assert (reply["response_type"], reply["replace_original"]) == ("ephemeral", False)
    assert "noted" in reply["text"]


def test_a_reason_goes_with_the_thumb(bench: Bench) -> None:
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "How much paper?"))
        bench.await_ended()
        value = find_value(bench.slack.shown(HALL)[0].blocks, DOWN)
        send_click(client, build_click(DOWN, value, bench.slack.hooks + "d"))
        bench.slack.await_until(lambda: len(bench.slack.hooked) == 1)
        chosen = find_value(bench.slack.hooked[0].blocks, WHY)
        menu = {"action_id": WHY, "type": "static_select", "selected_option": {"value": chosen}}
        send_click(client, build_click(WHY, "", bench.slack.hooks + "w", actions=[menu]))
        bench.slack.await_until(lambda: len(bench.slack.hooked) == 2)
    (opinion,) = opinions(bench)
    assert (opinion.verdict, opinion.reason) == ("down", "The source does not say this")
    assert bench.slack.hooked[1].values["replace_original"] is True


@pytest.mark.parametrize(
    "click",
    [
        build_click(UP, "0123456789abcdef", "", response_url=""),
        build_click(UP, "", ""),
        build_click("another", "x", ""),
        build_click(UP, "x", "", user=None),
        {"type": "view_submission", "view": {}},
    ],
)
def test_a_click_on_nothing_known_is_acknowledged_and_changes_nothing(
    bench: Bench, click: Json
) -> None:
    with bench.serving() as client:
        status = send_click(client, click).status_code
    assert status == (404 if click["type"] == "view_submission" else 200)
    assert opinions(bench) == []
    assert bench.jobs() == []


CHANNELS = """
default:
  users: everyone
channels:
  C0HALL:
    users: [U0BOSS]
  C0MILL:
    collection: mills
    language: zh
    years: [2023]
"""


def test_who_may_not_ask_is_told_so_and_nobody_else(bench: Bench) -> None:
    bench.write_channels(CHANNELS)
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", HALL, TS, "多少纸？"))
        ask(bench, client, "How much paper?")
        jobs = bench.await_ended(2)
    assert bench.owner.asked == []
    assert bench.slack.shown() == []
    (whisper,) = bench.slack.whispers
    assert (whisper.values["user"], "不能" in whisper.values["text"]) == (USER, True)
    assert "may not ask" in bench.slack.hooked[0].values["text"]
    assert [job.stage for job in jobs] == ["failed", "failed"]


def test_a_channel_has_its_collection_filters_and_language(bench: Bench) -> None:
    bench.write_channels(CHANNELS)
    with bench.serving() as client:
        send_event(client, build_mention("Ev1", "C0MILL", TS, "How much paper?"))
        bench.await_ended()
    (asked,) = bench.owner.asked
    language: Language = "zh"
    assert (asked.collection, asked.language) == ("mills", language)
    assert asked.filters.years == (2023,)
    assert "正在" in bench.slack.shown()[0].past[0]["text"]
