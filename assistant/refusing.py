"""When the best sentence is no answer.

Questions off the subject have no near passage; the harder ones are near misses, which every
similarity passes: the right company in another year, the right year of another city. They are told
by slots: the names, years and kind of figure that the question has and the sentence should.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.answer import Reason
from assistant.features import FEATURES, NEARNESS, Features
from assistant.ranking import SENTENCE_VECTOR, Candidate
from assistant.retrieval import Search
from assistant.weights import REFUSAL_BIAS, REFUSAL_WEIGHTS

# Below this much nearness, centred by language, nothing of the collection is about the question.
NOTHING_NEAR = 0.0
# Among fewer sentences than this none can be told to stand out.
FEW = 10
SPARSE = 40  # fewer are a small collection's; others bring up some 60
FEW_WORDS = 0.3  # share of the question's words that the best of so few has to hold

# Of all the sentences, not only the two that are looked at.
MOST = (
    "tokens",
    "tokens_near",
    "tokens_lowest",
    "meaning_spread",
    "centred_spread",
    "tokens_spread",
)

# What speaks against a sentence: a question's name, year or kind of figure that it lacks.
CONFLICTS = (
    "asked_missing",
    "place_other",
    "years_other",
    "years_near_other",
    "years_nearest_other",
    "years_missing",
    "figures_year_other",
    "figures_place_other",
    "organisation_other",
    "names_missing",
)
_TOLD = (
    *NEARNESS[:-1],  # all but the place in the ranking
    "foreign",
    "asked",
    "numbers",
    "names_here",
    "names_near",
    "names_unknown",
)
_FOREIGN = tuple(f"{name}_foreign" for name in NEARNESS[:-1])
_RANKS = (2, 5, 10)
_SINGLED_OUT = (
    *(f"lead_{rank}" for rank in _RANKS),  # of the best sentence before the second, ...
    "lead_near",  # of the nearest sentence before the fifth nearest
    "nearness",
    "score",
)
REFUSAL_FEATURES = (
    *(f"nearest_{name}" for name in (*CONFLICTS, *_TOLD)),
    *(f"best_{name}" for name in (*CONFLICTS, *_TOLD, *_FOREIGN)),
    *(f"most_{name}" for name in MOST),
    "cost",  # of the best sentence without a conflict: how much less near it is
    "detour",  # how much nearer the nearest sentence is than the best one
    *_SINGLED_OUT,
    "several",
    "chinese",
    "cosine",  # of the best sentence to the question, as it is
    "cosine_foreign",  # the same, where it is in the other language
    "cosine_centred",
    "few",  # how much fewer sentences there are than a question brings up in most collections
    *(f"few_{name}" for name in _SINGLED_OUT),  # what is worth another weight there
)
_WEIGHTS = np.array([REFUSAL_WEIGHTS.get(name, 0.0) for name in REFUSAL_FEATURES])
_CONFLICT = np.array([name in CONFLICTS for name in FEATURES])
_LARGEST_COST = 10.0  # logits: differences beyond it mean no more


def find_refusal(search: Search, ranked: Sequence[Candidate]) -> Reason | None:
    """Why not to answer, or None."""
    if not ranked or _nearest_beside(ranked[0], ranked) < NOTHING_NEAR:
        return "nothing_relevant"
    if search.reading.broad:
        return None
    if len(ranked) < FEW:
        return None if _holds_up(ranked[0]) else "not_stated"
    return "not_stated" if answerability(search, ranked) < 0 else None


def _nearest_beside(best: Candidate, ranked: Sequence[Candidate]) -> float:
    """The nearness of the nearest sentence of its passage: a row of a table has few words."""
    centred = FEATURES.index("centred")
    return max(float(one.features[centred]) for one in ranked if one.number == best.number)


def _holds_up(best: Candidate) -> bool:
    """Whether a sentence answers as far as it can be told from itself: it has enough of the
    question's words, and nothing speaks against it."""
    words = best.features[FEATURES.index("words_headed")]
    return bool(words >= FEW_WORDS and not best.features[_CONFLICT].any())


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
    reading = search.reading
    singled = (
        *(_lead(scores, rank) for rank in _RANKS),
        _lead(nearness, 5),
        nearness.max(),
        scores.max(),
    )
    few = max(0.0, 1 - len(ranked) / SPARSE)
    return np.array(
        [
            *_pick(nearest, (*CONFLICTS, *_TOLD)),
            *_pick(best, (*CONFLICTS, *_TOLD, *_FOREIGN)),
            *(table[:, FEATURES.index(name)].max() for name in MOST),
            min(cost, _LARGEST_COST),
            nearness.max() - nearness[scores.argmax()],
            *singled,
            float(reading.several),
            float(reading.language == "zh"),
            *_cosines(search, best),
            few,
            *(few * value for value in singled),
        ]
    )


def _lead(scores: Features, rank: int) -> float:
    """How far the first is ahead of the one at a rank, or of the last."""
    ordered = np.sort(scores)[::-1]
    return float(ordered[0] - ordered[min(rank, len(ordered)) - 1])


def _cosines(search: Search, features: Features) -> tuple[float, float, float]:
    """Features measure cosines from what is usual in the collection; off its subject all are low,
    and only the cosines themselves show it."""
    meaning, centred, foreign = _pick(features, ("meaning", "centred", "foreign"))
    usual = search.usual(same=not foreign)
    cosine = meaning + usual.mean
    return cosine, cosine * foreign, centred + usual.mean_centred


def _pick(features: Features, names: Sequence[str]) -> list[float]:
    return [float(features[FEATURES.index(name)]) for name in names]
