"""Blocks are packed into as few messages as Slack takes, in their order."""

from __future__ import annotations

import pytest

from assistant.slack.elements import (
    build_actions,
    build_button,
    build_choice,
    build_context,
    build_sections,
    fits,
    pack,
)
from tests.slack.limits import check, check_all

CLICK = build_actions([build_button("go", "Go", "1")])


@pytest.mark.parametrize("blocks", [50, 51, 120])
def test_no_message_has_more_than_fifty_blocks(blocks: int) -> None:
    many = [block for n in range(blocks) for block in build_context(f"Source {n}")]
    messages = pack(many)
    check_all(messages)
    assert len(messages) == -(-blocks // 50)
    assert [block for message in messages for block in message.blocks] == many


@pytest.mark.parametrize("length", [2000, 2999, 3000])
def test_no_message_is_longer_than_slack_takes(length: int) -> None:
    many = [block for sign in "一二三四五六七八" for block in build_sections(sign * length)]
    messages = pack(many)
    check_all(messages)
    assert all(fits(message.blocks) for message in messages)
    assert [block for message in messages for block in message.blocks] == many


def test_what_can_be_clicked_never_stands_alone() -> None:
    full = [block for n in range(50) for block in build_context(f"Source {n}")]
    first, second = pack([*full, CLICK])
    assert first.blocks == full[:-1]
    assert second.blocks == [full[-1], CLICK]
    assert second.text == "Source 49"


def test_nothing_makes_no_block() -> None:
    assert build_sections("") == build_context("  ") == []
    assert pack([]) == []


def test_labels_and_values_are_cut_to_what_slack_takes() -> None:
    button = build_button("a", "按" * 80, "v" * 2500, "h" * 80)
    menu = build_choice("b", "选" * 160, [("o" * 80, "1")])
    (section,) = build_sections("Text")
    (message,) = pack([section, build_actions([button, menu])])
    check(message)
    assert button["text"]["text"].endswith("…")
    assert len(button["value"]) == 2000


def test_a_notification_says_the_beginning() -> None:
    (message,) = pack(build_sections("A sentence of it. " * 400))
    assert message.text.endswith("A sentence of it. …")
    assert 3900 < len(message.text) <= 4000
