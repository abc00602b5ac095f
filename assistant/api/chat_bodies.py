"""What a chat in OpenAI's form is sent: as much of it as means something here."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from assistant.answer import Language
from assistant.api.bodies import Body, FiltersBody


class Part(BaseModel):
    """A part of a message; only text is read."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["text"])
    text: str | None = None


class Message(BaseModel):
    """A message of a conversation."""

    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"] = Field(
        description="`system` and `developer` are passed over: answers come from the documents and"
        " their checks, which no instruction may change. `tool` and `function` are refused."
    )
    content: str | list[Part] | None = None


class StreamOptions(BaseModel):
    model_config = ConfigDict(extra="allow")

    include_usage: StrictBool | None = None


class ChatOptions(Body):
    """What goes with a question here and nowhere else."""

    filters: FiltersBody = FiltersBody()
    language: Language | None = None


class ChatBody(BaseModel):
    """A conversation; the last message is the question. What isn't named here, such as
    `temperature`, is taken and has no effect."""

    model_config = ConfigDict(extra="allow")

    model: str = Field(
        max_length=600,
        description="`duocite`, or `duocite/` and the name of a collection.",
        examples=["duocite"],
    )
    messages: list[Message] = Field(min_length=1)
    stream: StrictBool | None = False
    stream_options: StreamOptions | None = None
    n: StrictInt | None = Field(None, description="1; more are refused.")
    tools: list[Any] | None = Field(None, description="Refused.")
    functions: list[Any] | None = Field(None, description="Refused.")
    modalities: list[str] | None = Field(None, description="Text; others are refused.")
    response_format: dict[str, Any] | None = Field(
        None, description="`text`; others are refused: the JSON of an answer is in `duocite`."
    )
    duocite: ChatOptions = Field(ChatOptions(), description="Filters and language of the answer.")
