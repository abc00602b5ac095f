"""Numbered passages to a model, its answer back sentence by sentence.

The passages are numbered in the order in which they come, so [n] is `source_nodes[n - 1]`; those
that the model's window has no room for are not shown. What the model writes is unchecked here:
grounding comes after.
"""

from __future__ import annotations

from collections.abc import (
    AsyncGenerator,
    Generator,
    Sequence,
)
from contextlib import aclosing, closing
from functools import partial
from typing import Any

from llama_index.core.base.response.schema import (
    RESPONSE_TYPE,
    AsyncStreamingResponse,
    Response,
    StreamingResponse,
)
from llama_index.core.callbacks import CallbackManager
from llama_index.core.indices.prompt_helper import ChatPromptHelper, PromptHelper
from llama_index.core.llms import LLM, ChatMessage
from llama_index.core.prompts.mixin import PromptDictType
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.schema import NodeWithScore, QueryBundle, QueryType, TextNode

from assistant.answer import Language
from assistant.calling import Caller
from assistant.errors import ModelError
from assistant.fencing import fence
from assistant.packing import NumberedPassage, find_room, pack_passages
from assistant.prompts import load_prompt
from assistant.question import Question
from assistant.reply import REFUSAL, Reply
from assistant.text.language import detect_language
from assistant.tokens import count_tokens, estimate_at_most, is_exact

_LANGUAGES: tuple[Language, ...] = ("en", "zh")


class ModelSynthesizer(BaseSynthesizer):
    """Answers a Question from the nodes given, in the question's language.

    A reply streams by sentence; its errors come out of the stream, after the sentences that were
    complete by then. How long it may take is the caller's concern. Without nodes no model is asked.
    The response's `metadata` is that of Reply, final at the stream's end. `window` (tokens) is the
    model's, where it is known better than by `llm`. ModelError "no_room" if not even a piece of the
    best passage fits into it.
    """

    def __init__(
        self,
        llm: LLM,
        *,
        streaming: bool = True,
        caller: Caller | None = None,
        window: int | None = None,
    ) -> None:
        super().__init__(
            llm=llm,
            streaming=streaming,
            callback_manager=CallbackManager(),
            # Both would be taken from the model's metadata; passages are never packed by them.
            prompt_helper=PromptHelper(),
            chat_prompt_helper=ChatPromptHelper(),
        )
        self._caller = caller or Caller(llm)
        self._window = window or llm.metadata.context_window

    def synthesize(
        self,
        query: QueryType,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
        **response_kwargs: Any,
    ) -> RESPONSE_TYPE:
        sources = [*nodes, *(additional_source_nodes or ())]
        messages, reply = self._begin(query, nodes)
        sentences = self._sentences(messages, reply)
        if self._streaming:
            return StreamingResponse(sentences, sources, reply.metadata)
        return Response("".join(sentences), sources, reply.metadata)

    async def asynthesize(
        self,
        query: QueryType,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
        **response_kwargs: Any,
    ) -> RESPONSE_TYPE:
        sources = [*nodes, *(additional_source_nodes or ())]
        messages, reply = self._begin(query, nodes)
        sentences = self._asentences(messages, reply)
        if self._streaming:
            return AsyncStreamingResponse(sentences, sources, reply.metadata)
        return Response("".join([s async for s in sentences]), sources, reply.metadata)

    def get_response(
        self, query_str: str, text_chunks: Sequence[str], **response_kwargs: Any
    ) -> str:
        """For callers that have texts and no nodes; the passages then have no attribution."""
        return "".join(self._sentences(*self._begin(query_str, _nodes(text_chunks))))

    async def aget_response(
        self, query_str: str, text_chunks: Sequence[str], **response_kwargs: Any
    ) -> str:
        sentences = self._asentences(*self._begin(query_str, _nodes(text_chunks)))
        return "".join([sentence async for sentence in sentences])

    def _begin(
        self, query: QueryType, nodes: Sequence[NodeWithScore]
    ) -> tuple[list[ChatMessage], Reply]:
        """What to send, nothing if there is nothing to answer from, and what will come back."""
        asked, model = as_question(query), self._llm.metadata.model_name
        packed = self._pack(asked, nodes, model) if nodes else []
        reply = Reply(model, [passage.number for passage in packed])
        reply.metadata["refused"] = not nodes
        return (build_messages(asked, packed) if packed else []), reply

    def _pack(
        self, question: Question, nodes: Sequence[NodeWithScore], model: str
    ) -> list[NumberedPassage]:
        """The passages that fit, by an estimate that is quick, or where it says that they don't all
        fit, by the model's own vocabulary if that is at hand."""
        frame = "".join(str(message.content) for message in build_messages(question, ()))
        room = find_room(self._window, estimate_at_most(frame))
        packed = pack_passages(nodes, room, estimate_at_most)
        if len(packed) < len(nodes) and is_exact(model):
            room = find_room(self._window, count_tokens(frame, model))
            packed = pack_passages(nodes, room, partial(count_tokens, model=model))
        if not packed:
            raise ModelError("no_room", model=model)
        return packed

    def _sentences(self, messages: Sequence[ChatMessage], reply: Reply) -> Generator[str]:
        if not messages:
            return
        with closing(self._caller.stream(messages)) as chunks:
            for chunk in chunks:
                yield from reply.push(chunk)
                if reply.refused:
                    break
            yield from reply.finish()

    async def _asentences(
        self, messages: Sequence[ChatMessage], reply: Reply
    ) -> AsyncGenerator[str]:
        if not messages:
            return
        async with aclosing(self._caller.astream(messages)) as chunks:
            async for chunk in chunks:
                for sentence in reply.push(chunk):
                    yield sentence
                if reply.refused:
                    break
            for sentence in reply.finish():
                yield sentence

    def _get_prompts(self) -> PromptDictType:
        return {f"answer_{language}": load_prompt("answer", language) for language in _LANGUAGES}

    def _update_prompts(self, prompts: PromptDictType) -> None:
        """Prompts are files, checked when loaded: nothing is replaced at run time."""


def as_question(query: QueryType) -> Question:
    """`query` as it is if it is a Question, else with the language that it is written in."""
    if isinstance(query, Question):
        return query
    text = query.query_str if isinstance(query, QueryBundle) else query
    return Question(text, language="zh" if detect_language(text) == "zh" else "en")


def build_messages(question: Question, passages: Sequence[NumberedPassage]) -> list[ChatMessage]:
    """The prompt in the question's language: rules, then the passages, then the question."""
    return load_prompt("answer", question.language).format_messages(
        passages=passages,
        numbers=sorted(passage.number for passage in passages),
        question=fence(question.query_str),
        refusal=REFUSAL,
    )


def _nodes(texts: Sequence[str]) -> list[NodeWithScore]:
    return [NodeWithScore(node=TextNode(text=text)) for text in texts]
