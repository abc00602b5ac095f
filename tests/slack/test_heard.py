"""What people wrote in Slack, without what Slack wraps around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.slack.heard import find_addressed, find_text, mentions

BOT = "U0DUOCITE"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("<@U0DUOCITE> How much?", "How much?"),
        ("  <@U0DUOCITE|duocite>  2023年产量多少？ ", "2023年产量多少？"),
        ("How much, <@U0DUOCITE>?", "How much, ?"),
        ("<@U0DUOCITE> what did <@U0ANNA> say?", "what did @U0ANNA say?"),
        ("<@U0DUOCITE> what did <@U0ANNA|anna> say?", "what did @anna say?"),
        ("see <#C0HALL|hall> and <#C0MILL>", "see #hall and #C0MILL"),
        ("<https://example.org/a?b=1&amp;c=2|the report>", "the report"),
        ("<https://example.org/a?b=1&amp;c=2>", "https://example.org/a?b=1&c=2"),
        ("<mailto:anna@example.org|anna@example.org>", "anna@example.org"),
        ("<mailto:anna@example.org>", "anna@example.org"),
        ("<!here> <!subteam^S1|@mill> how much?", "@mill how much?"),
        ("<!date^1392734382^{date}|Feb 18, 2014> or later?", "Feb 18, 2014 or later?"),
        ("R&amp;D &lt; 5 &gt; 3 &amp;lt;", "R&D < 5 > 3 &lt;"),
        ("line one\nline two\u200b\u2060", "line one line two"),
        ("全角\u3000空格", "全角 空格"),
        ("<@U0DUOCITE>", ""),
        ("", ""),
    ],
)
def test_the_words_are_what_the_writer_sees(said: str, text: str) -> None:
    assert find_text(said, BOT) == text


def test_without_a_known_name_the_first_one_is_what_was_called() -> None:
    assert find_text("<@U0SOMEBODY> how much?", None) == "how much?"
    assert find_text("how much, <@U0SOMEBODY>?", None) == "how much, @U0SOMEBODY?"


def test_a_command_keeps_the_names_that_it_begins_with() -> None:
    assert find_text("<@U0ANNA|anna> said how much?", "") == "@anna said how much?"


def test_a_name_is_a_mention_and_a_part_of_one_is_none() -> None:
    assert mentions("hey <@U0DUOCITE>", BOT)
    assert mentions("hey <@U0DUOCITE|duo>", BOT)
    assert not mentions("hey <@U0DUOCITE2>", BOT)
    assert not mentions("hey &lt;@U0DUOCITE&gt; U0DUOCITE", BOT)
    assert not mentions("hey <@U0DUOCITE>", None)


def test_who_is_turned_to_stands_first() -> None:
    assert find_addressed(" <@U0ANNA> and you?") == "U0ANNA"
    assert find_addressed("and you, <@U0ANNA>?") is None


@given(st.text())
def test_any_text_becomes_one_line_of_signs_that_can_be_seen(said: str) -> None:
    text = find_text(said, BOT)
    assert text == text.strip()
    assert "\n" not in text
    assert all(sign.isprintable() for sign in text)


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1, max_size=40))
def test_plain_words_stay_as_they_are(words: str) -> None:
    assert find_text(f"<@{BOT}> {words}", BOT) == " ".join(words.split())
