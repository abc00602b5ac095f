"""A reply as it arrives: sentences, what is kept back, and how it ends."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from llama_index.core.llms import ChatMessage, ChatResponse
from openai.types.chat import ChatCompletionChunk

from assistant.errors import ModelError
from assistant.reply import REFUSAL, Reply, is_refusal

SENTENCES = ["It grew by 5 % [1].", " It fell in 2024 [2]."]


def chunk(delta: str, finish: str | None = None) -> ChatResponse:
    """As an OpenAI client hands it on."""
    choice = {"index": 0, "delta": {"content": delta}, "finish_reason": finish}
    event = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    raw = ChatCompletionChunk.model_validate(event | {"choices": [choice]})
    return ChatResponse(message=ChatMessage(), delta=delta, raw=raw)


def read(text: str, size: int = 3, finish: str | None = "stop") -> tuple[list[str], Reply]:
    reply = Reply("m", [3, 1])
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    said = [one for piece in pieces for one in reply.push(chunk(piece))]
    reply.push(chunk("", finish))
    return [*said, *reply.finish()], reply


@pytest.mark.parametrize("size", [1, 2, 4, 100])
def test_sentences_come_whole(size: int) -> None:
    said, reply = read("".join(SENTENCES), size)
    assert said == SENTENCES
    assert reply.metadata == {"model": "m", "refused": False, "usage": {}, "shown": (1, 3)}


@pytest.mark.parametrize("end", [" [1", "[", " [1, ", "【2"])
def test_a_marker_that_never_closes_is_never_shown(end: str) -> None:
    said, _ = read(f"It grew{end}")
    assert said == ["It grew"]


def test_thoughts_are_kept_back_and_are_no_answer() -> None:
    assert read(f"<think>Maybe {REFUSAL}? It fell [1].</think>It grew [1].")[0] == ["It grew [1]."]
    with pytest.raises(ModelError, match="bad_reply"):
        read("<think>It grew [1]. It")


def test_a_table_comes_as_items() -> None:
    assert read("| Year | Trade |\n|---|---|\n| 2023 | 5 t [1] |")[0] == [
        "\n- year: 2023; Trade: 5 t [1]"
    ]


@pytest.mark.parametrize(
    ("text", "refused", "said"),
    [
        (REFUSAL, True, []),
        (f"{REFUSAL}\nBut it grew [1].", True, []),
        (f"It grew [1].\n{REFUSAL}", False, ["It grew [1]."]),
        (f"<think>No.</think>\n\n{REFUSAL}", True, []),
    ],
)
def test_the_sentinel_is_a_refusal_only_where_nothing_stands_before_it(
    text: str, refused: bool, said: Iterable[str]
) -> None:
    shown, reply = read(text)
    assert (shown, reply.metadata["refused"]) == (said, refused)


@pytest.mark.parametrize("text", ["NOT_STATED", "NOT\\_STATED", "not: NOT STATED.", "NOTSTATED"])
def test_the_sentinel_is_known_in_the_ways_that_models_write_it(text: str) -> None:
    assert is_refusal(text) == (text != "NOTSTATED")


@pytest.mark.parametrize("text", ["", "<think>It may have grown.</think> "])
def test_a_reply_of_nothing_but_thoughts_is_none(text: str) -> None:
    with pytest.raises(ModelError) as caught:
        read(text)
    assert caught.value.code == "bad_reply"


def test_counts_of_tokens_are_kept() -> None:
    reply = Reply("m")
    counted = chunk("It grew.")
    counted.additional_kwargs = {"prompt_tokens": 7, "completion_tokens": 0, "other": 3}
    reply.push(counted)
    assert reply.metadata["usage"] == {"prompt_tokens": 7}
