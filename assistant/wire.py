"""What can be asked of whoever owns a store, in this process or in another one.

Light on purpose: a command that goes through a running server needs nothing else of Duocite's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from assistant.scope import Filters, Language, Turn
from store.places import Place
from store.report import IngestReport, Progress

Form = Literal["plain", "markdown", "html"]
"""What an answer can be rendered as, beside its JSON."""

Json = dict[str, Any]

LONGEST_QUESTION = 4000
"""Characters; the longest question that anybody has is a few hundred."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and all that goes with it; the answer comes rendered if `form` says so."""

    question: str
    collection: str = "default"
    filters: Filters = field(default_factory=Filters)
    language: Language | None = None
    history: tuple[Turn, ...] = ()
    form: Form | None = None

    def to_json(self) -> Json:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Said:
    """One checked sentence of an answer that still grows."""

    text: str
    citations: tuple[int, ...]
    verdict: str
    reason: str | None = None

    def to_json(self) -> Json:
        return {**asdict(self), "citations": list(self.citations)}

    @classmethod
    def from_json(cls, known: Mapping[str, Any]) -> Said:
        numbers = tuple(known["citations"])
        return cls(known["text"], numbers, known["verdict"], known["reason"])


@dataclass(frozen=True, slots=True)
class Told:
    """The whole answer: its JSON, and the text of the form that was asked for."""

    answer: Json
    rendered: str = ""

    def to_json(self, id: str | None = None) -> Json:
        """The one JSON form of an answer, under another id if one is given."""
        return {**self.answer, "id": id} if id else self.answer


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document as a list shows it."""

    id: str
    title: str
    organisation: str | None
    year: int | None
    language: str
    chunks: int

    def to_json(self) -> Json:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A chunk, and where in its document it stands: `span` are characters, the end not included."""

    id: str
    section: str | None
    language: str
    location: Place
    span: tuple[int, int]
    text: str

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "section": self.section,
            "language": self.language,
            "location": self.location.to_json(),
            "span": list(self.span),
            "text": self.text,
        }

    @classmethod
    def from_json(cls, known: Mapping[str, Any]) -> ChunkRow:
        start, end = known["span"]
        location = Place.from_json(known["location"])
        return cls(**{**known, "location": location, "span": (start, end)})


@dataclass(frozen=True, slots=True)
class CollectionRow:
    """A collection and what it holds."""

    name: str
    documents: int
    chunks: int

    def to_json(self) -> Json:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class IngestOrder:
    """What to read into which collection; paths are absolute."""

    paths: tuple[Path, ...]
    collection: str = "default"
    catalog: Path | None = None
    prune: bool = False

    def to_json(self) -> Json:
        return {
            "paths": [str(path) for path in self.paths],
            "collection": self.collection,
            "catalog": str(self.catalog) if self.catalog else None,
            "prune": self.prune,
        }


class Owns(Protocol):
    """Who owns a store, or speaks for who does.

    All raise StoreError: "no_collection", "no_document", "busy" while others write, and what a
    store may fail with.
    """

    def ask(self, asked: Asked) -> Iterator[Said | Told]:
        """Each sentence once it is checked, the answer last."""

    def collections(self) -> list[CollectionRow]: ...

    def documents(self, collection: str) -> list[DocumentRow]: ...

    def text(self, document: str, collection: str) -> str:
        """A document's stored text, every character of it."""

    def chunks(self, document: str, collection: str) -> list[ChunkRow]: ...

    def remove(self, documents: Sequence[str], collection: str) -> int:
        """How many there were: all of them or, where one isn't there, none. "reports/" stands for
        all below it."""

    def ingest(self, order: IngestOrder, progress: Progress) -> IngestReport: ...


Work = Callable[[Owns], Any]
