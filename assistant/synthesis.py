"""Numbered passages to a model, its answer back sentence by sentence.

The passages are numbered in the order in which they come, so [n] is `source_nodes[n - 1]`. What the
model writes is unchecked here: grounding comes after.
"""

from __future__ import annotations

import re
from collections.abc import (
    AsyncGenerator,
    Generator,
    Iterable,
    Sequence,
)
from contextlib import aclosing, closing
from dataclasses import dataclass
from typing import Any

from llama_index.core.base.response.schema import (
    RESPONSE_TYPE,
    AsyncStreamingResponse,
    Response,
    StreamingResponse,
)
from llama_index.core.callbacks import CallbackManager
from llama_index.core.indices.prompt_helper import ChatPromptHelper, PromptHelper
from llama_index.core.llms import LLM, ChatMessage, ChatResponse
from llama_index.core.prompts.mixin import PromptDictType
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.schema import MetadataMode, NodeWithScore, QueryBundle, QueryType, TextNode
from openai.types.chat import ChatCompletionChunk

from assistant.answer import Language
from assistant.calling import Caller
from assistant.errors import ModelError, RetryableModelError
from assistant.prompts import load_prompt
from assistant.question import Question
from assistant.text.citations import disarm_markers
from assistant.text.language import detect_language
from assistant.text.stream import SentenceBuffer

# What the prompt tells a model to write when the passages don't answer.
REFUSAL = "NOT_STATED"

# Models escape the underline as Markdown wants it, or leave it out.
_REFUSAL = re.compile(r"NOT(?:\\?_|\s)STATED")
# What could close a passage's tag, or open a turn in a local server's chat template.
_TAG = re.compile(r"[<＜](?=\s*[/／]?\s*passage|\|)", re.IGNORECASE)
_ATTRIBUTION = ("organisation", "author", "year", "title", "section")
_LANGUAGES: tuple[Language, ...] = ("en", "zh")


@dataclass(frozen=True, slots=True)
class NumberedPassage:
    """A passage as the prompt shows it; `source` is one line: who, when, under what title."""

    number: int
    source: str
    text: str


class Reply:
    """A model's reply as it arrives: sentences out, the sentinel kept back, its end checked.

    `metadata` is filled while it arrives: model, refused, usage (token counts, where the server
    says them). A refusal has no sentences.
    """

    def __init__(self, model: str) -> None:
        self.model = model
        self.metadata: dict[str, Any] = {"model": model, "refused": False, "usage": {}}
        self._buffer = SentenceBuffer()
        self._finish_reason: str | None = None
        self._said_nothing = True
        self._shown = False
        self._dropped = False

    @property
    def refused(self) -> bool:
        """Whether the reply began with the sentinel: what follows it answers nothing."""
        return self._dropped and not self._shown

    def push(self, chunk: ChatResponse) -> list[str]:
        """The sentences that `chunk` completes."""
        self._note(chunk)
        return self._pass(self._buffer.push(chunk.delta or ""))

    def finish(self) -> list[str]:
        """The last sentences; ModelError if the reply is empty or didn't come to its end."""
        if not self.refused:
            self._check_end()
        sentences = self._pass(self._buffer.flush())
        self.metadata["refused"] = self.refused
        return sentences

    def _note(self, chunk: ChatResponse) -> None:
        self._said_nothing = self._said_nothing and not (chunk.delta or "").strip()
        self._finish_reason = _finish_reason(chunk.raw) or self._finish_reason
        counts = {k: v for k, v in chunk.additional_kwargs.items() if k.endswith("_tokens") and v}
        self.metadata["usage"].update(counts)

    def _pass(self, sentences: Iterable[str]) -> list[str]:
        kept = []
        for sentence in sentences:
            if self.refused:
                break
            if _REFUSAL.search(sentence):
                self._dropped = True
            else:
                self._shown = True
                kept.append(sentence)
        return kept

    def _check_end(self) -> None:
        if self._finish_reason == "content_filter":
            raise ModelError("filtered", model=self.model)
        if self._said_nothing:
            # Also what a body that is no stream of events looks like.
            raise RetryableModelError("bad_reply", model=self.model)
        if self._finish_reason == "length":
            raise ModelError("cut_off", model=self.model)
        if self._finish_reason is None:
            raise RetryableModelError("cut_off", model=self.model)


class ModelSynthesizer(BaseSynthesizer):
    """Answers a Question from the nodes given, in the question's language.

    A reply streams by sentence; its errors come out of the stream, after the sentences that were
    complete by then. How long it may take is the caller's concern. Without nodes no model is asked.
    The response's `metadata` is that of Reply, final at the stream's end.
    """

    def __init__(self, llm: LLM, *, streaming: bool = True, caller: Caller | None = None) -> None:
        super().__init__(
            llm=llm,
            streaming=streaming,
            callback_manager=CallbackManager(),
            # Both would be taken from the model's metadata; passages are never packed by them.
            prompt_helper=PromptHelper(),
            chat_prompt_helper=ChatPromptHelper(),
        )
        self._caller = caller or Caller(llm)

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
        reply = Reply(self._llm.metadata.model_name)
        reply.metadata["refused"] = not nodes
        return (build_messages(as_question(query), nodes) if nodes else []), reply

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


def build_messages(question: Question, nodes: Sequence[NodeWithScore]) -> list[ChatMessage]:
    """The prompt in the question's language: rules, then passages 1 to n, then the question."""
    return load_prompt("answer", question.language).format_messages(
        passages=[number_passage(n, node) for n, node in enumerate(nodes, 1)],
        question=fence(question.query_str),
        refusal=REFUSAL,
    )


def number_passage(number: int, node: NodeWithScore) -> NumberedPassage:
    """The passage as the prompt shows it, made from the metadata that chunks carry."""
    known = (node.metadata.get(key) for key in _ATTRIBUTION)
    source = " · ".join(" ".join(str(value).split()) for value in known if value)
    text = node.node.get_content(metadata_mode=MetadataMode.NONE)
    return NumberedPassage(number, fence(source), fence(text))


def fence(text: str) -> str:
    """`text` unable to close its tag, to open a turn of its own, or to pass for a citation."""
    return disarm_markers(_TAG.sub("‹", text))


def _nodes(texts: Sequence[str]) -> list[NodeWithScore]:
    return [NodeWithScore(node=TextNode(text=text)) for text in texts]


def _finish_reason(raw: object) -> str | None:
    """Why the model stopped, None as long as it goes on; "stop" where nobody can say.

    LlamaIndex hands on the server's own chunk; an end without a reason is a stream cut short, and
    nothing else shows it. Models that don't speak OpenAI's protocol have no such chunk.
    """
    if not isinstance(raw, ChatCompletionChunk):
        return "stop"
    return next((choice.finish_reason for choice in raw.choices if choice.finish_reason), None)
