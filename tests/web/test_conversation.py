from __future__ import annotations

import pytest

from assistant.answer import Answer, Turn
from assistant.web.conversation import Conversation, to_messages
from tests.web.fake import answer_in_chinese, answer_in_english, answer_with_series


def last_content(conversation: Conversation) -> str:
    return to_messages(conversation, "en")[-1]["content"]


def test_a_new_question_is_being_searched_for() -> None:
    talk = Conversation().begin("Why?")
    question, answer = to_messages(talk, "en")
    assert (question["role"], answer["role"]) == ("user", "assistant")
    assert "Searching the documents" in answer["content"]


def test_after_the_first_claim_the_next_is_being_checked() -> None:
    talk = Conversation().begin("Why?").take(answer_in_english().claims[0])
    assert "Checking the next sentence" in last_content(talk)
    assert "nearly 5 billion yuan" in last_content(talk)


def test_the_answer_takes_the_place_of_its_claims() -> None:
    answer = answer_in_english()
    talk = Conversation().begin("Why?").take(answer.claims[0]).take(answer)
    assert not talk.working
    assert last_content(talk).count("nearly 5 billion yuan</span>.”") == 1
    assert f"answer-{answer.id}" in last_content(talk)


def test_a_question_is_shown_as_text() -> None:
    talk = Conversation().begin("<script>x</script>\n\n# Head & *tail*")
    content = to_messages(talk, "en")[0]["content"]
    assert "&lt;script&gt;x&lt;/script&gt;<br># Head &amp; *tail*" in content
    assert "\n" not in content


def test_a_stopped_answer_keeps_its_checked_claims() -> None:
    talk = Conversation().begin("Why?").take(answer_in_english().claims[0]).stop()
    assert not talk.working
    assert "sentences above were checked" in last_content(talk)
    assert "nearly 5 billion yuan" in last_content(talk)


def test_stopping_before_the_first_claim_says_so() -> None:
    assert "before an answer was found" in last_content(Conversation().begin("Why?").stop())


def test_a_finished_answer_is_not_stopped() -> None:
    talk = Conversation().begin("Why?").take(answer_in_english())
    assert talk.stop() is talk
    assert Conversation().stop() == Conversation()


def test_a_problem_is_shown_as_text() -> None:
    talk = Conversation().begin("Why?").fail("No <such> file.")
    assert '<p class="problem">No &lt;such&gt; file.</p>' in last_content(talk)


def test_follow_ups_hear_of_answered_questions_only() -> None:
    answer = answer_in_english()
    talk = Conversation().begin("One?").take(answer).begin("Two?").fail("No.").begin("Three?")
    assert talk.turns == [Turn("One?", answer.text)]


def test_an_answer_is_found_by_its_id() -> None:
    first, second = answer_in_english(), answer_in_chinese()
    talk = Conversation().begin("One?").take(first).begin("二？").take(second)
    assert talk.find_answer(first.id) is first
    assert talk.find_answer(second.id) is second
    assert talk.find_answer("nothing") is None


def test_steps_leave_the_conversation_before_them_as_it_was() -> None:
    before = Conversation().begin("Why?")
    before.take(answer_in_english().claims[0])
    assert before == Conversation().begin("Why?")


ONE, TWO, THREE = answer_in_english(), answer_in_chinese(), answer_with_series()


def kept(*answers: Answer) -> Conversation:
    talk = Conversation(id="c1")
    for index, answer in enumerate(answers):
        talk = talk.begin(answer.question).take(answer).mark_kept(index)
    return talk


def test_a_question_that_is_edited_takes_the_place_of_all_after_it() -> None:
    talk = kept(ONE, TWO, THREE).edit(1)
    assert talk.edited == TWO.question
    asked = talk.begin("Another?")
    assert [one.question for one in asked.exchanges] == [ONE.question, "Another?"]
    assert (asked.editing, asked.keeps, asked.id) == (None, 1, "c1")
    assert asked.take(THREE).mark_kept(1).keeps is None


def test_questions_that_were_never_kept_leave_the_history_as_it_is() -> None:
    talk = kept(ONE).begin("Stopped?").stop()
    assert talk.edit(1).begin("Better?").keeps is None
    assert talk.edit(0).begin("Better?").keeps == 0


def test_what_was_taken_back_stays_so_until_the_next_answer_is_kept() -> None:
    talk = kept(ONE, TWO).edit(1).begin("Broken off?").stop()
    assert talk.edit(1).begin("Once more?").keeps == 1
    assert talk.edit(0).begin("From the start?").keeps == 0


@pytest.mark.parametrize("index", [None, -1, 2, 99])
def test_what_is_not_there_is_not_edited(index: int | None) -> None:
    assert kept(ONE, TWO).edit(0).edit(index).edited is None


def test_each_question_can_be_edited_and_the_last_be_asked_again() -> None:
    messages = [message["content"] for message in to_messages(kept(ONE, TWO).edit(0), "en")]
    assert "asked editing" in messages[0]
    assert "do-edit-0" in messages[0]
    assert "do-edit-1" in messages[2]
    assert "do-retry" not in messages[1]
    assert "do-retry" in messages[3]
    assert f"do-up-{TWO.id}" in messages[3]


def test_while_an_answer_is_in_work_nothing_else_can_be_done() -> None:
    shown = "".join(one["content"] for one in to_messages(kept(ONE).begin("Why?"), "en"))
    assert " do-" not in shown


def test_a_stopped_question_can_be_asked_again_but_not_rated() -> None:
    shown = last_content(Conversation().begin("Why?").stop())
    assert "do-retry" in shown
    assert "thumb" not in shown


def test_a_note_under_an_answer_is_text() -> None:
    shown = last_content(Conversation().begin("Why?").take(ONE).note("No <disk>."))
    assert '<p class="note">No &lt;disk&gt;.</p>' in shown
    assert "Verified" in shown


def test_a_thumb_goes_to_its_answer_alone() -> None:
    talk = kept(ONE, TWO).rate(TWO.id, "down")
    assert (talk.find_thumb(ONE.id), talk.find_thumb(TWO.id)) == (None, "down")
    assert last_content(talk).count("given") == 1
    assert talk.rate("other", "up") == talk
    assert talk.find_thumb("other") is None


def test_what_an_answer_was_confined_to_stays_text() -> None:
    talk = Conversation().begin("Why?", "<b>A\n\n& B</b>")
    [question, _] = to_messages(talk, "zh")
    assert "仅依据：&lt;b&gt;A &amp; B&lt;/b&gt;" in question["content"]
