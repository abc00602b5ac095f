"""Chunks as rows of Chroma and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

from store.ledger import DocumentRecord, Scalar
from store.vectors import Vectors, pack_vectors

# Keys that are ours, not the chunk's.
_OWN = ("version", "position", "sentence_vectors")


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """One chunk as it is stored; rows of one version are ordered by `position`."""

    id: str
    text: str
    metadata: dict[str, Scalar]
    vector: Vectors


def build_rows(
    record: DocumentRecord,
    nodes: Sequence[TextNode],
    vectors: Vectors,
    sentence_vectors: Sequence[Vectors],
) -> list[ChunkRow]:
    """One row a node. The id carries the document's version, so that no write meets old rows."""
    return [
        ChunkRow(
            id=f"{record.version}:{node.node_id}",
            text=node.text,
            metadata=_flat(record, position, node, sentences),
            vector=vector,
        )
        for position, (node, vector, sentences) in enumerate(
            zip(nodes, vectors, sentence_vectors, strict=True)
        )
    ]


def _flat(
    record: DocumentRecord, position: int, node: TextNode, sentences: Vectors
) -> dict[str, Scalar]:
    stated = {key: value for key, value in node.metadata.items() if value is not None}
    return {
        **stated,
        "document": record.id,
        "version": record.version,
        "position": position,
        "sentence_vectors": pack_vectors(sentences),
    }


def build_node(row_id: str, text: str, metadata: Mapping[str, object]) -> TextNode:
    """The chunk that `build_rows` was given, ready for LlamaIndex."""
    shown = strip_own(metadata)
    source = RelatedNodeInfo(node_id=str(shown["document"]))
    return TextNode(
        id_=row_id.partition(":")[2],
        text=text,
        metadata=shown,
        excluded_embed_metadata_keys=list(shown),
        excluded_llm_metadata_keys=list(shown),
        start_char_idx=shown.get("start"),
        end_char_idx=shown.get("end"),
        relationships={NodeRelationship.SOURCE: source},
    )


def strip_own(metadata: Mapping[str, object]) -> dict[str, object]:
    """A chunk's own metadata, in the order of the keys: Chroma gives them in another each time."""
    return {key: value for key, value in sorted(metadata.items()) if key not in _OWN}
