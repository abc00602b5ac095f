"""A case, answers as JSON, and an assistant that says what it was told to say."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from assistant.answer import Answer, Citation, Claim, Passage, Span
from evals.cases import Case, KnownFigure

TEXT = """Heading

By 2020 the firm had put over 8 billion U.S. dollars
into the mainland.
More text."""
QUOTE = "the firm had put over 8 billion U.S. dollars into the mainland"
START = TEXT.index("the firm")
END = TEXT.index(".\nMore")
DOCUMENT = "report.txt"


def build_case(**changes: Any) -> Case:
    """A figure case about TEXT; `changes` replace its fields."""
    fields: dict[str, Any] = {
        "id": "c1",
        "kind": "figure",
        "question_en": "How much had the firm invested?",
        "question_zh": "该公司投资了多少？",
        "answer_en": "More than US$8 billion",
        "answer_zh": "超过80亿美元",
        "figures": (KnownFigure(Decimal(8_000_000_000), "USD", "8 billion U.S. dollars"),),
        "source": DOCUMENT,
        "line": 3,
        "quote": QUOTE,
    }
    return Case(**{**fields, **changes})


def build_negative(kind: str = "near_miss", **changes: Any) -> Case:
    known = {"figures": (), "quote": "", "answer_en": "The documents do not say."}
    return build_case(**{"id": "n1", "kind": kind, **known, **changes})


def build_passage(text: str = TEXT, document: str = DOCUMENT, number: int = 1) -> Passage:
    span = Span(0, len(text), 1, text.count("\n") + 1)
    return Passage(
        number=number,
        text=" ".join(text.split()),
        original=text,
        document=document,
        title="A report",
        organisation="Acme",
        author=None,
        year=2021,
        section=None,
        span=span,
        language="en",
        score=0.9,
    )


def build_citation(start: int = START, end: int = END, number: int = 1) -> Citation:
    quote = TEXT[start:end]
    return Citation(number, build_passage(), quote, " ".join(quote.split()), Span(start, end, 3, 4))


def build_answer(text: str, language: Any = "en", *citations: Citation) -> Answer:
    cited = citations or (build_citation(),)
    claim = Claim(text, tuple(one.number for one in cited), "proved")
    return Answer(
        response=text,
        question="?",
        language=language,
        status="verified",
        claims=(claim,),
        citations=cited,
        timings_ms={"retrieve": 2, "total": 3},
    )


def build_refusal(language: Any = "en") -> Answer:
    text = {"en": "The documents do not say.", "zh": "文档中没有提到。"}[language]
    return Answer(response=text, language=language, status="refused", reason="not_stated")


ENGLISH = "Acme (2021): “the firm had put over 8 billion U.S. dollars into the mainland.” [1]"
CHINESE = f"Acme（2021年）：{ENGLISH.partition(': ')[2]}（即：超过80亿美元）"


class FakeAssistant:
    """Answers by question, retrieves the same passages for each; counts what it was asked."""

    def __init__(
        self, answers: Mapping[str, Answer], passages: list[Passage] | None = None
    ) -> None:
        self.answers = answers
        self.passages = [build_passage()] if passages is None else passages
        self.asked: list[str] = []
        self.read: list[str] = []
        self.closed = False

    def ask(self, question: str) -> Answer:
        self.asked.append(question)
        return self.answers[question]

    def retrieve(self, question: str, top_k: int = 5) -> list[Passage]:
        return self.passages[:top_k]

    def close(self) -> None:
        self.closed = True

    def text(self, document_id: str) -> str:
        self.read.append(document_id)
        return TEXT


class Moody(FakeAssistant):
    """Wrong each third time that it is asked in Chinese."""

    def ask(self, question: str) -> Answer:
        answer = super().ask(question)
        wrong = question == build_case().question_zh and self.asked.count(question) % 3 == 0
        return build_answer("70亿美元 [1]", "zh") if wrong else answer


def build_right_assistant() -> FakeAssistant:
    """Right in both languages about `build_case()`, and refuses the unknown."""
    case = build_case()
    return FakeAssistant(
        {
            case.question_en: build_answer(ENGLISH, "en"),
            case.question_zh: build_answer(CHINESE, "zh"),
            "Unknown?": build_refusal("en"),
            "未知？": build_refusal("zh"),
        }
    )


def build_cases() -> list[Case]:
    return [build_case(), build_negative(question_en="Unknown?", question_zh="未知？")]
