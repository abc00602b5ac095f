"""Marks: a message tells which part of which answer it is, through all its states."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assistant.slack.blocks import Message, build_answer, build_waiting
from assistant.slack.marks import find_marked, mark
from tests.support.answers import build_answer as build

IDS = st.from_regex(r"Ev[0-9A-Z]{1,10}|share/C1/1\.2/[0-9a-f]{16}", fullmatch=True)
PARTS = st.integers(0, 40)


def shown(message: Message, ts: str = "1.1") -> dict[str, object]:
    return {"ts": ts, "text": message.text, "blocks": message.blocks}


@given(IDS, PARTS, st.sampled_from(["wait", "step7", "end"]))
def test_a_mark_is_found_in_whatever_state(post: str, part: int, state: str) -> None:
    marked = mark(build_waiting("en"), post, part, state)
    assert find_marked([shown(build_waiting("en"), "0.5"), shown(marked)], post, part) == "1.1"


@given(IDS, PARTS, IDS, PARTS)
def test_no_other_mark_is_taken_for_it(post: str, part: int, other: str, number: int) -> None:
    found = find_marked([shown(mark(build_waiting("en"), other, number, "end"))], post, part)
    assert (found is not None) == ((post, part) == (other, number))


def test_a_mark_changes_with_the_state_and_leaves_the_message_as_it_is() -> None:
    (message,) = build_answer(build("How much?").to_json())
    first, second = (mark(message, "Ev1", 0, state) for state in ("wait", "end"))
    assert first.blocks[0]["block_id"] != second.blocks[0]["block_id"]
    assert first.text == message.text
    assert [{**block, "block_id": 0} for block in first.blocks] == [
        {**block, "block_id": 0} for block in message.blocks
    ]
    assert "block_id" not in message.blocks[0]


@given(st.text(max_size=400))
def test_a_mark_is_never_longer_than_slack_takes(post: str) -> None:
    assert len(mark(build_waiting("zh"), post, 0, "end").blocks[0]["block_id"]) <= 255


def test_messages_of_people_have_no_mark() -> None:
    said: list[dict[str, Any]] = [
        {"ts": "1.1", "text": "hello"},
        {"ts": "1.2", "blocks": None},
        {"ts": "1.3", "blocks": [{}, {"block_id": "duocite"}]},
    ]
    assert find_marked(said, "Ev1", 0) is None
