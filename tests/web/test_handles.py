from __future__ import annotations

from assistant.web.handles import show_banner, show_edit, show_handles
from tests.web.fake import answer_in_english

ANSWER = answer_in_english()


def test_an_answer_has_thumbs_that_name_it() -> None:
    shown = show_handles(ANSWER, None, "en", retry=False)
    assert f"thumb-up do-up-{ANSWER.id} by-rater" in shown
    assert f"thumb-down do-down-{ANSWER.id} by-rater" in shown
    assert "given" not in shown
    assert "retry" not in shown


def test_the_thumb_that_was_given_is_marked() -> None:
    shown = show_handles(ANSWER, "down", "en", retry=False)
    assert "thumb-down given" in shown
    assert "thumb-up given" not in shown


def test_what_has_no_answer_can_only_be_asked_again() -> None:
    shown = show_handles(None, None, "en", retry=True)
    assert "do-retry by-retrier" in shown
    assert "thumb" not in shown
    assert show_handles(None, None, "en", retry=False) == ""


def test_the_labels_are_in_the_language_of_the_page() -> None:
    assert "修改这个问题" in show_edit(3, "zh")
    assert "do-edit-3 by-editor" in show_edit(3, "zh")
    assert "重新回答" in show_handles(ANSWER, None, "zh", retry=True)


def test_the_banner_shows_the_question_as_text_and_in_short() -> None:
    shown = show_banner("<script>\n" + "why " * 40, "en")
    assert "&lt;script&gt; why why" in shown
    assert "…”" in shown
    assert len(shown) < 400
    assert "do-leave by-editor" in shown
