"""An assistant of fixed answers, made of the real types, for the chat's tests."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from assistant.answer import (
    Answer,
    CheckedFigure,
    Citation,
    Claim,
    Conflict,
    ConflictSide,
    Filters,
    Language,
    Passage,
    Span,
    Turn,
)
from assistant.errors import StoreError
from assistant.figures import find_figures
from assistant.figures.types import Figure
from assistant.status import Offer, Use
from assistant.stopping import GoneError, check_wanted
from store.formats.extract import Source
from store.formats.limits import DEFAULT_LIMITS
from store.ledger import DocumentRecord

REPORT = """# Harbour works in the northern bay

The port authority reviewed its plans in spring.

The northern terminal opened in 2019 after four years of work. Its first
berth cost 3.2 billion yuan, and the second is expected to cost nearly
5 billion yuan. Freight reached 41 million tonnes in 2023.

## What follows

A third berth is under study; no budget has been set.
"""

BULLETIN = """北湾港建设简报

北部码头于2019年启用。首个泊位投资32亿元，第二个泊位预计投资约48亿元。
2023年货物吞吐量达到4100万吨。

第三个泊位仍在研究之中。
"""

TEXTS = {"reports/harbour.md": REPORT, "reports/简报.txt": BULLETIN}

RECORDS = (
    DocumentRecord(
        "reports/harbour.md", "Harbour works in the northern bay", "en", "", "f1", "1", 3, 6,
        len(REPORT), organisation="Northern Port Authority", author="A. Lindqvist", year=2024,
        root="reports", organisations=("Northern Port Authority",),
    ),
    DocumentRecord(
        "reports/简报.txt", "北湾港建设简报", "zh", "", "f2", "1", 2, 4, len(BULLETIN),
        organisation="北湾港务局", year=2023, root="reports", organisations=("北湾港务局",),
    ),
)  # fmt: skip


def make_span(text: str, part: str) -> Span:
    start = text.index(part)
    end = start + len(part)
    return Span(start, end, text.count("\n", 0, start) + 1, text.count("\n", 0, end) + 1)


def make_passage(document: str, part: str, **changes: object) -> Passage:
    text = TEXTS[document]
    english = document.endswith(".md")
    fields: dict[str, object] = {
        "number": 1,
        "text": " ".join(part.split()),
        "original": part,
        "document": document,
        "title": "Harbour works in the northern bay" if english else "北湾港建设简报",
        "organisation": "Northern Port Authority" if english else "北湾港务局",
        "author": "A. Lindqvist" if english else None,
        "year": 2024 if english else 2023,
        "section": "Harbour works" if english else None,
        "span": make_span(text, part),
        "language": "en" if english else "zh",
        "score": 0.83,
    }
    return Passage(**{**fields, **changes})  # type: ignore[arg-type]


def make_citation(number: int, document: str, quote: str, **changes: object) -> Citation:
    paragraph = next(part for part in TEXTS[document].split("\n\n") if quote in part)
    passage = make_passage(document, paragraph, number=number, **changes)
    span = make_span(TEXTS[document], quote)
    return Citation(number, passage, quote, " ".join(quote.split()), span)


def make_figure(claim: str, text: str, value: int, unit: str) -> Figure:
    start = claim.index(text)
    return Figure(Decimal(value), unit, text, (start, start + len(text)))


def make_claim(text: str, numbers: tuple[int, ...], *figures: CheckedFigure) -> Claim:
    return Claim(text, numbers, "proved", figures=figures)


QUOTE_EN = "the second is expected to cost nearly\n5 billion yuan."
QUOTE_SHOWN = " ".join(QUOTE_EN.split())
QUOTE_TONNES = "Freight reached 41 million tonnes in 2023."
QUOTE_ZH = "第二个泊位预计投资约48亿元。"


def answer_in_english(question: str = "What will the second berth cost?") -> Answer:
    first = f"Northern Port Authority (2024): “{QUOTE_SHOWN}”"
    second = "Freight reached 41 million tonnes in 2023."
    five = make_figure(first, "nearly 5 billion yuan", 5_000_000_000, "CNY")
    tonnes = make_figure(second, "41 million tonnes", 41_000_000, "t")
    other = Figure(Decimal(4_800_000_000), "CNY", "约48亿元", (0, 5))
    sides = (
        ConflictSide(five, "Northern Port Authority", 2024, 1),
        ConflictSide(other, "北湾港务局", 2023, 3),
    )
    return Answer(
        response=f"{first} [1]\n{second} [2]",
        question=question,
        language="en",
        collection="harbour",
        status="verified",
        claims=(
            make_claim(first, (1,), CheckedFigure(five, "checked", (1,), "nearly\n5 billion yuan")),
            make_claim(second, (2,), CheckedFigure(tonnes, "checked", (2,), "41 million tonnes")),
        ),
        citations=(
            make_citation(1, "reports/harbour.md", QUOTE_EN),
            make_citation(2, "reports/harbour.md", QUOTE_TONNES),
            make_citation(3, "reports/简报.txt", QUOTE_ZH),
        ),
        conflicts=(Conflict("the cost of the second berth", sides),),
        timings_ms={"total": 412},
    )


def answer_in_chinese(question: str = "第二个泊位要投资多少？") -> Answer:
    first = f"Northern Port Authority（2024年）：“{QUOTE_SHOWN}”（即：近50亿元）"
    second = "两个泊位合计约82亿元。"
    third = "第三个泊位将于2030年建成。"
    near = make_figure(first, "近50亿元", 5_000_000_000, "CNY")
    total = make_figure(second, "约82亿元", 8_200_000_000, "CNY")
    year = make_figure(third, "2030年", 2030, "year")
    operands = (near, make_figure("32亿元", "32亿元", 3_200_000_000, "CNY"))
    computed = CheckedFigure(total, "computed", (2,), None, operands)
    return Answer(
        response=f"{first.replace('（即', ' [1]（即')}{second}[2]{third}",
        question=question,
        language="zh",
        collection="harbour",
        status="partial",
        claims=(
            make_claim(first, (1,), CheckedFigure(near, "checked", (1,), "nearly 5 billion yuan")),
            Claim(second, (2,), "computed", None, (computed,)),
            Claim(third, (), "unproved", "no citation", (CheckedFigure(year, "not_found"),)),
        ),
        citations=(
            make_citation(1, "reports/harbour.md", QUOTE_EN),
            make_citation(2, "reports/简报.txt", QUOTE_ZH),
        ),
        timings_ms={"total": 380},
    )


CARGO = {2021: 35, 2022: 38, 2023: 41}


def answer_with_series(question: str = "How has cargo grown?") -> Answer:
    """Three sentences of one measure, which can be drawn; all rest on the same quotation."""
    texts = [
        f"Cargo of the port was {many} million tonnes in {year}." for year, many in CARGO.items()
    ]
    claims = tuple(
        make_claim(
            text,
            (number,),
            *(CheckedFigure(one, "checked", (number,), one.text) for one in find_figures(text)),
        )
        for number, text in enumerate(texts, 1)
    )
    quotes = (QUOTE_EN, QUOTE_TONNES, QUOTE_TONNES)
    return Answer(
        response="\n".join(f"{text} [{number}]" for number, text in enumerate(texts, 1)),
        question=question,
        language="en",
        collection="harbour",
        status="verified",
        claims=claims,
        citations=tuple(
            make_citation(number, "reports/harbour.md", quote)
            for number, quote in enumerate(quotes, 1)
        ),
    )


def refusal(question: str, language: Language) -> Answer:
    text = {"en": "The documents don't say this.", "zh": "文档中没有说明这一点。"}[language]
    third = "A third berth is under study; no budget has been set."
    nearest = make_passage("reports/harbour.md", third)
    return Answer(
        response=text,
        question=question,
        language=language,
        collection="harbour",
        status="refused",
        reason="not_stated",
        nearest=(nearest,),
    )


class FakeAssistant:
    """Answers by a word of the question; `pause` is the time that a claim takes, in seconds.

    `given_up` counts the answers that nobody waited for to the end.
    """

    collection = "harbour"

    def __init__(self, pause: float = 0.0) -> None:
        self.pause = pause
        self.heard: list[tuple[str, tuple[Turn, ...]]] = []
        self.pinned: list[Language | None] = []
        self.filters: list[Filters | None] = []
        self.given_up = 0
        self.files = {name: text.encode() for name, text in TEXTS.items()}

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        language: Language | None = None,
    ) -> Iterator[Claim | Answer]:
        self.filters.append(filters)
        self.pinned.append(language)
        self.heard.append((question, tuple(history)))
        answer = self.choose(question)
        try:
            if "ponder" in question:
                self._ponder()
            yield from self._speak(answer)
        except (GeneratorExit, GoneError):
            self.given_up += 1
            raise

    def _ponder(self) -> None:
        """Wait as one does for a model, until nobody wants the answer."""
        while True:
            check_wanted()
            time.sleep(0.01)

    def _speak(self, answer: Answer) -> Iterator[Claim | Answer]:
        events: list[Claim | Answer] = [*answer.claims, answer]
        for event in events:
            time.sleep(self.pause)
            yield event

    def choose(self, question: str) -> Answer:
        chinese = any("一" <= sign <= "鿿" for sign in question)
        if "locked" in question:
            raise StoreError("locked", path="/somewhere")
        if "broken" in question:
            raise RuntimeError("unforeseen")
        if "third" in question or "第三" in question:
            return refusal(question, "zh" if chinese else "en")
        if "cargo" in question:
            return answer_with_series(question)
        return answer_in_chinese(question) if chinese else answer_in_english(question)

    def text(self, document_id: str) -> str:
        if document_id not in TEXTS:
            raise StoreError("no_document", document=document_id)
        return TEXTS[document_id]

    def source(self, document_id: str) -> Source:
        if document_id not in self.files:
            raise StoreError("source_gone", document=document_id)
        return Source(Path(document_id), self.files[document_id], DEFAULT_LIMITS)

    def answering(self) -> Use:
        return Use("offline")

    def offers(self) -> list[Offer]:
        return [Offer("key", "openai:<model>")]

    def documents(self) -> list[DocumentRecord]:
        return list(RECORDS)

    def examples(self, language: Language) -> list[str]:
        return {
            "en": [
                "What will the second berth cost?",
                "How much freight passed in 2023?",
                "Is there a budget for the third berth?",
            ],
            "zh": ["第二个泊位要投资多少？", "2023年的货物吞吐量是多少？", "第三个泊位有预算吗？"],
        }[language]
