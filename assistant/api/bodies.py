"""What Duocite's own routes are sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from assistant.answer import Filters, Language, Turn
from assistant.errors import RequestError
from assistant.feedback import LONGEST_REASON
from assistant.wire import LONGEST_QUESTION, Asked, Form, IngestOrder

CollectionName = Annotated[
    str, Field(max_length=500, description="The set of documents, as GET /v1/collections names it.")
]


class Body(BaseModel):
    """Nothing that isn't named here is taken: a slip of the keyboard is told."""

    model_config = ConfigDict(extra="forbid")


class TurnBody(Body):
    """What was asked before, and what was answered."""

    question: str
    answer: str


class FiltersBody(Body):
    """Where a question may look; an empty list means everywhere."""

    documents: list[str] = Field([], description="Ids of documents.")
    organisations: list[str] = []
    years: list[StrictInt] = []
    languages: list[str] = Field([], description="Of the documents: en, zh.")

    def to_filters(self) -> Filters:
        return Filters(**{name: tuple(given) for name, given in self})


class AskBody(Body):
    """A question."""

    question: str = Field(description=f"Up to {LONGEST_QUESTION} characters.")
    collection: CollectionName = "default"
    filters: FiltersBody = FiltersBody()
    language: Language | None = Field(None, description="Of the answer; else the question's.")
    history: list[TurnBody] = Field([], description="What was said before, the oldest first.")
    form: Form | None = Field(
        None, description="Has the answer rendered as well, into its field `rendered`."
    )
    stream: StrictBool = Field(
        False, description="As server-sent events: each sentence once it is checked."
    )

    def to_asked(self) -> Asked:
        if not self.question.strip():
            raise RequestError("field", name="question")
        history = tuple(Turn(turn.question, turn.answer) for turn in self.history)
        filters = self.filters.to_filters()
        return Asked(self.question, self.collection, filters, self.language, history, self.form)


class IngestBody(Body):
    """Files, folders and patterns of the server's machine, as absolute paths."""

    paths: list[Path]
    collection: CollectionName = "default"
    catalog: Path | None = Field(None, description="Titles, organisations and years, as YAML.")
    prune: StrictBool = Field(
        False, description="Removes a folder's documents even if all its files are gone."
    )
    stream: StrictBool = False

    def to_order(self) -> IngestOrder:
        for path in (*self.paths, *filter(None, [self.catalog])):
            if not path.is_absolute():
                raise RequestError("relative", path=path)
        return IngestOrder(tuple(self.paths), self.collection, self.catalog, self.prune)


class FeedbackBody(Body):
    """What somebody thinks of an answer that they were given."""

    answer_id: str = Field(max_length=200, description="The `id` of the answer.")
    verdict: Literal["up", "down", "none"] = Field(description="`none` takes it back.")
    reason: str = Field("", max_length=LONGEST_REASON)
