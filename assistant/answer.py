"""What flows through the assistant: passages in, a checked answer out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Literal

from llama_index.core.base.response.schema import Response
from llama_index.core.schema import NodeWithScore, TextNode

from assistant.answer_json import (
    citation_json,
    conflict_json,
    failure_json,
    figures_json,
    passage_json,
)
from assistant.errors import DuociteError
from assistant.figures.types import Figure
from assistant.scope import Filters, Language, Turn
from store.places import Place

__all__ = [
    "Answer",
    "CheckedFigure",
    "Citation",
    "Claim",
    "Conflict",
    "ConflictSide",
    "FigureVerdict",
    "Filters",
    "Language",
    "Passage",
    "Reason",
    "Span",
    "Status",
    "Turn",
    "Verdict",
]

Status = Literal["verified", "partial", "refused"]
Reason = Literal["nothing_relevant", "not_stated", "not_proved"]
Verdict = Literal["proved", "unproved", "computed"]
FigureVerdict = Literal["checked", "computed", "not_found"]


@dataclass(frozen=True, slots=True)
class Span:
    """Character offsets [start, end) and 1-based inclusive lines in a document's own text."""

    start: int
    end: int
    line_from: int
    line_to: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk: `text` is cleaned (searched, shown), `original` the stored text[span]."""

    number: int
    text: str
    original: str
    document: str
    title: str
    organisation: str | None
    author: str | None
    year: int | None
    section: str | None
    span: Span
    language: str
    score: float


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered source of an answer; `quote` is verbatim in the stored text at `span`.

    `place` is where the quotation stands in the file; None where that is the lines of `span`.
    """

    number: int
    passage: Passage
    quote: str
    quote_shown: str
    span: Span
    place: Place | None = None

    @property
    def location(self) -> Place:
        """Page, slide, cells or heading, where the file has any, else lines."""
        return self.place or Place("lines", self.span.line_from, self.span.line_to)


@dataclass(frozen=True, slots=True)
class CheckedFigure:
    """A figure of the answer, what the check found, and the citations that state it."""

    figure: Figure
    verdict: FigureVerdict
    citations: tuple[int, ...] = ()
    source_text: str | None = None
    operands: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of the answer, without its markers, with the citations that they name.

    A `repaired` one stands in place of one that wasn't proved.
    """

    text: str
    citations: tuple[int, ...]
    verdict: Verdict
    reason: str | None = None
    figures: tuple[CheckedFigure, ...] = ()
    repaired: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "citations": list(self.citations),
            "verdict": self.verdict,
            "reason": self.reason,
            "repaired": self.repaired,
        }


@dataclass(frozen=True, slots=True)
class ConflictSide:
    figure: Figure
    who: str
    when: int | None
    citation: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """The same question answered with different figures by different sources."""

    about: str
    sides: tuple[ConflictSide, ...]


@dataclass
class Answer(Response):
    """A checked answer or a refusal; `response` is its text with [n] markers.

    `unproved` counts the sentences that weren't proved, those that were left out too. `failure` is
    why a model didn't give it, or not all of it. `usage` has counts of tokens, and `cost` and
    `currency` where a price is known. LlamaIndex's evaluators take it as it is.
    """

    question: str = ""
    language: Language = "en"
    collection: str = ""
    status: Status = "refused"
    reason: Reason | None = None
    incomplete: bool = False
    fallback: bool = False
    model: str = "offline"
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    problems: tuple[str, ...] = ()
    unproved: int = 0
    nearest: tuple[Passage, ...] = ()
    timings_ms: dict[str, int] = field(default_factory=dict)
    usage: dict[str, Any] = field(default_factory=dict)
    failure: DuociteError | None = None
    fingerprint: str = ""

    def __post_init__(self) -> None:
        """[n] is source_nodes[n - 1]; where nothing is cited, they are the nearest passages."""
        if not self.source_nodes:
            passages = [citation.passage for citation in self.citations] or self.nearest
            self.source_nodes = [build_node(passage) for passage in passages]

    def __str__(self) -> str:
        """The base class would print an empty response as "None"."""
        return self.text

    @property
    def answered(self) -> bool:
        return self.status != "refused"

    @property
    def text(self) -> str:
        return self.response or ""

    @property
    def figures(self) -> tuple[CheckedFigure, ...]:
        return tuple(figure for claim in self.claims for figure in claim.figures)

    @property
    def id(self) -> str:
        """The same question with the same settings and documents has the same id."""
        parts = (self.question, self.collection, self.fingerprint, self.text)
        # Half a character, as some terminals send, is part of the question too.
        return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def to_json(self, id: str | None = None) -> dict[str, Any]:
        """The one JSON form of an answer, for the command line, HTTP, batches, evals and what is
        kept; `assistant.recalling` makes an answer of it again."""
        return {
            "id": id or self.id,
            "question": self.question,
            "language": self.language,
            "collection": self.collection,
            "status": self.status,
            "answered": self.answered,
            "reason": self.reason,
            "incomplete": self.incomplete,
            "fallback": self.fallback,
            "failure": failure_json(self.failure, self.language),
            "answer": self.text,
            "model": self.model,
            "claims": [claim.to_json() for claim in self.claims],
            "citations": [citation_json(citation) for citation in self.citations],
            "figures": figures_json(self.claims),
            "conflicts": [conflict_json(conflict) for conflict in self.conflicts],
            "problems": list(self.problems),
            "nearest": [passage_json(passage) for passage in self.nearest],
            "timings_ms": dict(self.timings_ms),
            "usage": dict(self.usage),
            "fingerprint": self.fingerprint,
        }


def build_node(passage: Passage) -> NodeWithScore:
    """The passage as LlamaIndex hands sources on; the same passage has the same id."""
    names = ("document", "title", "organisation", "author", "year", "section", "language")
    known = {name: getattr(passage, name) for name in names}
    span = (passage.span.start, passage.span.end)
    node = TextNode(
        id_=f"{passage.document}:{span[0]}-{span[1]}",
        text=passage.text,
        metadata={name: value for name, value in known.items() if value is not None},
    )
    return NodeWithScore(node=node, score=passage.score)
