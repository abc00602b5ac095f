"""The questions that went wrong, with all that a person needs to see why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evals.measures import Result
from evals.report import Report
from evals.score import AnswerJson
from evals.task import Reply
from evals.verdicts import judge


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question as it was asked: its reply, its scores, the decisive ones under 1, and whether
    anything that decides could be scored."""

    reply: Reply
    scores: tuple[Result, ...]
    faults: tuple[Result, ...]
    judged: bool

    @property
    def id(self) -> str:
        return self.reply.ask.case.id

    @property
    def passed(self) -> bool:
        return not self.faults


def list_outcomes(report: Report) -> list[Outcome]:
    """Every question of a run, in the order in which they were asked."""
    mine: dict[tuple[str, str, int], list[Result]] = {}
    for result in report.results.results:
        mine.setdefault((result.case, result.language, result.attempt), []).append(result)
    return [
        _build_outcome(one, mine.get((one.ask.case.id, one.ask.language, one.ask.attempt), []))
        for one in report.results.replies
    ]


def list_citations(answer: AnswerJson) -> list[str]:
    """What an answer cites, a line each: number, document, place, quotation."""
    return [
        f"[{one['number']}] {one['document']}, {_say_place(one['location'])}: {one['quote_shown']}"
        for one in answer["citations"]
    ]


def say_outcome(outcome: Outcome) -> str:
    """Question, what was expected, what came, why it is wrong, what was cited."""
    ask, answer = outcome.reply.ask, outcome.reply.answer
    expected = ask.expected or "a refusal"
    why = [f"{one.measure}: {one.score.explanation or 'wrong'}" for one in outcome.faults]
    cited = list_citations(answer) or ["nothing"]
    parts = {
        "question": [ask.question],
        "expected": [expected],
        "got": [answer["answer"]],
        "why": why,
        "cited": cited,
    }
    return "\n".join(f"{name}: {line}" for name, lines in parts.items() for line in lines)


def _say_place(location: dict[str, object]) -> str:
    first, last = location.get("from"), location.get("to")
    kind = str(location["kind"])
    if first is None:
        return kind
    return f"{kind} {first}" if first == last else f"{kind} {first}-{last}"


def _build_outcome(reply: Reply, scores: Sequence[Result]) -> Outcome:
    verdict = judge(scores)
    return Outcome(reply, tuple(scores), verdict.faults if verdict else (), verdict is not None)
