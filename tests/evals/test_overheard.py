"""What a model says is heard, and nothing of it changed."""

from __future__ import annotations

import pytest
from llama_index.core.base.llms.types import ChatResponse
from llama_index.core.instrumentation import get_dispatcher  # type: ignore[attr-defined]
from llama_index.core.llms import ChatMessage
from llama_index.core.llms.mock import MockLLM

from evals.overheard import ModelReply, overhear

PROMPT = [ChatMessage(role="user", content='<passage number="1">The mill.</passage>')]
PLAIN = [ChatMessage(role="user", content="Hello there.")]


def said(response: ChatResponse) -> str:
    return response.message.content or ""


def test_a_streamed_reply_is_heard_whole() -> None:
    with overhear() as heard:
        *_, last = MockLLM().stream_chat(PROMPT)
    assert heard == [ModelReply(True, said(last))]
    assert "The mill." in heard[0].text


def test_a_reply_that_is_not_streamed_is_heard_too() -> None:
    with overhear() as heard:
        reply = MockLLM().chat(PLAIN)
    assert heard == [ModelReply(False, said(reply))]


def test_calls_are_heard_in_their_order() -> None:
    with overhear() as heard:
        MockLLM().chat(PLAIN)
        list(MockLLM().stream_chat(PROMPT))
        MockLLM().chat(PLAIN)
    assert [reply.with_passages for reply in heard] == [False, True, False]


def test_of_a_reply_that_nobody_waited_for_the_beginning_is_heard() -> None:
    with overhear() as heard:
        stream = MockLLM(max_tokens=5).stream_chat(PLAIN)
        first = next(iter(stream))
        stream.close()
    assert heard == [ModelReply(False, said(first))]


def test_a_call_that_nobody_listened_to_left_no_trace() -> None:
    with overhear() as heard:
        MockLLM().stream_chat(PLAIN)
    assert heard == [ModelReply(False, "")]


def test_nobody_listens_after_the_block_even_if_it_failed() -> None:
    before = list(get_dispatcher().event_handlers)
    with pytest.raises(ZeroDivisionError), overhear() as heard:
        _ = 1 / 0
    MockLLM().chat(PLAIN)
    assert heard == []
    assert get_dispatcher().event_handlers == before
