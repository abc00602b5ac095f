"""Which of Slack's payloads are posts to answer, and what they say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.slack.posts import Post, read_command, read_event, read_press
from evals.slack_traffic import (
    BOT,
    TEAM,
    USER,
    build_click,
    build_command,
    build_event,
    build_mention,
)

HALL, DIRECT = "C0HALL", "D0ANNA"
TS, LATER = "1700000000.000100", "1700000000.000200"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def test_a_mention_is_a_post_of_its_own_thread() -> None:
    post = read_event(build_mention("Ev1", HALL, TS, "How much?"))
    assert post == Post("Ev1", "message", TEAM, HALL, USER, TS, TS, "How much?")
    assert (post.place, post.talk) == (f"{TEAM}/{HALL}/{TS}", f"{TEAM}/{HALL}/{TS}")
    assert post.asker == f"slack:{TEAM}:{USER}"


def test_the_two_events_of_a_message_have_one_place() -> None:
    mention = read_event(build_mention("Ev1", HALL, TS, "How much?"))
    message = read_event(build_event("Ev2", HALL, TS, f"<@{BOT}> How much?"))
    assert mention
    assert message
    assert mention.place == message.place
    assert message.addressed


def test_a_message_of_a_thread_is_one_of_its_talk_and_not_yet_addressed() -> None:
    post = read_event(build_event("Ev1", HALL, LATER, "And then?", thread_ts=TS))
    assert post
    assert (post.thread, post.talk, post.addressed) == (TS, f"{TEAM}/{HALL}/{TS}", False)


def test_a_direct_message_is_addressed_and_has_no_thread_unless_it_is_in_one() -> None:
    post = read_event(build_event("Ev1", DIRECT, TS, "How much?"))
    inside = read_event(build_event("Ev1", DIRECT, LATER, "How much?", thread_ts=TS))
    assert post
    assert inside
    assert (post.thread, post.addressed) == (None, True)
    assert inside.thread == TS


@pytest.mark.parametrize(
    "event",
    [
        build_event("Ev1", HALL, TS, "How much?"),
        build_event("Ev1", HALL, LATER, "", thread_ts=TS),
        build_event("Ev1", HALL, LATER, f"<@{USER}> and you?", thread_ts=TS),
        build_mention("Ev1", HALL, TS, "How much?", bot_id="B1"),
        build_mention("Ev1", HALL, TS, "How much?", subtype="message_changed"),
        build_mention("Ev1", HALL, TS, "How much?", user=None),
        {"type": "event_callback"},
        {**build_mention("Ev1", HALL, TS, "How much?"), "event": {"type": "app_mention"}},
        {**build_mention("Ev1", HALL, TS, "How much?"), "event_id": ""},
        {**build_mention("Ev1", HALL, TS, "How much?"), "type": "app_rate_limited"},
        {},
    ],
)
def test_what_is_not_said_to_duocite_by_a_person_is_none(event: dict[str, Any]) -> None:
    assert read_event(event) is None


@pytest.mark.parametrize("subtype", [None, "thread_broadcast", "file_share"])
def test_some_messages_with_a_subtype_are_said_by_people(subtype: str | None) -> None:
    event = build_mention("Ev1", HALL, TS, "How much?", subtype=subtype)
    assert read_event(event) is not None


def test_without_authorizations_a_mention_is_still_understood() -> None:
    event = build_mention("Ev1", HALL, TS, "How much?")
    del event["authorizations"]
    post = read_event(event)
    assert post
    assert post.text == "How much?"


def test_a_command_is_known_by_its_trigger_and_answered_in_no_thread() -> None:
    post = read_command(build_command("How much &amp; when?", "https://hooks.slack.com/x"), 5.0)
    assert post
    assert (post.id, post.place, post.talk) == ("command/1.2.a",) * 3
    assert (post.text, post.thread, post.ts) == ("How much & when?", None, "5.000000")
    assert read_command({"text": "How much?"}) is None
    assert read_command(build_command("How much?", "", trigger="")) is None


def test_two_clicks_on_one_message_are_one_wish_and_on_two_are_two() -> None:
    first, again = (read_press(build_click("s", "a1", "h")) for _ in range(2))
    other = read_press(build_click("s", "a1", "h", container={"message_ts": LATER}))
    assert first
    assert again
    assert other
    assert first.to_share(1.0).id == again.to_share(2.0).id != other.to_share(1.0).id
    assert first.to_share(1.0).text == "a1"
    assert first.user_name == f"slack:{TEAM}:{USER}"


def test_a_choice_of_a_menu_is_read_as_its_value() -> None:
    menu = {"action_id": "why", "selected_option": {"value": "figure:a1"}}
    press = read_press(build_click("", "", "h", actions=[menu]))
    assert press
    assert (press.action, press.value) == ("why", "figure:a1")


def test_nothing_before_the_post_can_answer_it_whichever_clock_is_ahead() -> None:
    post = read_event(build_mention("Ev1", HALL, TS, "How much?"))
    press = read_press(build_click("s", "a1", "h"))
    assert post
    assert press
    assert post.since == TS
    assert float(press.to_share(1000.0).since) == 880.0
    assert float(press.to_share(1.0).since) == 0.0


def test_a_post_is_the_same_after_it_was_kept_and_forgets_its_words() -> None:
    post = read_command(build_command("多少？", "https://hooks.slack.com/x"))
    assert post
    assert Post.from_json(json.loads(json.dumps(post.to_json()))) == post
    assert (post.forget().text, post.forget().response_url) == ("", "")
    assert post.language == "zh"


@given(JSON, JSON, JSON)
def test_no_payload_is_stumbled_over(event: object, user: object, text: object) -> None:
    known = build_mention("Ev1", HALL, TS, "How much?")
    known["event"] |= {"user": user, "text": text, "thread_ts": event}
    read_event(known)
    read_event({**known, "authorizations": event})
    read_event({"type": "event_callback", "event": event, "team_id": user})
    read_command({"text": text, "user_id": user, "trigger_id": event})
    read_press({"type": "block_actions", "actions": event, "team": user, "channel": text})
    read_press({**build_click("s", "a", "h"), "actions": [event], "user": user})
