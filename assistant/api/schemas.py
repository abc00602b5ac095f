"""What Duocite's own routes answer, described for the OpenAPI document.

Nothing is made of these: an answer's JSON is `Answer.to_json()` everywhere. Tests compare the two.
Fields are added with time, so that none of these forbids others.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.answer import FigureVerdict, Language, Reason, Status, Verdict
from assistant.figures.types import Bound
from store.places import PlaceKind


class Error(BaseModel):
    """What went wrong and what to do. `code` and `values` are for programs, `message` is for
    people, in the language of `Accept-Language`."""

    code: str = Field(examples=["store.no_collection", "request.field", "model.timeout"])
    message: str
    values: dict[str, Any] = Field(description="What the message names.")
    retryable: bool = Field(description="Whether the same request may succeed a little later.")
    type: str = Field(examples=["invalid_request_error", "rate_limit_error", "server_error"])
    param: str | None = Field(description="The field that is wrong, where one is.")


class Problem(BaseModel):
    error: Error


class Location(BaseModel):
    """Where in its file a quotation stands: `from` and `to` for lines, pages and slides, `sheet`
    and `range` for cells, `path` for a heading."""

    model_config = ConfigDict(populate_by_name=True)

    kind: PlaceKind
    from_: int | None = Field(None, alias="from")
    to: int | None = None
    sheet: str | None = None
    range: str | None = None
    path: str | None = None


class Passage(BaseModel):
    """A stretch of a document that a search found."""

    number: int
    document: str = Field(description="The id of its document.")
    title: str
    organisation: str | None
    author: str | None
    year: int | None
    language: str
    section: str | None
    passage: str = Field(description="As it is stored.")
    passage_shown: str = Field(description="The same, cleaned.")
    passage_span: tuple[int, int] = Field(description="Characters of the stored text [from, to).")
    passage_lines: tuple[int, int]
    score: float


class Citation(Passage):
    """A numbered source: [1] in the answer is `number` 1."""

    rank: int = Field(description="Of its passage in the search.")
    location: Location
    span: tuple[int, int] = Field(description="Of the quotation: characters [from, to).")
    lines: tuple[int, int]
    quote: str = Field(description="Verbatim, `text[span[0]:span[1]]` of the stored text.")
    quote_shown: str


class Sentence(BaseModel):
    """A checked sentence of an answer that still grows."""

    text: str
    citations: list[int]
    verdict: Verdict
    reason: str | None


class Claim(Sentence):
    """A sentence of the answer, without its markers."""

    repaired: bool = Field(description="Written anew in place of one that wasn't proved.")


class Figure(BaseModel):
    """A figure as a text states it."""

    text: str
    value: str = Field(description="Decimal, in base units.", examples=["700000000000"])
    unit: str = Field(examples=["CNY", "%", "count", "year", "t"])
    bound: Bound
    step: str = Field(description="The size of its last digit.")
    span: tuple[int, int] = Field(description="Characters of its sentence.")


class CheckedFigure(Figure):
    """A figure of the answer and what its check found."""

    verdict: FigureVerdict
    citations: list[int]
    source: str | None = Field(description="As the source states it.")
    operands: list[Figure] = Field(description="What it was computed from.")
    claim: int = Field(description="The index of its sentence in `claims`.")


class ConflictSide(BaseModel):
    figure: Figure
    who: str
    when: int | None
    citation: int


class Conflict(BaseModel):
    """The same question answered with different figures by different sources."""

    about: str
    sides: list[ConflictSide]


class Failure(BaseModel):
    """Why a model gave no answer, or not all of it."""

    code: str
    message: str
    values: dict[str, Any]
    retryable: bool


class Usage(BaseModel):
    """What the model took; empty where none was asked."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: Any = None
    currency: str | None = None


class Answer(BaseModel):
    """A checked answer, or a refusal."""

    id: str = Field(description="What feedback names.")
    question: str
    language: Language
    collection: str
    status: Status
    answered: bool
    reason: Reason | None = Field(description="Of a refusal.")
    incomplete: bool
    fallback: bool = Field(description="Quoted, for the model failed.")
    failure: Failure | None
    answer: str = Field(description="With markers such as [1].")
    model: str
    claims: list[Claim]
    citations: list[Citation]
    figures: list[CheckedFigure]
    conflicts: list[Conflict]
    problems: list[str]
    nearest: list[Passage] = Field(description="Of a refusal: the passages that came closest.")
    timings_ms: dict[str, int]
    usage: Usage
    fingerprint: str = Field(description="Of settings, prompts and documents.")
    rendered: str = Field("", description="Where a `form` was asked for.")


class Document(BaseModel):
    id: str
    title: str
    organisation: str | None
    year: int | None
    language: str
    chunks: int


class Documents(BaseModel):
    collection: str
    documents: list[Document]


class Collection(BaseModel):
    name: str
    documents: int
    chunks: int


class Collections(BaseModel):
    collections: list[Collection]


class Text(BaseModel):
    """A document's stored text, every character of it."""

    id: str
    text: str


class Chunk(BaseModel):
    """What is searched, and where in its document it stands."""

    id: str
    section: str | None
    language: str
    location: Location
    span: tuple[int, int]
    text: str


class Chunks(BaseModel):
    id: str
    chunks: list[Chunk]


class Removed(BaseModel):
    collection: str
    removed: int


class Rated(BaseModel):
    answer_id: str
    verdict: Literal["up", "down", "none"]
