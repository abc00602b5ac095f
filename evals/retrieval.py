"""Scorers of retrieval: at which rank are the known quotations, or the known document?"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Passage
from evals.cases import Ask
from evals.quotes import holds_quotation
from evals.scorers import UNSCORED, Score

DEPTHS = (1, 5, 10)
TOP = max(DEPTHS)


def score_retrieval(ask: Ask, passages: Sequence[Passage]) -> dict[str, Score]:
    """recall@1, @5, @10 and MRR of the known quotations among the passages, best first.

    A case of several quotations is found at the rank where the last of them is.
    """
    if not ask.case.answerable:
        return dict.fromkeys(RETRIEVAL_MEASURES, UNSCORED)
    return score_rank(find_rank(ask, passages))


def find_rank(ask: Ask, passages: Sequence[Passage]) -> int | None:
    """The 1-based rank by which every known quotation was met, or None."""
    ranks = [_find_quotation(quotation, passages) for quotation in ask.case.quotations]
    met = [rank for rank in ranks if rank is not None]
    return max(met) if met and len(met) == len(ranks) else None


def score_rank(rank: int | None) -> dict[str, Score]:
    """recall@k and MRR of one question, from the rank of what it seeks."""
    shown = f"rank {rank}" if rank else ""
    missed = "" if rank else f"not among the first {TOP}"
    scores = {
        f"recall@{depth}": Score(float(rank is not None and rank <= depth), shown, missed)
        for depth in DEPTHS
    }
    return {**scores, "MRR": Score(1 / rank if rank and rank <= TOP else 0.0, shown, missed)}


RETRIEVAL_MEASURES = tuple(score_rank(None))


def _find_quotation(quotation: str, passages: Sequence[Passage]) -> int | None:
    ranks = (n for n, one in enumerate(passages, 1) if holds_quotation(quotation, one.original))
    return next(ranks, None)
