"""Text of documents is shown in Slack, and does nothing there."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.slack.mrkdwn import WORD_JOINER, bold, clean, escape, fold, mention
from tests.slack.limits import check_text, find_formatted
from tests.slack.limits import read as read_escaped

HOSTILE = st.text(
    st.sampled_from("&<>*_~`:@#!|/\\[](). \n\tab9亿，。😀\u2060\u202e\ud83d"), max_size=60
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("R&D < 5 % > 3 %", "R&amp;D &lt; 5 % &gt; 3 %"),
        ("<!here> <!channel>", "&lt;!here&gt; &lt;!channel&gt;"),
        ("<@U012AB3CD> <#C0123|x>", "&lt;@U012AB3CD&gt; &lt;#C0123|x&gt;"),
        ("<https://example.org|our bank>", "&lt;https://example.org|our bank&gt;"),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
        ("*bold* _slanted_ ~struck~ `code`", "∗bold∗ ＿slanted＿ ∼struck∼ ˋcodeˋ"),
        ("**both**", "∗∗both∗∗"),
        ("snake_case and 5*3 and 5~10", "snake_case and 5*3 and 5~10"),
        ("a * b ~ c", "a * b ~ c"),
        ("约~500亿元，*估计*", "约∼500亿元，∗估计∗"),
        (":warning: :中文: 12:30", f":{WORD_JOINER}warning: :{WORD_JOINER}中文: 12:30"),
        ("> quoted", f"{WORD_JOINER}&gt; quoted"),
        ("a\n  >>> quoted", f"a\n  {WORD_JOINER}&gt;&gt;&gt; quoted"),
        ("5 > 3", "5 &gt; 3"),
        ("", ""),
    ],
)
def test_what_could_do_something_is_shown_instead(text: str, shown: str) -> None:
    assert escape(text) == shown


@given(HOSTILE)
@example("*a* _b_ ~c~ `d` :x: <!here> > e")
@example("\n>\n*")
@example("* a *b*")
def test_nothing_in_a_text_mentions_links_or_formats(text: str) -> None:
    escaped = escape(text)
    check_text(escaped)
    assert find_formatted(escaped) == []


@given(HOSTILE, HOSTILE)
def test_texts_side_by_side_do_not_format_together(one: str, other: str) -> None:
    joined = f"{escape(one)} · {escape(other)}"
    assert find_formatted(joined) == []


@given(HOSTILE)
def test_every_sign_of_a_text_can_still_be_read(text: str) -> None:
    assert read_escaped(escape(text)) == clean(text).replace(WORD_JOINER, "")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\x00b\x07c", "a bc"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("half \ud83d of one", "half � of one"),
        ("\ud83d\ude00", "😀"),
        ("12\u202e34\u202c", "1234"),
        ("tab\tstays", "tab\tstays"),
    ],
)
def test_what_can_not_be_seen_is_left_out(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_folded_text_is_one_line() -> None:
    assert fold(" a \r\n\n b\u2029c ") == "a b c"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Sources", "*Sources*"),
        ("出处", "*出处*"),
        ("3 of 4", "*3 of 4*"),
        # After anything but a letter or digit, Slack shows the sign itself.
        ("Sources:", "Sources:"),
        ("(a)", "(a)"),
        ("two\nlines", "two\nlines"),
        ("", ""),
    ],
)
def test_bold_is_used_where_slack_can_show_it(text: str, shown: str) -> None:
    assert bold(text) == shown
    assert find_formatted(shown) == ([shown] if shown.startswith("*") else [])


@pytest.mark.parametrize(
    ("user", "shown"),
    [
        ("U024BE7LH", "<@U024BE7LH>"),
        ("W012A3CDE", "<@W012A3CDE>"),
        ("!here", "!here"),
        ("U1> <!here", "U1&gt; &lt;!here"),
        ("u024be7lh", "u024be7lh"),
        ("U1\n", "U1"),
    ],
)
def test_only_an_id_becomes_a_mention(user: str, shown: str) -> None:
    assert mention(user) == shown
