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
    scored: dict[Key, list[Result]] = {}
    for result in results:
        if result.measure in DECISIVE and result.score.value is not None:
            scored.setdefault((result.case, result.language), []).append(result)
    return {key: Verdict(_find_faults(mine)) for key, mine in scored.items()}


def _find_faults(results: Iterable[Result]) -> tuple[Result, ...]:
    faults = [result for result in results if result.score.value != 1]
    return tuple(sorted(faults, key=lambda result: DECISIVE.index(result.measure)))
