from __future__ import annotations

import re
from html import escape
from pathlib import Path

import pytest

from assistant.answer import Filters, Language, Turn
from assistant.errors import StoreError
from assistant.prompts import explain
from assistant.web.chat import Chat, Shown
from assistant.web.conversation import Conversation
from assistant.web.panel import show_hint
from store.formats.extract import Source
from store.formats.limits import DEFAULT_LIMITS
from tests.support.files import make_pdf
from tests.web.fake import QUOTE_SHOWN, FakeAssistant, answer_in_english, answer_with_series


def ask(question: str, language: Language = "en", talk: Conversation | None = None) -> list[Shown]:
    return [*Chat(FakeAssistant()).ask(question, talk or Conversation(), language)]


def last_message(steps: list[Shown]) -> str:
    return steps[-1].messages[-1]["content"]


def test_an_answer_grows_claim_by_claim() -> None:
    steps = ask("What will the second berth cost?")
    working = [step.conversation.working for step in steps]
    assert working == [True, True, True, False]
    assert "Freight" not in steps[1].messages[-1]["content"]
    assert "Freight" in steps[2].messages[-1]["content"]


def test_the_first_source_opens_with_the_answer() -> None:
    steps = ask("What will the second berth cost?")
    assert [step.panel is None for step in steps] == [True, True, True, False]
    assert "<mark>5 billion yuan.</mark>" in str(steps[-1].panel)


def test_a_refusal_closes_the_source_before_it() -> None:
    assert ask("Who pays the third berth?")[-1].panel == show_hint("en")


def test_an_earlier_answer_is_heard_by_the_next_question() -> None:
    assistant = FakeAssistant()
    chat = Chat(assistant)
    *_, first = chat.ask("What will the second berth cost?", Conversation(), "en")
    [*_] = chat.ask("And the third?", first.conversation, "en")
    answer = answer_in_english()
    assert assistant.heard[1] == ("And the third?", (Turn(answer.question, answer.text),))


