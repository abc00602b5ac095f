"""Small collections: one short document by itself.

A few pages are many a user's first collection. Little stands out there, and what is learned from
the sixty sentences that a question brings up among many documents misleads among ten.
"""

from __future__ import annotations

import numpy as np

from assistant.glossary import build_glossary
from assistant.index import build_index
from assistant.late import LateInteraction
from assistant.reading import Reader
from assistant.retrieval import Searcher
from store.loaded import Loaded

LONGEST = 60  # sentences of a document that counts as short


def find_short(searcher: Searcher) -> list[str]:
    """The ids of the short documents of a collection."""
    names = [node.metadata["document"] for node in searcher.index.nodes]
    found, counts = np.unique(np.array(names)[searcher.index.owners], return_counts=True)
    return [str(name) for name, many in zip(found, counts, strict=True) if many <= LONGEST]


def take_out(searcher: Searcher, document: str) -> Searcher:
    """What would search a collection of nothing but this document."""
    index = searcher.index
    rows = [n for n, node in enumerate(index.nodes) if node.metadata["document"] == document]
    nodes = [index.nodes[row] for row in rows]
    sentences = [index.sentences[index.starts[row] : index.starts[row + 1]] for row in rows]
    own = build_index(Loaded(nodes, index.vectors[rows], sentences))
    reader = Reader(own.organisations, build_glossary((), (node.text for node in nodes)))
    late = LateInteraction(own, searcher.embedding, searcher.late.tokens)
    return Searcher(own, searcher.embedding, reader, late)
