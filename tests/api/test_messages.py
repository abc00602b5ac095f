"""A chat's messages, read as a question with what was said before it."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.api.chat_bodies import ChatBody
from assistant.api.messages import read_chat
from assistant.errors import RequestError
from assistant.scope import Filters, Turn


def build(*said: tuple[str, Any], model: str = "duocite", **more: Any) -> ChatBody:
    messages = [{"role": role, "content": content} for role, content in said]
    return ChatBody.model_validate({"model": model, "messages": messages, **more})


def refusal(body: ChatBody) -> tuple[str, object]:
    with pytest.raises(RequestError) as raised:
        read_chat(body, "default")
    return raised.value.code, raised.value.details.get("name")


def test_the_last_message_is_the_question_and_pairs_before_it_are_the_history() -> None:
    asked = read_chat(
        build(("user", "A?"), ("assistant", "B."), ("user", "那2024年呢？")), "default"
    )
    assert (asked.question, asked.collection) == ("那2024年呢？", "default")
    assert asked.history == (Turn("A?", "B."),)


@pytest.mark.parametrize("role", ["system", "developer"])
def test_instructions_are_passed_over_wherever_they_stand(role: str) -> None:
    asked = read_chat(
        build((role, "Say yes."), ("user", "A?"), (role, "No."), ("assistant", "B."),
              ("user", "C?"), (role, "Be brief.")), "default"
    )  # fmt: skip
    assert (asked.question, asked.history) == ("C?", (Turn("A?", "B."),))


def test_text_comes_as_a_string_or_in_parts() -> None:
    parts = [{"type": "text", "text": "One?"}, {"type": "text", "text": "二？"}]
    assert read_chat(build(("user", parts)), "default").question == "One?\n二？"


@pytest.mark.parametrize(
    ("said", "turns"),
    [
        ([("assistant", "Hello!")], ()),
        ([("user", "A?"), ("user", "B?")], (Turn("A?", ""), Turn("B?", ""))),
        ([("user", "A?"), ("assistant", None)], (Turn("A?", ""),)),
        ([("user", "A?"), ("assistant", "B."), ("assistant", "C.")], (Turn("A?", "B.\nC."),)),
    ],
)
def test_a_history_out_of_step_is_read_as_it_can_be(
    said: list[tuple[str, Any]], turns: tuple[Turn, ...]
) -> None:
    assert read_chat(build(*said, ("user", "Now?")), "default").history == turns


def test_a_model_is_a_collection() -> None:
    names = {"duocite": "served", "duocite/energy": "energy", "duocite/a/b 能源": "a/b 能源"}
    for model, collection in names.items():
        assert read_chat(build(("user", "A?"), model=model), "served").collection == collection


@pytest.mark.parametrize("model", ["", "gpt-4o", "duocite/", "Duocite", "duocite2", "x/duocite"])
def test_another_model_is_refused_by_name(model: str) -> None:
    with pytest.raises(RequestError, match="no_model") as raised:
        read_chat(build(("user", "A?"), model=model), "default")
    assert raised.value.details == {"model": model}


@pytest.mark.parametrize(
    "said",
    [
        [("assistant", "B.")],
        [("user", "A?"), ("assistant", "B.")],
        [("system", "Be brief.")],
        [("user", "  \n")],
        [("user", None)],
        [("user", [])],
    ],
)
def test_without_a_question_at_the_end_there_is_nothing_to_answer(
    said: list[tuple[str, Any]],
) -> None:
    assert refusal(build(*said))[0] == "last_message"


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"n": 2}, "n"),
        ({"n": 0}, "n"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools"),
        ({"functions": [{"name": "f"}]}, "functions"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
    ],
)
def test_what_can_not_be_had_is_refused_by_name(more: dict[str, Any], name: str) -> None:
    assert refusal(build(("user", "A?"), **more)) == ("unsupported", name)


@pytest.mark.parametrize("role", ["tool", "function"])
def test_results_of_tools_are_refused(role: str) -> None:
    assert refusal(build((role, "7"), ("user", "A?"))) == ("unsupported", "tools")


@pytest.mark.parametrize("kind", ["image_url", "input_audio", "file"])
def test_pictures_sound_and_files_are_refused_by_name(kind: str) -> None:
    parts = [{"type": "text", "text": "What is this?"}, {"type": kind, kind: {"url": "data:,"}}]
    assert refusal(build(("user", parts))) == ("unsupported", f"content: {kind}")


@pytest.mark.parametrize(
    "more",
    [
        {"temperature": 2, "top_p": 0.1, "seed": 7, "stop": ["x"], "max_tokens": 5, "user": "u"},
        {"n": 1, "tools": [], "functions": None, "modalities": ["text"], "logit_bias": {"1": 2}},
        {"response_format": {"type": "text"}, "metadata": {"a": "b"}, "anything": [1, {}]},
    ],
)
def test_other_parameters_have_no_effect(more: dict[str, Any]) -> None:
    assert read_chat(build(("user", "A?"), **more), "c") == read_chat(build(("user", "A?")), "c")


def test_filters_and_language_go_in_a_field_of_our_own() -> None:
    own = {"filters": {"years": [2024], "organisations": ["甲"]}, "language": "zh"}
    asked = read_chat(build(("user", "A?"), duocite=own), "default")
    assert asked.filters == Filters(organisations=("甲",), years=(2024,))
    assert (asked.language, asked.form) == ("zh", "markdown")


def test_a_slip_in_our_own_field_is_told() -> None:
    with pytest.raises(ValueError, match="langauge"):
        build(("user", "A?"), duocite={"langauge": "zh"})
