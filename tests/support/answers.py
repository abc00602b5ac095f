"""An assistant of the real types that answers anything, for the tests of what stands around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from assistant.answer import Answer, Citation, Claim, Filters, Language, Passage, Span, Turn
from assistant.text.language import detect_language

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


class StubAssistant:
    """Answers with `answer`, and remembers what it was asked."""

    def __init__(self, answer: Callable[..., Answer] = build_answer) -> None:
        self.asked: list[tuple[str, Filters, Language | None]] = []
        self._answer = answer

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters = Filters(),  # noqa: B008
        language: Language | None = None,
    ) -> Answer:
        self.asked.append((question, filters, language))
        return self._answer(question, language)

    def stream(self, question: str, **options: Any) -> Iterator[Claim | Answer]:
        answer = self.ask(question, **options)
        yield from answer.claims
        yield answer
