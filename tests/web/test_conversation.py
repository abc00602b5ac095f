from __future__ import annotations

from assistant.answer import Turn
from assistant.web.conversation import Conversation, to_messages
from tests.web.fake import answer_in_chinese, answer_in_english


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


def test_what_an_answer_was_confined_to_stays_text() -> None:
    talk = Conversation().begin("Why?", "<b>A\n\n& B</b>")
    [question, _] = to_messages(talk, "zh")
    assert "仅依据：&lt;b&gt;A &amp; B&lt;/b&gt;" in question["content"]
