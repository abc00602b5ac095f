"""When the best sentence is no answer.

Questions off the subject have no near passage; the harder ones are near misses, which every
similarity passes: the right company in another year, the right year of another city. They are told
by slots: the names, years and kind of figure that the question has and the sentence should.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.answer import Reason
from assistant.ranking import FEATURES, SENTENCE_VECTOR, Candidate, Features
from assistant.retrieval import Search
from assistant.weights import REFUSAL_BIAS, REFUSAL_WEIGHTS

# Below this much nearness, centred by language, nothing of the collection is about the question.
NOTHING_NEAR = 0.0

# What speaks against a sentence: a question's name, year or kind of figure that it lacks.
CONFLICTS = (
    "asked_missing",
    "place_other",
    "years_other",
    "years_near_other",
    "years_nearest_other",
    "years_missing",
    "organisation_other",
    "names_missing",
)
_NEARNESS = (
    "meaning",
    "centred",
    "words",
    "words_here",
    "words_headed",
    "tokens",
    "tokens_near",
    "tokens_lowest",
    "tokens_chunk",
    "passage",
    "foreign",
    "asked",
    "names_here",
    "names_near",
    "names_unknown",
)
REFUSAL_FEATURES = (
    *(f"nearest_{name}" for name in (*CONFLICTS, *_NEARNESS)),
    *(f"best_{name}" for name in (*CONFLICTS, "meaning", "centred")),
    "cost",  # of the best sentence without a conflict: how much less near it is
    "detour",  # how much nearer the nearest sentence is than the best one
    "lead",  # how far the nearest sentence is ahead of the fifth
    "several",
    "nearness",
    "score",
    "cosine",  # of the nearest sentence to the question, as it is
    "cosine_foreign",  # the same, where it is in the other language
    "cosine_centred",
)
_WEIGHTS = np.array([REFUSAL_WEIGHTS.get(name, 0.0) for name in REFUSAL_FEATURES])
_CONFLICT = np.array([name in CONFLICTS for name in FEATURES])
_MOST = 10.0  # logits: differences beyond it mean no more


def find_refusal(search: Search, ranked: Sequence[Candidate]) -> Reason | None:
    """Why not to answer, or None."""
    if not ranked or ranked[0].features[FEATURES.index("centred")] < NOTHING_NEAR:
        return "nothing_relevant"
    if search.reading.broad:
        return None
    return "not_stated" if answerability(search, ranked) < 0 else None


def answerability(search: Search, ranked: Sequence[Candidate]) -> float:
    """Log-odds that the passages answer the question, up to the cost of a wrong answer."""
    return float(
        describe_decision(search, ranked) @ _WEIGHTS + REFUSAL_BIAS[search.reading.language]
    )


def describe_decision(
    search: Search, ranked: Sequence[Candidate], weights: Features = SENTENCE_VECTOR
) -> Features:
    """The values of REFUSAL_FEATURES.

    Two sentences are looked at: the best one, and the nearest one, which may be about another year
    or city and is what tempts to answer.
    """
    table = np.array([candidate.features for candidate in ranked])
    scores = table @ weights
    nearness = table @ np.where(_CONFLICT, 0.0, weights)
    best, nearest = table[scores.argmax()], table[nearness.argmax()]
    clean = nearness[~table[:, _CONFLICT].any(axis=1)]
    cost = nearness.max() - clean.max(initial=nearness.min())
    fifth = np.sort(nearness)[::-1][: min(5, len(nearness))][-1]
    return np.array(
        [
            *_pick(nearest, (*CONFLICTS, *_NEARNESS)),
            *_pick(best, (*CONFLICTS, "meaning", "centred")),
            min(cost, _MOST),
            nearness.max() - nearness[scores.argmax()],
            nearness.max() - fifth,
            float(search.reading.several),
            nearness.max(),
            scores.max(),
            *_cosines(search, nearest),
        ]
    )


def _cosines(search: Search, features: Features) -> tuple[float, float, float]:
    """Features measure cosines from what is usual in the collection; off its subject all are low,
    and only the cosines themselves show it."""
    meaning, centred, foreign = _pick(features, ("meaning", "centred", "foreign"))
    usual, usual_centred = search.usual(same=not foreign)
    cosine = meaning + usual
    return cosine, cosine * foreign, centred + usual_centred


def _pick(features: Features, names: Sequence[str]) -> list[float]:
    return [float(features[FEATURES.index(name)]) for name in names]
