"""A task: cases, the assistant that is asked, and the scorers that judge; run, it gives results."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Protocol, TypeVar

from rich.console import Console
from rich.progress import track

from assistant.answer import Answer, Language, Passage
from evals.attempts import begin_attempt
from evals.cases import LANGUAGES, Ask, Case, build_asks
from evals.measures import SCORERS, Result
from evals.retrieval import TOP, Ranks, find_ranks, score_retrieval
from evals.score import AnswerJson, Score, Scorer, as_json
from evals.scorers import build_quotation_scorer
from evals.stating import score_twins

Given = TypeVar("Given")
Made = TypeVar("Made")


class Asked(Protocol):
    """What an eval asks of the assistant; `assistant.app.Assistant` is one."""

    def ask(self, question: str) -> Answer: ...

    def retrieve(self, question: str, top_k: int = 5) -> list[Passage]: ...

    def text(self, document_id: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What the assistant said to one question, at which ranks it retrieves the known quotations,
    and how long the answer took."""

    ask: Ask
    answer: AnswerJson
    ranks: Ranks
    seconds: float


class Keeper(Protocol):
    """Where replies are kept, so that a run that was broken off goes on where it was."""

    def find(self, ask: Ask) -> Reply | None: ...

    def keep(self, reply: Reply) -> None: ...


@dataclass(frozen=True, slots=True)
class Task:
    """Cases, the assistant, and the scorers of its answers by the name of their measure; each
    question is asked `repeat` times in each of the languages."""

    cases: Sequence[Case]
    assistant: Asked
    scorers: Mapping[str, Scorer] = field(default_factory=lambda: dict(SCORERS))
    languages: Sequence[Language] = LANGUAGES
    repeat: int = 1


@dataclass(frozen=True, slots=True)
class Results:
    replies: tuple[Reply, ...]
    results: tuple[Result, ...]


def build_task(
    cases: Sequence[Case],
    assistant: Asked,
    languages: Sequence[Language] = LANGUAGES,
    repeat: int = 1,
) -> Task:
    """The task with every scorer that there is."""
    quotations = build_quotation_scorer(cache(assistant.text))
    scorers = {**SCORERS, "quotation_found": quotations}
    return Task(cases, assistant, scorers, languages, repeat)


def run_task(task: Task, workers: int = 1, keeper: Keeper | None = None) -> Results:
    """Ask every question in each language, `workers` at a time, and score the answers.

    Results stand in the order of the cases, whichever answer came first. What `keeper` has is not
    asked again. Raises what the assistant raises; what was answered by then is kept.
    """
    asks = build_asks(task.cases, task.languages, task.repeat)
    ask = partial(_ask_once, task.assistant, keeper)
    score = partial(_score_reply, task.scorers)
    with ThreadPoolExecutor(max(1, workers)) as pool:
        replies = tuple(_show_progress(_map_in_order(pool, ask, asks), len(asks)))
        # A model that judges takes its time, too.
        scored = [result for one in _map_in_order(pool, score, replies) for result in one]
    return Results(replies, (*scored, *_compare_twins(replies)))


def _map_in_order(
    pool: ThreadPoolExecutor, work: Callable[[Given], Made], given: Sequence[Given]
) -> Iterator[Made]:
    waiting = [pool.submit(work, one) for one in given]
    try:
        yield from (future.result() for future in waiting)
    except BaseException:
        # One that failed ends the run: those that haven't begun must not be waited for.
        pool.shutdown(wait=False, cancel_futures=True)
        raise


def _show_progress(replies: Iterable[Reply], total: int) -> Iterable[Reply]:
    console = Console(stderr=True)
    hidden = not console.is_terminal
    return track(replies, "Questions", total=total, console=console, transient=True, disable=hidden)


def _ask_once(assistant: Asked, keeper: Keeper | None, ask: Ask) -> Reply:
    if keeper is None:
        return _ask(assistant, ask)
    reply = keeper.find(ask)
    if reply is None:
        reply = _ask(assistant, ask)
        keeper.keep(reply)
    return reply


def _ask(assistant: Asked, ask: Ask) -> Reply:
    began = time.perf_counter()
    with begin_attempt(ask.attempt):
        answer = assistant.ask(ask.question)
    seconds = time.perf_counter() - began
    passages = assistant.retrieve(ask.question, top_k=TOP) if ask.case.answerable else []
    return Reply(ask, as_json(answer), find_ranks(ask, passages), seconds)


def _score_reply(scorers: Mapping[str, Scorer], reply: Reply) -> list[Result]:
    ask = reply.ask
    judged = {name: score(ask, reply.answer) for name, score in scorers.items()}
    scores = {**judged, **score_retrieval(ask, reply.ranks)}
    return [_build_result(ask, name, score) for name, score in scores.items()]


def _build_result(ask: Ask, measure: str, score: Score) -> Result:
    return Result(ask.case.id, ask.case.kind, ask.language, measure, score, ask.attempt)


def _compare_twins(replies: Sequence[Reply]) -> Iterator[Result]:
    """A score for each case that was asked in both languages, attempt by attempt."""
    said = {(one.ask.case.id, one.ask.language, one.ask.attempt): one.answer for one in replies}
    cases = {one.ask.case.id: one.ask.case for one in replies}
    for (case, language, attempt), english in said.items():
        chinese = said.get((case, "zh", attempt))
        if language == "en" and chinese is not None:
            score = score_twins(english, chinese)
            yield Result(case, cases[case].kind, "both", "twins", score, attempt)
