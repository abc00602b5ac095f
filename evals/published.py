"""What others have published about sets that are run here, with where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.answer import Language


@dataclass(frozen=True, slots=True)
class Published:
    """Measures of one direction as their source gives them, rounded."""

    system: str
    asked: Language
    pool: Language
    measures: Mapping[str, float]
    source: str


XQUAD = (
    # Task XQuADRetrieval, subset "en", with mteb 2.16.1: recall_at_1, recall_at_5, recall_at_10,
    # mrr_at_10, ndcg_at_10. There is no subset "zh" of this model.
    Published(
        "multilingual-e5-small, dense",
        "en",
        "en",
        {"recall@1": 0.942, "recall@5": 0.998, "recall@10": 0.999, "MRR": 0.966, "nDCG@10": 0.975},
        "github.com/embeddings-benchmark/results, XQuADRetrieval",
    ),
)
"""Only what was looked up. No source is known for questions of one language over paragraphs of the
other in one language's pool: LAReQA (arXiv 2004.05484) ranks sentences of all eleven languages."""
