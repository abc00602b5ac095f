"""When the best sentence is no answer.

Questions off the subject have no near passage; the harder ones are near misses, which every
similarity passes: the right company in another year, the right year of another city. They are told
by slots: the names, years and kind of figure that the question has and the sentence should.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.answer import Reason
from assistant.ranking import FEATURES, Candidate
from assistant.retrieval import Search
from assistant.weights import REFUSAL_BIAS, REFUSAL_WEIGHTS

# Below this much nearness, centred by language, nothing of the collection is about the question.
NOTHING_NEAR = 0.02

REFUSAL_FEATURES = (
    "meaning",
    "centred",
    "words",
    "words_headed",
    "asked_missing",
    "names_near",
    "names_missing",
    "names_other",
    "years_other",
    "years_missing",
    "organisation_other",
    "lead",  # how far the best sentence is ahead of the tenth
    "several",
)


def find_refusal(search: Search, ranked: Sequence[Candidate]) -> Reason | None:
    """Why not to answer, or None."""
    if not ranked or ranked[0].features[FEATURES.index("centred")] < NOTHING_NEAR:
        return "nothing_relevant"
    if search.reading.broad:
        return None
    return "not_stated" if answerability(search, ranked) < 0 else None


def answerability(search: Search, ranked: Sequence[Candidate]) -> float:
    """Log-odds that the passages answer the question, up to the cost of a wrong answer."""
    return float(describe_decision(search, ranked) @ REFUSAL_WEIGHTS + REFUSAL_BIAS)


def describe_decision(search: Search, ranked: Sequence[Candidate]) -> NDArray[np.float64]:
    """The values of REFUSAL_FEATURES: the best sentence's, its lead, and how much is asked."""
    best = ranked[0]
    lead = best.score - ranked[min(9, len(ranked) - 1)].score
    own = [best.features[FEATURES.index(name)] for name in REFUSAL_FEATURES[:-2]]
    return np.array([*own, lead, float(search.reading.several)])
