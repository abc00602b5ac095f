"""What Slack would show, in a terminal."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from assistant.prompts import load_messages
from assistant.scope import Language
from assistant.slack.blocks import build_answer, build_ephemeral, build_rated
from assistant.slack.elements import Message, pack
from assistant.slack.mrkdwn import bold, escape
from assistant.slack.news import build_text_news
from assistant.slack.terminal import read_mrkdwn, show_messages
from tests.slack.answers import GOLDEN, partial_in_english


def show(messages: list[Message], language: Language = "en") -> str:
    out = io.StringIO()
    show_messages(messages, Console(file=out, width=400), load_messages(language))
    return out.getvalue()


@pytest.mark.parametrize("name", GOLDEN)
def test_an_answer_is_shown_with_its_signs_as_they_are(name: str) -> None:
    answer = GOLDEN[name]()
    shown = re.sub(r"[\s│]|\[\d\]", "", show(build_answer(answer.to_json())))
    for claim in answer.claims:
        assert re.sub(r"\s", "", claim.text) in shown
    assert not re.search(r"&(amp|lt|gt);", shown)


def test_buttons_and_menus_are_drawn() -> None:
    answer = partial_in_english().to_json()
    assert "[ 👍 ]  [ 👎 ]  [ Share in channel ]" in show(build_ephemeral(answer))
    assert "[ What is wrong with this answer? ▾ ]" in show([build_rated("down", "en", "a1")])


@pytest.mark.parametrize(
    ("language", "title"), [("en", "message 2 of 3"), ("zh", "第 2 条，共 3 条")]
)
def test_messages_are_numbered(language: Language, title: str) -> None:
    messages = [*build_text_news("one"), *build_text_news("two"), *build_text_news("three")]
    assert title in show(messages, language)


def test_what_is_bold_in_slack_is_bold_here() -> None:
    drawn = read_mrkdwn(f"{bold('Sources')} · R&amp;D &lt;b&gt; 5*3")
    assert drawn.plain == "Sources · R&D <b> 5*3"
    (span,) = drawn.spans
    assert (drawn.plain[span.start : span.end], span.style) == ("Sources", "bold")


def test_tables_keep_their_columns() -> None:
    drawn = read_mrkdwn("```a   b\nc   d```")
    assert drawn.plain == "a   b\nc   d"


def test_text_of_a_document_does_not_steer_the_terminal() -> None:
    hostile = Message("", [{"type": "section", "text": {"type": "mrkdwn", "text": "a\x1b[31mb"}}])
    assert "\x1b" not in show([hostile])
    assert "[bold]x[/bold]" in show(build_text_news("[bold]x[/bold]"))


def test_nothing_that_only_slack_needs_is_shown() -> None:
    assert read_mrkdwn(escape(":x: > a")).plain == ":x: > a"
    assert pack([]) == []
