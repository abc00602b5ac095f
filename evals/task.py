"""A task: cases, the assistant that is asked, and the scorers that judge; run, it gives results."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from rich.console import Console
from rich.progress import track

from assistant.answer import Answer, Language, Passage
from evals.cases import LANGUAGES, Ask, Case, build_asks
from evals.measures import SCORERS, Result
from evals.retrieval import TOP, score_retrieval
from evals.score import AnswerJson, Score, Scorer, as_json
from evals.scorers import build_quotation_scorer
from evals.stating import score_twins


class Asked(Protocol):
    """What an eval asks of the assistant; `assistant.app.Assistant` is one."""

    def ask(self, question: str) -> Answer: ...

    def retrieve(self, question: str, top_k: int = 5) -> list[Passage]: ...

    def text(self, document_id: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What the assistant said to one question, and how long it took (the ask alone)."""

    ask: Ask
    answer: AnswerJson
    passages: Sequence[Passage]
    seconds: float


@dataclass(frozen=True, slots=True)
class Task:
    """Cases, the assistant, and the scorers of its answers by the name of their measure."""

    cases: Sequence[Case]
    assistant: Asked
    scorers: Mapping[str, Scorer] = field(default_factory=lambda: dict(SCORERS))
    languages: Sequence[Language] = LANGUAGES


@dataclass(frozen=True, slots=True)
class Results:
    replies: tuple[Reply, ...]
    results: tuple[Result, ...]


def build_task(
    cases: Sequence[Case], assistant: Asked, languages: Sequence[Language] = LANGUAGES
) -> Task:
    """The task with every scorer that there is."""
    quotations = build_quotation_scorer(cache(assistant.text))
    return Task(cases, assistant, {**SCORERS, "quotation_found": quotations}, languages)


def run_task(task: Task) -> Results:
    """Ask every question in each language and score the answers, one after the other."""
    asks = build_asks(task.cases, task.languages)
    console = Console(stderr=True)
    hidden = not console.is_terminal
    asked = track(asks, "Questions", console=console, transient=True, disable=hidden)
    replies = tuple(_ask(task.assistant, ask) for ask in asked)
    results = [result for reply in replies for result in _score_reply(task.scorers, reply)]
    return Results(replies, (*results, *_compare_twins(replies)))


def _ask(assistant: Asked, ask: Ask) -> Reply:
    began = time.perf_counter()
    answer = assistant.ask(ask.question)
    seconds = time.perf_counter() - began
    passages = assistant.retrieve(ask.question, top_k=TOP) if ask.case.answerable else []
    return Reply(ask, as_json(answer), passages, seconds)


def _score_reply(scorers: Mapping[str, Scorer], reply: Reply) -> Iterator[Result]:
    ask = reply.ask
    judged = {name: score(ask, reply.answer) for name, score in scorers.items()}
    for name, score in {**judged, **score_retrieval(ask, reply.passages)}.items():
        yield _build_result(ask, name, score)


def _build_result(ask: Ask, measure: str, score: Score) -> Result:
    return Result(ask.case.id, ask.case.kind, ask.language, measure, score)


def _compare_twins(replies: Sequence[Reply]) -> Iterator[Result]:
    """A score for each case that was asked in both languages."""
    said = {(reply.ask.case.id, reply.ask.language): reply.answer for reply in replies}
    for case in {reply.ask.case.id: reply.ask.case for reply in replies}.values():
        if (case.id, "en") in said and (case.id, "zh") in said:
            score = score_twins(said[case.id, "en"], said[case.id, "zh"])
            yield Result(case.id, case.kind, "both", "twins", score)
