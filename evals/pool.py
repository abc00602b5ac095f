"""A pool to search in: paragraphs of one language beside the chunks of other documents.

Paragraphs go through the product's own store, each as a document of one chunk; the chunks of the
other documents are copied with their vectors, so that filling a second pool embeds nothing twice.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from llama_index.core.schema import Document, TextNode

from assistant.text.language import detect_language, split_sentences
from store.chunks import embedded_text
from store.collection import Collection
from store.embedding import StoreEmbedding
from store.ledger import DocumentRecord, hash_text
from store.prepare import build_fingerprint, build_record, read_sentences
from store.vectors import TokenRows

# Of a chunk whose tokens aren't stored: left out, to be made when first needed.
NO_TOKENS = TokenRows(np.zeros((0, 0), np.float32), np.zeros(0, np.int32))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`id` names the document that it becomes."""

    id: str
    text: str


def fill_pool(
    pool: Collection,
    embedding: StoreEmbedding,
    paragraphs: Sequence[Paragraph],
    others: Collection | None = None,
) -> int:
    """Make the pool hold the paragraphs and the documents of `others`, and nothing else.

    Returns how many paragraphs were embedded: 0 where nothing has changed.
    """
    wanted = {paragraph.id for paragraph in paragraphs}
    wanted |= {record.id for record in others.documents()} if others else set()
    for record in pool.documents():
        if record.id not in wanted:
            pool.remove(record.id)
    if others:
        copy_documents(others, pool)
    return sum(_add_paragraph(pool, embedding, paragraph) for paragraph in paragraphs)


def copy_documents(source: Collection, target: Collection) -> None:
    """Copy every document that the target has not got in the same state, vectors included."""
    missing = [record for record in source.documents() if not _holds(target, record)]
    if not missing:
        return
    loaded = source.load()
    for record in missing:
        own = [n for n, one in enumerate(loaded.nodes) if one.metadata["document"] == record.id]
        nodes = [loaded.nodes[n] for n in own]
        sentences = [loaded.sentence_vectors[n] for n in own]
        tokens = [source.read_tokens(node) or NO_TOKENS for node in nodes]
        target.write(record, source.text(record.id), nodes, loaded.vectors[own], sentences, tokens)


def build_document(paragraph: Paragraph) -> Document:
    """A paragraph as a document that says nothing of itself but its language."""
    unknown = dict.fromkeys(("organisation", "author", "publisher", "year", "source"))
    language, digest = detect_language(paragraph.text), hash_text(paragraph.text)
    metadata = {**unknown, "title": "", "language": language, "sha256": digest}
    return Document(id_=paragraph.id, text=paragraph.text, metadata=metadata)


def build_chunk(document: Document) -> TextNode:
    """The whole document as one chunk without a head line; metadata as `build_chunks` gives it."""
    text = document.text
    metadata = {
        "document": document.id_,
        "language": document.metadata["language"],
        "start": 0,
        "end": len(text),
        "line_from": 1,
        "line_to": text.count("\n") + 1,
        "sentences": json.dumps([[a, b, a, b] for a, b in split_sentences(text)]),
        "head": "",
        "doc_hash": document.metadata["sha256"],
    }
    return TextNode(id_=hash_text(f"{document.id_}\x1f{text}")[:32], text=text, metadata=metadata)


def _add_paragraph(pool: Collection, embedding: StoreEmbedding, paragraph: Paragraph) -> bool:
    """Whether it had to be embedded."""
    document = build_document(paragraph)
    node = build_chunk(document)
    sentences = read_sentences(node)
    fingerprint = build_fingerprint(document, None, embedding.identity)
    record = build_record(document, [node], len(sentences), fingerprint)
    if _holds(pool, record):
        return False
    vectors, tokens = embedding.read_passages([embedded_text(node)])
    rows = [embedding.passage_vectors(sentences)]
    pool.write(record, paragraph.text, [node], vectors, rows, tokens)
    return True


def _holds(collection: Collection, record: DocumentRecord) -> bool:
    known = collection.record(record.id)
    return known is not None and known.version == record.version
