"""Completions and chunks as OpenAI's own types read them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from assistant.api.completion import DONE, Completion, count_usage, find_end
from tests.support.answers import build_answer

ANSWER = build_answer("Q?", usage={"prompt_tokens": 11, "completion_tokens": 4, "cost": "0.1"})
JSON = ANSWER.to_json()


def read(text: str) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data: ") for line in text.split("\n\n") if line]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def test_a_completion_is_one_of_openai() -> None:
    known = Completion("duocite").build(JSON, "Text")
    read_back = ChatCompletion.model_validate(known, strict=True)
    (choice,) = read_back.choices
    assert (choice.message.content, choice.finish_reason) == ("Text", "stop")
    assert known["choices"][0]["message"]["citations"] == JSON["citations"]
    assert known["duocite"] == JSON


def test_chunks_are_those_of_openai_and_one_reply() -> None:
    completion = Completion("duocite/x", usage=True)
    text = completion.begin() + completion.go_on("一。") + completion.end(JSON)
    assert text.endswith(DONE)
    assert text.isascii()
    chunks = [ChatCompletionChunk.model_validate(one, strict=True) for one in read(text)]
    assert len({chunk.id for chunk in chunks}) == 1
    assert {chunk.model for chunk in chunks} == {"duocite/x"}
    first, second, last, used = chunks
    assert (first.choices[0].delta.role, second.choices[0].delta.content) == ("assistant", "一。")
    assert [chunk.choices[0].finish_reason for chunk in (first, second, last)] == [
        None, None, "stop",
    ]  # fmt: skip
    assert used.choices == []
    assert used.usage is not None
    assert used.usage.total_tokens == 15


def test_usage_is_told_only_to_who_wants_it() -> None:
    plain, counted = Completion("duocite"), Completion("duocite", usage=True)
    assert "usage" not in read(plain.go_on("a"))[0]
    assert read(counted.go_on("a"))[0]["usage"] is None
    assert len(read(plain.end(JSON))) == 1
    assert len(read(counted.end(JSON))) == 2


def test_the_last_chunk_has_citations_and_the_whole_answer() -> None:
    (last,) = read(Completion("duocite").end(JSON))
    assert last["choices"][0]["delta"] == {"citations": JSON["citations"]}
    assert last["duocite"] == JSON
    assert last["system_fingerprint"] == JSON["fingerprint"]


def test_two_replies_are_two() -> None:
    one, two = (Completion("duocite").build(JSON, "")["id"] for _ in range(2))
    assert one != two


@pytest.mark.parametrize(("incomplete", "end"), [(False, "stop"), (True, "length")])
def test_an_answer_that_broke_off_says_so(incomplete: bool, end: str) -> None:
    assert find_end(build_answer("Q?", incomplete=incomplete).to_json()) == end


def test_tokens_are_those_that_a_model_took() -> None:
    assert count_usage(JSON) == {"prompt_tokens": 11, "completion_tokens": 4, "total_tokens": 15}
    assert count_usage(build_answer("Q?").to_json())["total_tokens"] == 0
