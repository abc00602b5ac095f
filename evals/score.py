"""A score, and what gives one: functions of a question and its answer (as JSON).

A Score of None could not be judged (a case without figures has no figures to find); it is apart
from 0, which is wrong. The explanation says what was missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.answer import Answer
from evals.cases import Ask

AnswerJson = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Score:
    """From 0 (wrong) to 1 (right), or None where it could not be judged; `answer` is what was
    judged, `explanation` why it is not 1."""

    value: float | None
    answer: str = ""
    explanation: str = ""


UNSCORED = Score(None)
Scorer = Callable[[Ask, AnswerJson], Score]


def as_json(answer: Answer | AnswerJson) -> AnswerJson:
    return answer.to_json() if isinstance(answer, Answer) else answer


def score_missing(answer: str, missing: Sequence[str]) -> Score:
    """1 where nothing is missing."""
    if missing:
        return Score(0.0, answer, f"missing: {'; '.join(missing)}")
    return Score(1.0, answer)


def score_share(answer: str, good: int, faults: Sequence[str]) -> Score:
    """The share of what is good among all; not judged where there is nothing."""
    if not (good or faults):
        return UNSCORED
    return Score(good / (good + len(faults)), answer, "; ".join(faults))
