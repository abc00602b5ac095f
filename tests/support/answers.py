"""An owner of the real types that answers anything, for the tests of what stands around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from assistant.answer import Answer, Citation, Claim, Filters, Language, Passage, Span
from assistant.owner import tell
from assistant.text.language import detect_language
from assistant.wire import Asked, DocumentRow, Said, Told

TEXT = "First line.\nThe mill made 40 tonnes of paper in 2023.\n"
QUOTE = "The mill made 40 tonnes of paper in 2023."
SENTENCE = "Northern Mill (2024): “The mill made 40 tonnes of paper in 2023.”"


def build_citation(number: int = 1) -> Citation:
    start = TEXT.index(QUOTE)
    span = Span(start, start + len(QUOTE), 2, 2)
    passage = Passage(
        number=number,
        text=QUOTE,
        original=QUOTE,
        document="mill.md",
        title="A year of paper",
        organisation="Northern Mill",
        author=None,
        year=2024,
        section=None,
        span=span,
        language="en",
        score=0.9,
    )
    return Citation(number, passage, QUOTE, QUOTE, span)


def build_answer(question: str, language: Language | None = None, **changes: Any) -> Answer:
    found = detect_language(question)
    fields: dict[str, Any] = {
        "response": f"{SENTENCE} [1]",
        "question": question,
        "language": language or ("zh" if found == "zh" else "en"),
        "collection": "default",
        "status": "verified",
        "claims": (Claim(SENTENCE, (1,), "proved"),),
        "citations": (build_citation(),),
    }
    return Answer(**{**fields, **changes})


class StubOwner:
    """Owns nothing, and answers with `answer`; remembers what it was asked."""

    def __init__(self, answer: Callable[..., Answer] = build_answer) -> None:
        self.asked: list[tuple[str, Filters, Language | None]] = []
        self.closed = False
        self._answer = answer

    def ask(self, asked: Asked) -> Iterator[Said | Told]:
        self.asked.append((asked.question, asked.filters, asked.language))
        answer = self._answer(asked.question, asked.language)
        yield from tell([*answer.claims, answer], asked.form)

    def documents(self, collection: str) -> list[DocumentRow]:
        return []

    def close(self) -> None:
        self.closed = True


class StubAsking:
    """The same, as a batch asks it."""

    def __init__(self, answer: Callable[..., Answer] = build_answer) -> None:
        self.asked: list[tuple[str, Filters, Language | None]] = []
        self._answer = answer

    def ask(self, question: str, *, filters: Filters, language: Language | None) -> Told:
        self.asked.append((question, filters, language))
        return Told(self._answer(question, language).to_json())
