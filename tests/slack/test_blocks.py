"""What Slack shows of any answer: all of it, within Slack's limits, and as text."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from assistant.answer import Answer
from assistant.errors import ModelError, StoreError
from assistant.scope import Language
from assistant.slack.blocks import (
    DOWN,
    SHARE,
    UP,
    WHY,
    Message,
    build_answer,
    build_ephemeral,
    build_failure,
    build_progress,
    build_rated,
    build_shared,
    build_waiting,
)
from assistant.text.citations import add_markers
from assistant.wire import Said
from tests.slack.answers import (
    ANSWERS,
    CLAIMS,
    GOLDEN,
    SHORT,
    TEXTS,
    greeting,
    partial_in_english,
)
from tests.slack.limits import check, check_all, count, find_elements, find_texts, fold
from tests.web.fake import answer_in_chinese, answer_in_english, refusal

Json = dict[str, Any]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
GOLDEN_FILE = Path(__file__).parent / "blocks.json"
ANY = settings(
    deadline=None,
    max_examples=25,
    # Answers are large: to find the smallest that fails takes minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def cross(answer: Answer) -> Json:
    """As it comes out of a database."""
    return dict(json.loads(json.dumps(answer.to_json())))


def share(answer: Json) -> list[Message]:
    return build_shared(answer, "U024BE7LH")


BUILDERS: dict[str, Callable[[Json], list[Message]]] = {
    "answer": build_answer,
    "ephemeral": build_ephemeral,
    "shared": share,
}


def outline(messages: list[Message]) -> list[list[str]]:
    """Each block in a line or a few, for people who read the golden file."""
    return [[outline_block(block) for block in message.blocks] for message in messages]


def outline_block(block: Json) -> str:
    if block["type"] == "actions":
        return " | ".join(f"{one['action_id']}={one['text']['text']}" for one in block["elements"])
    return f"{block['type']}: {''.join(find_texts([block]))}"


def sections(messages: list[Message]) -> str:
    return "".join(find_texts([block for one in messages for block in one.blocks], "section"))


def buttons(message: Message) -> list[tuple[str, str]]:
    return [(one["action_id"], one.get("value", "")) for one in find_elements(message)]


@pytest.mark.parametrize("name", GOLDEN)
def test_an_answer_looks_as_it_should(name: str) -> None:
    golden = json.loads(GOLDEN_FILE.read_text(encoding="utf-8"))
    answer = cross(GOLDEN[name]())
    for builder, build in BUILDERS.items():
        assert outline(build(answer)) == golden[name][builder]


def test_the_golden_file_has_both_languages_and_nothing_else() -> None:
    golden = json.loads(GOLDEN_FILE.read_text(encoding="utf-8"))
    assert golden.keys() == GOLDEN.keys()
    assert {GOLDEN[name]().language for name in golden} == set(LANGUAGES)


@pytest.mark.parametrize("build", BUILDERS.values())
@given(answer=ANSWERS)
@ANY
def test_any_answer_is_within_all_limits(build: Any, answer: Answer) -> None:
    check_all(build(cross(answer)))


@given(answer=ANSWERS)
@ANY
def test_no_sentence_of_an_answer_is_lost(answer: Answer) -> None:
    shown = fold(sections(build_answer(cross(answer))))
    at = 0
    for claim in answer.claims:
        # A half of a character is shown as what stands for one.
        wanted = fold(claim.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
        assert wanted in shown[at:]
        at = shown.index(wanted, at)


@given(answer=ANSWERS)
@ANY
def test_every_source_is_shown_with_its_number(answer: Answer) -> None:
    texts = [text for one in build_answer(cross(answer)) for text in find_texts(one.blocks)]
    for citation in answer.citations:
        assert any(text.startswith(f"[{citation.number}] ") for text in texts)


@pytest.mark.parametrize("filler", ["A sentence of the report. ", "报告里的一句话。", "&", "😀"])
def test_a_very_long_answer_takes_several_messages(filler: str) -> None:
    long = filler * (40_000 // len(filler))
    answer = replace(greeting(), response=long)
    messages = build_answer(cross(answer))
    check_all(messages)
    assert len(messages) >= 4
    assert fold(sections(messages)) == fold(long)


def test_an_answer_of_many_sources_takes_more_than_one_message() -> None:
    one = answer_in_english()
    many = tuple(replace(one.citations[0], number=number) for number in range(1, 91))
    messages = build_answer(cross(replace(one, citations=many)))
    check_all(messages)
    assert len(messages) == 2
    assert [buttons(message) for message in messages[:-1]] == [[]]
    assert [id for id, _ in buttons(messages[-1])] == [UP, DOWN]


@pytest.mark.parametrize("text", ["a", "中", "😀"])
@pytest.mark.parametrize("length", [2999, 3000, 3001])
def test_a_section_is_filled_to_its_edge(text: str, length: int) -> None:
    whole = text * (length // count(text))
    answer = replace(greeting(), response=whole)
    (message,) = build_answer(cross(answer))
    check(message)
    assert len(message.blocks) == (1 if count(whole) <= 3000 else 2)


def test_thumbs_and_sharing_carry_the_answer_s_id() -> None:
    answer = cross(answer_in_chinese())
    assert buttons(build_answer(answer)[-1]) == [(UP, answer["id"]), (DOWN, answer["id"])]
    assert buttons(build_ephemeral(answer)[-1])[2:] == [(SHARE, answer["id"])]
    assert buttons(share(answer)[-1]) == [(UP, answer["id"]), (DOWN, answer["id"])]


def test_a_greeting_is_not_rated_but_can_be_shared() -> None:
    answer = cross(greeting())
    assert buttons(build_answer(answer)[-1]) == []
    assert buttons(build_ephemeral(answer)[-1]) == [(SHARE, answer["id"])]


def test_a_refusal_can_be_rated() -> None:
    answer = cross(refusal("Why?", "en"))
    assert [id for id, _ in buttons(build_answer(answer)[-1])] == [UP, DOWN]


def test_a_shared_answer_says_who_asked_what() -> None:
    first = find_texts(share(cross(partial_in_english()))[0].blocks)[0]
    assert first == "<@U024BE7LH> asked: How much ∗copper∗ did the pit give?"


def test_words_around_an_answer_are_in_its_language_whatever_the_question_s() -> None:
    answer = replace(answer_in_english(), question="第二个泊位要多少钱？")
    assert "出处" not in build_answer(cross(answer))[-1].text
    assert "Sources" in build_answer(cross(answer))[-1].text


@given(SHORT)
@ANY
def test_nobody_but_the_asker_can_be_mentioned(text: str) -> None:
    answer = replace(partial_in_english(), question=f"<!channel> {text}", response=f"{text} <@U1>")
    for message in share(cross(answer)):
        everything = json.dumps(message.to_json())
        assert "<!" not in everything
        assert everything.replace("<@U024BE7LH>", "").count("<@") == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_thing_shown_says_what_happens(language: Language) -> None:
    searching = build_waiting(language)
    checking = build_waiting(language, "checking")
    check_all([searching, checking])
    assert searching.text != checking.text
    assert searching.text.startswith("⏳ ")


@given(st.lists(CLAIMS, max_size=12), st.sampled_from(LANGUAGES))
@ANY
def test_what_is_proved_so_far_is_always_one_message(claims: list[Any], language: Language) -> None:
    said = [Said(one.text, one.citations, one.verdict) for one in claims]
    message = build_progress(said, language)
    check(message)
    assert message.blocks[-1] == build_waiting(language, "checking").blocks[0]


def test_progress_shows_sentences_with_their_numbers_and_doubts() -> None:
    said = [Said("One <b>.", (1,), "proved"), Said("两个。", (), "unproved", "not_supported")]
    assert sections([build_progress(said, "en")]) == "One &lt;b&gt;. [1]\n两个。 (not proved)"


def test_progress_that_is_too_long_for_a_message_shows_its_beginning() -> None:
    said = [Said(f"Sentence {number} of a long answer.", (1,), "proved") for number in range(900)]
    message = build_progress(said, "en")
    check(message)
    shown = sections([message])
    assert shown.startswith("Sentence 0 of a long answer. [1]\nSentence 1 of")
    assert fold(shown) in fold("\n".join(add_markers(one.text, one.citations) for one in said))
    assert len(shown) > 8000


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_failure_is_told_with_what_to_do(language: Language) -> None:
    message = build_failure(StoreError("no_collection", collection="<!here> *x*"), language)
    check(message)
    assert "&lt;!here&gt; ∗x∗" in message.text
    assert message.text.startswith("⚠️ ")


@given(TEXTS, st.sampled_from(LANGUAGES))
@ANY
def test_a_failure_fits_whatever_it_names(text: str, language: Language) -> None:
    check(build_failure(ModelError("no_model", model=text, setting="DUOCITE_LLM"), language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_thumb_down_is_asked_for_its_reason(language: Language) -> None:
    message = build_rated("down", language, "abc123")
    check(message)
    (menu,) = find_elements(message)
    assert menu["action_id"] == WHY
    values = [one["value"] for one in menu["options"]]
    assert values == [
        f"{one}:abc123" for one in ("figure", "source", "missing", "refused", "beside")
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_thumb_up_is_thanked_for(language: Language) -> None:
    message = build_rated("up", language, "abc123")
    check(message)
    assert find_elements(message) == []
    assert "👍" in message.text


def test_an_id_that_no_menu_can_carry_brings_none() -> None:
    assert find_elements(build_rated("down", "en", "x" * 200)) == []
    assert find_elements(build_rated("down", "en")) == []


def test_addresses_of_documents_are_not_unfolded() -> None:
    (message,) = build_answer(cross(greeting()))
    assert message.to_json()["unfurl_links"] is False
    assert message.to_json()["unfurl_media"] is False
