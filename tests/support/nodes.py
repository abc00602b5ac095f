"""Chunks made by hand, and what searches them, with the embedding that needs no model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from llama_index.core.schema import NodeWithScore, TextNode

from assistant.answer import Passage
from assistant.glossary import Glossary
from assistant.grounding import Source
from assistant.index import build_index
from assistant.late import LateInteraction
from assistant.passages import build_passage
from assistant.reading import Reader
from assistant.retrieval import Searcher
from assistant.text.language import detect_language, split_sentences
from store.chunks import embedded_text
from store.embedding import HashEmbedding, StoreEmbedding
from store.loaded import Loaded
from store.vectors import TokenRows


def build_node(text: str, document: str = "paper.md", **known: Any) -> TextNode:
    """A chunk that is its whole document, each sentence of it quotable."""
    sentences = [[start, end, start, end] for start, end in split_sentences(text)]
    metadata = {
        "document": document,
        "title": "A paper",
        "organisation": "Acme",
        "year": 2023,
        "language": detect_language(text),
        "start": 0,
        "end": len(text),
        "line_from": 1,
        "line_to": text.count("\n") + 1,
        "sentences": json.dumps(sentences),
        "offsets": "[[0, 0]]",
        "head": "",
    }
    kept = {key: value for key, value in {**metadata, **known}.items() if value is not None}
    return TextNode(id_=f"{document}/{text}", text=text, metadata=kept)


def build_hits(*nodes: TextNode) -> list[NodeWithScore]:
    return [NodeWithScore(node=node, score=0.5) for node in nodes]


def passage_of(node: TextNode, number: int = 1) -> Passage:
    return build_passage(number, NodeWithScore(node=node, score=0.5), lambda document: node.text)


def build_sources(*nodes: TextNode) -> dict[int, Source]:
    """Numbered from 1."""
    return {n: Source(passage_of(node, n), node) for n, node in enumerate(nodes, 1)}


def build_searcher(
    *nodes: TextNode, glossary: Glossary | None = None, embedding: StoreEmbedding | None = None
) -> Searcher:
    model = embedding or HashEmbedding()
    index = build_index(
        Loaded(
            list(nodes),
            model.passage_vectors([node.text for node in nodes]),
            [model.passage_vectors(_sentences(node)) for node in nodes],
        )
    )

    def read_tokens(wanted: Sequence[TextNode]) -> list[TokenRows]:
        return model.read_passages([embedded_text(node) for node in wanted])[1]

    late = LateInteraction(index, model, read_tokens)
    return Searcher(index, model, Reader(index.organisations, glossary or Glossary()), late)


def _sentences(node: TextNode) -> Sequence[str]:
    return [node.text[start:end] for start, end, *_ in json.loads(node.metadata["sentences"])]