def test_the_language_of_answers_is_the_questions_unless_it_is_pinned() -> None:
    assistant = FakeAssistant()
    chat = Chat(assistant)
    [*_] = chat.ask("What will the second berth cost?", Conversation(), "en")
    [*_] = chat.ask("What will the second berth cost?", Conversation(), "en", "zh")
    assert assistant.pinned == [None, "zh"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_error_is_one_line_in_the_language_of_the_page(language: Language) -> None:
    steps = ask("Is it locked?", language)
    line = explain(StoreError("locked", path="/somewhere"), language)
    assert f'<p class="problem">{escape(line)}</p>' in last_message(steps)
    assert not steps[-1].conversation.working


def test_after_an_error_one_can_ask_on() -> None:
    failed = ask("Is it locked?")[-1].conversation
    assert "Verified" in last_message(ask("What will the second berth cost?", talk=failed))


def test_an_unforeseen_error_is_not_swallowed_but_told() -> None:
    chat = Chat(FakeAssistant())
    steps = chat.ask("Is it broken?", Conversation(), "en")
    shown = next(steps)
    with pytest.raises(RuntimeError):
        next(steps)
    failed = chat.fail(shown.conversation, "en")
    assert 'class="problem"' in failed.messages[-1]["content"]
    assert not failed.conversation.working


def test_a_question_asked_while_another_is_in_work_breaks_that_off() -> None:
    working = Conversation().begin("One?")
    steps = ask("What will the second berth cost?", talk=working)
    assert "Stopped" in steps[0].messages[1]["content"]


def test_a_pick_opens_its_source() -> None:
    chat = Chat(FakeAssistant())
    *_, done = chat.ask("What will the second berth cost?", Conversation(), "en")
    panel = chat.open(f"{answer_in_english().id}/2", done.conversation, "zh")
    assert "<mark>Freight reached 41 million tonnes in 2023.</mark>" in panel
    assert "出处 2" in panel


@pytest.mark.parametrize("picked", ["", "nothing/1", "/", "1", "{id}/", "{id}/x", "{id}/-1"])
def test_a_pick_that_leads_nowhere_says_so(picked: str) -> None:
    chat = Chat(FakeAssistant())
    *_, done = chat.ask("What will the second berth cost?", Conversation(), "en")
    panel = chat.open(picked.format(id=answer_in_english().id), done.conversation, "en")
    assert panel == show_hint("en", "ui.page.gone")


def test_a_number_that_was_never_cited_opens_nothing() -> None:
    chat = Chat(FakeAssistant())
    *_, done = chat.ask("What will the second berth cost?", Conversation(), "en")
    assert chat.open(f"{answer_in_english().id}/9", done.conversation, "en") == show_hint("en")


def test_a_source_that_was_removed_still_shows_its_quotation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.web.fake.TEXTS", {})
    chat = Chat(FakeAssistant())
    talk = Conversation().begin("Why?").take(ANSWER)
    panel = chat.open(f"{ANSWER.id}/2", talk, "en")
    assert "<mark>Freight reached 41 million tonnes in 2023.</mark>" in panel
    assert "has changed" in panel


ANSWER = answer_in_english()


def open_pick(pick: str, assistant: FakeAssistant | None = None) -> str:
    talk = Conversation().begin("Why?").take(ANSWER)
    return Chat(assistant or FakeAssistant()).open(f"{ANSWER.id}/{pick}", talk, "en")


def test_a_source_is_read_on() -> None:
    assert "A third berth is under study" not in open_pick("2")
    assert "A third berth is under study" in open_pick("2/b0a1")


def test_the_original_of_a_text_can_be_saved() -> None:
    panel = open_pick("1/page1")
    assert re.search(r'href="original/[\w-]{20,}/harbour\.md"', panel)
    assert "<img" not in panel


def test_the_original_of_a_pdf_is_its_page() -> None:
    assistant = FakeAssistant()
    made = make_pdf([["Before."], [QUOTE_SHOWN]])
    assistant.source = lambda document_id: Source(Path("a.pdf"), made, DEFAULT_LIMITS)  # type: ignore[method-assign]
    assert "Page 2 of 2, with the quotation boxed" in open_pick("1/page2", assistant)
    assert "could not be found on it" in open_pick("1/page1", assistant)


def test_an_original_that_is_gone_says_so() -> None:
    assistant = FakeAssistant()
    assistant.files.clear()
    panel = open_pick("1/page1", assistant)
    assert escape(explain(StoreError("source_gone", document="reports/harbour.md"), "en")) in panel
    assert "href" not in panel


def test_a_damaged_original_says_so() -> None:
    assistant = FakeAssistant()
    assistant.source = lambda document_id: Source(Path("a.pdf"), b"%PDF", DEFAULT_LIMITS)  # type: ignore[method-assign]
    assert "damaged" in open_pick("1/page1", assistant)


def test_a_chart_is_found_by_its_number_alone() -> None:
    drawn = answer_with_series()
    talk = Conversation().begin("How?").take(drawn)
    chat = Chat(FakeAssistant())
    series = chat.find_chart(f"{drawn.id}/chart0", talk)
    assert series is not None
    assert len(series.points) == 3
    wrong = (f"{drawn.id}/chart1", f"{drawn.id}/1", "x/chart0", "")
    assert [chat.find_chart(picked, talk) for picked in wrong] == [None] * 4
    assert "panel chart0" in chat.open(f"{drawn.id}/chart0", talk, "en")
    assert chat.open(f"{drawn.id}/chart1", talk, "en") == show_hint("en")


def test_a_whole_answer_is_kept_and_no_other() -> None:
    chat = Chat(FakeAssistant())
    steps = chat.ask("What will the second berth cost?", Conversation(), "en", "zh", "ann")
    assert [step.conversation.id for step in steps][:-1] == ["", "", ""]
    (row,) = chat.keeper.history.conversations("ann")
    assert (row.collection, row.pinned) == ("harbour", "zh")
    stopped = chat.ask("What will the second berth cost?", Conversation(), "en")
    next(stopped)
    stopped.close()
    [*_] = chat.ask("Is it locked?", Conversation(), "en")
    assert chat.keeper.history.conversations("local") == []


def test_a_conversation_that_is_opened_again_is_heard_by_the_next_question() -> None:
    chat = Chat(FakeAssistant())
    [*_, done] = chat.ask("What will the second berth cost?", Conversation(), "en")
    recalled = chat.keeper.recall("local", done.conversation.id).conversation
    [*_, after] = chat.ask("And the third?", recalled, "en")
    answer = answer_in_english()
    heard = chat.assistant.heard  # type: ignore[attr-defined]
    assert heard[1] == ("And the third?", (Turn(answer.question, answer.text),))
    assert len(chat.keeper.history.read("local", after.conversation.id).turns) == 2


def test_an_edited_question_is_asked_as_if_its_answer_had_not_been_given() -> None:
    chat = Chat(FakeAssistant())
    [*_, done] = chat.ask("What will the second berth cost?", Conversation(), "en")
    [*_] = chat.ask("How has cargo grown?", done.conversation.edit(0), "en")
    assert chat.assistant.heard[1] == ("How has cargo grown?", ())  # type: ignore[attr-defined]


def test_a_kept_conversation_is_shown_with_a_source_of_its_last_answer() -> None:
    chat = Chat(FakeAssistant())
    talk = Conversation().begin("Why?").take(answer_with_series()).begin("Stopped?").stop()
    assert "Source 1" in str(chat.show(talk, "en").panel)
    assert chat.show(Conversation(), "en").panel == show_hint("en")


def test_a_filter_goes_with_the_question_and_is_told_with_it() -> None:
    assistant = FakeAssistant()
    filters = Filters(organisations=("Northern Port Authority",))
    *_, last = Chat(assistant).ask("What does it cost?", Conversation(), "en", filters=filters)
    assert assistant.filters == [filters]
    asked = last.messages[0]["content"]
    assert '<p class="scope">Only from: Northern Port Authority</p>' in asked
    *_, after = Chat(assistant).ask("And then?", last.conversation, "zh", filters=Filters())
    assert after.messages[2]["content"].count("scope") == 0


def test_a_filter_that_leaves_nothing_is_said_and_nobody_is_asked() -> None:
    assistant = FakeAssistant()
    filters = Filters(documents=("gone.md",))
    *_, last = Chat(assistant).ask("What does it cost?", Conversation(), "zh", filters=filters)
    assert "没有文档符合筛选条件" in last.messages[-1]["content"]
    assert last.conversation.working is False
    assert assistant.heard == []
