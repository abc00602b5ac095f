"""What a chat in OpenAI's form is answered, described for the OpenAPI document."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from assistant.api.schemas import Answer, Citation


class Tokens(BaseModel):
    """What the model took; nothing, where nobody was asked but the documents."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatMessage(BaseModel):
    role: Literal["assistant"]
    content: str = Field(description="Markdown: the answer, then its sources.")
    refusal: None
    citations: list[Citation]


class Choice(BaseModel):
    index: int
    message: ChatMessage
    logprobs: None
    finish_reason: Literal["stop", "length"] = Field(
        description="`length` where the model broke off."
    )


class ChatCompletion(BaseModel):
    """A reply; the answer that it was made of is in `duocite`."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: Tokens
    system_fingerprint: str
    duocite: Answer


class Delta(BaseModel):
    """The first has the role, the last the citations, all between them a sentence each."""

    role: Literal["assistant"] | None = None
    content: str | None = None
    refusal: None = None
    citations: list[Citation] | None = None


class ChunkChoice(BaseModel):
    index: int
    delta: Delta
    logprobs: None
    finish_reason: Literal["stop", "length"] | None


class ChatChunk(BaseModel):
    """A piece of a reply; the last with a choice has the whole answer."""

    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: Tokens | None = None
    system_fingerprint: str | None = None
    duocite: Answer | None = None


class Model(BaseModel):
    """A collection, as a model that can be asked."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class Models(BaseModel):
    object: Literal["list"]
    data: list[Model]
