"""Whether a case is right in a language: what a gate counts, since a mean hides who fell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evals.measures import Result, Tongue

DECISIVE = (
    "answered",
    "right",
    "citation",
    "refusals",
    "clean",
    "quotation_found",
    "language",
)
"""The measures that must all be 1, where they apply; shares such as those of retrieval tell why."""

Key = tuple[str, Tongue]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`faults` are the decisive scores under 1, in the order of DECISIVE; none where it passed."""

    faults: tuple[Result, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.faults


def build_verdicts(results: Iterable[Result]) -> dict[Key, Verdict]:
    """By case and language, in the order in which they were asked.

    A case of which nothing decisive could be scored has no verdict: nobody knows.
    """
    mine: dict[Key, list[Result]] = {}
    for result in results:
        mine.setdefault((result.case, result.language), []).append(result)
    verdicts = {key: judge(scores) for key, scores in mine.items()}
    return {key: verdict for key, verdict in verdicts.items() if verdict is not None}


def judge(scores: Iterable[Result]) -> Verdict | None:
    """The verdict of the scores of one case in one language; None where nothing that decides could
    be scored."""
    known = [one for one in scores if one.measure in DECISIVE and one.score.value is not None]
    faults = [one for one in known if one.score.value != 1]
    faults.sort(key=lambda one: DECISIVE.index(one.measure))
    return Verdict(tuple(faults)) if known else None
