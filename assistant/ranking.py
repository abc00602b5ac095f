"""Which sentences of the retrieved passages answer a question.

Each sentence is described by its features and scored by a linear model. The weights were fitted by
`python -m evals.fit` (conditional logit: the answering sentence against all others of its question)
and checked by cross-validation over questions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from llama_index.core.schema import NodeWithScore, TextNode

from assistant.columns import find_nearest_heads, may_answer
from assistant.features import FEATURES, NEARNESS, ChunkView, Features
from assistant.index import sentence_spans
from assistant.late import lowest_mean
from assistant.planted import blank_orders, tells
from assistant.retrieval import Search, Searcher
from assistant.weights import SENTENCE_WEIGHTS

SENTENCE_VECTOR: Features = np.array([SENTENCE_WEIGHTS.get(name, 0.0) for name in FEATURES])


class Candidate(NamedTuple):
    """A sentence of a retrieved chunk; `number` counts chunks from 1, `span` is in its text. Of
    `node` the orders that were planted in it are blanked out."""

    number: int
    node: TextNode
    span: tuple[int, int]
    features: Features
    score: float

    @property
    def text(self) -> str:
        return self.node.text[slice(*self.span)]


def rank_sentences(
    searcher: Searcher, search: Search, nodes: Sequence[NodeWithScore]
) -> list[Candidate]:
    """All sentences of the passages that tell something, best first."""
    lexical, reading = searcher.index.lexical, search.reading
    shares = {True: lexical.weigh(reading.own), False: lexical.weigh(reading.cross)}
    found: list[Candidate] = []
    for number, hit in enumerate(nodes, 1):
        found += _describe(searcher, search, shares, number, hit)
    return sorted(found, key=lambda candidate: -candidate.score)


def _describe(
    searcher: Searcher,
    search: Search,
    shares: Mapping[bool, Callable[[frozenset[str]], float]],
    number: int,
    hit: NodeWithScore,
) -> list[Candidate]:
    index = searcher.index
    assert isinstance(hit.node, TextNode)
    node = blank_orders(hit.node)
    row = index.rows[node.node_id]
    rows = slice(index.starts[row], index.starts[row + 1])
    spans = sentence_spans(node)
    if not spans:
        return []
    same = bool(search.same[row])
    chunk = ChunkView(node, spans, search.reading, shares[same], searcher)
    usual = search.usual(same)
    # What a table's row says stands above it.
    heads, heads_centred = find_nearest_heads(searcher, search, node, spans)
    meaning = np.maximum(index.sentences[rows] @ search.vector, heads) - usual.mean
    centred = np.maximum(index.sentences[rows] @ search.centred, heads_centred)
    centred -= usual.mean_centred
    shared = {
        "meaning": meaning,
        "meaning_spread": meaning / usual.spread,
        "centred": centred,
        "centred_spread": centred / usual.spread_centred,
        **chunk.word_shares(),
        **_token_shares(searcher, search, row, len(spans)),
        "passage": np.full(len(spans), hit.score),
        "place": np.full(len(spans), math.log(number)),
        "foreign": np.full(len(spans), float(not same)),
    }
    found = []
    for place, span in enumerate(spans):
        if not (tells(node.text[slice(*span)]) and may_answer(search, node, span)):
            continue
        values = {name: float(column[place]) for name, column in shared.items()}
        values |= chunk.describe(place)
        values |= {f"{name}_foreign": values["foreign"] * values[name] for name in NEARNESS}
        features = np.array([values[name] for name in FEATURES])
        found.append(Candidate(number, node, span, features, float(features @ SENTENCE_VECTOR)))
    return found


def _token_shares(searcher: Searcher, search: Search, row: int, many: int) -> dict[str, Features]:
    """The features of late interaction, a value a sentence; 0 where the model gives no tokens."""
    names = tuple(name for name in NEARNESS if name.startswith("tokens"))
    if not len(search.tokens):
        return dict.fromkeys(names, np.zeros(many))
    (match,) = searcher.match(search, [row])
    near = [match.up_to(place) for place in range(many)]
    own = np.array([match.sentence(place) for place in range(many)])
    mean, spread = search.usual_tokens(bool(search.same[row]))
    columns = (
        own,
        (own - mean) / spread,
        [up.mean() for up in near],
        [lowest_mean(up) for up in near],
        [match.whole] * many,
    )
    return {name: np.array(column) for name, column in zip(names, columns, strict=True)}
