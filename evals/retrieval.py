"""Scorers of retrieval: at which rank are the known quotations, or the known document?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from assistant.answer import Passage
from evals.cases import Ask
from evals.quotes import holds_quotation
from evals.score import UNSCORED, Score

DEPTHS = (1, 5, 10)
TOP = max(DEPTHS)


Ranks = Sequence[int | None]
"""Of each known quotation, 1 being the best; None for one that isn't among the passages."""


def score_retrieval(ask: Ask, ranks: Ranks) -> dict[str, Score]:
    """recall@1, @5, @10, MRR and nDCG@10 of the known quotations among the best passages."""
    if not ask.case.answerable:
        return dict.fromkeys(RETRIEVAL_MEASURES, UNSCORED)
    return score_ranks(ranks)


def find_ranks(ask: Ask, passages: Sequence[Passage]) -> tuple[int | None, ...]:
    """The rank of each known quotation among the passages, best first."""
    return tuple(_find_quotation(quotation, passages) for quotation in ask.case.quotations)


def find_rank(ask: Ask, passages: Sequence[Passage]) -> int | None:
    """The rank by which every known quotation was met, or None."""
    return _find_last(find_ranks(ask, passages))


def score_rank(rank: int | None) -> dict[str, Score]:
    """`score_ranks` of one question that seeks one thing."""
    return score_ranks([rank])


def score_ranks(ranks: Ranks) -> dict[str, Score]:
    """The measures of one question, from the ranks of all that it seeks.

    By recall@k and MRR a question of several quotations is found at the rank of the last of them.
    nDCG@10 counts each by itself (Jarvelin and Kekalainen 2002, with gains of 0 and 1): one of two
    is worth something, too.
    """
    rank = _find_last(ranks)
    shown = f"rank {rank}" if rank else ""
    missed = "" if rank else f"not among the first {TOP}"
    scores = {
        f"recall@{depth}": Score(float(rank is not None and rank <= depth), shown, missed)
        for depth in DEPTHS
    }
    mrr = Score(1 / rank if rank and rank <= TOP else 0.0, shown, missed)
    return {**scores, "MRR": mrr, f"nDCG@{TOP}": Score(_gain(ranks), shown, missed)}


def _gain(ranks: Ranks) -> float:
    """Quotations that one passage holds together count where each of them could stand: the best
    order is that of as many passages as there are ranks."""
    met = sorted({rank for rank in ranks if rank is not None and rank <= TOP})
    ideal = len({rank or -number for number, rank in enumerate(ranks, 1)})
    best = sum(_discount(place) for place in range(1, min(ideal, TOP) + 1))
    return sum(map(_discount, met)) / best if best else 0.0


def _discount(rank: int) -> float:
    return 1 / math.log2(rank + 1)


def _find_last(ranks: Ranks) -> int | None:
    met = [rank for rank in ranks if rank is not None]
    return max(met) if met and len(met) == len(ranks) else None


def _find_quotation(quotation: str, passages: Sequence[Passage]) -> int | None:
    ranks = (n for n, one in enumerate(passages, 1) if holds_quotation(quotation, one.original))
    return next(ranks, None)


RETRIEVAL_MEASURES = tuple(score_rank(None))
