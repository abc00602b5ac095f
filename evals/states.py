"""Documents that say in every sentence which state they are in, so that a mixture shows."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from llama_index.core.schema import TextNode

from store.chroma import open_store
from store.collection import Collection
from store.embedding import HashEmbedding
from store.pages import read_ids
from store.searchable import find_behind, load_searchable
from store.texts import count_rows, version_of

COLLECTION = "default"
DOCUMENTS = 12
MIXED = -1
"""The state of a document that is in two at once, or of which something is missing."""

States = dict[str, int]


@dataclass(frozen=True)
class Found:
    """The state of each document by its id; rows, by version, that are too many or too few."""

    states: States = field(default_factory=dict)
    strays: Counter[str] = field(default_factory=Counter)


def write_document(folder: Path, number: int, state: int) -> None:
    """Some have many chunks."""
    lines = 40 if number % 6 == 0 else 2
    said = (f"Line {n} of {number} made {n} tons of steel in state {state}. " for n in range(lines))
    text = "\n\n".join(line * 4 for line in said)
    (folder / f"{number:03}.md").write_text(f"# Plant {number}\n\n{text}\n")


def change_documents(folder: Path, drawn: random.Random, state: int) -> States:
    """About half of the documents change, one is gone, one is new; what should be stored."""
    for path in sorted(folder.iterdir()):
        if drawn.random() < 0.5:
            write_document(folder, int(path.stem), state)
    drawn.choice(sorted(folder.iterdir())).unlink()
    write_document(folder, DOCUMENTS + state, state)
    return read_wanted(folder)


def read_wanted(folder: Path) -> States:
    """What an ingest of the folder should store."""
    return {f"{folder.name}/{path.name}": state_of(path.read_text()) for path in folder.iterdir()}


def state_of(text: str) -> int:
    states = set(re.findall(r"state (\d+)", text))
    return int(states.pop()) if len(states) == 1 else MIXED


def read_store(data: Path) -> Found:
    """What a reader sees of the store, and what lies about in it."""
    with open_store(data, HashEmbedding(), wait=10) as store:
        if COLLECTION not in store.collections():
            return Found()
        collection = store.collection(COLLECTION)
        return Found(read_states(collection), find_strays(collection))


def read_states(collection: Collection) -> States:
    """The state of each document, which its text, its chunks and what search reads must all say."""
    chunks = _read_texts(collection.load().nodes)
    searched = _read_texts(load_searchable(collection).nodes)
    states: States = {}
    for record in collection.documents():
        texts = (chunks[record.id], searched[record.id], [collection.text(record.id)])
        said = {state_of("\n".join(one)) for one in texts}
        whole = len(chunks[record.id]) == len(searched[record.id]) == record.chunks
        states[record.id] = said.pop() if whole and len(said) == 1 else MIXED
    return states


def find_strays(collection: Collection) -> Counter[str]:
    found = Counter(
        version_of(row_id)
        for chroma, where in collection.row_sets()
        for row_id in read_ids(chroma, where)
    )
    found.subtract({record.version: count_rows(record) for record in collection.documents()})
    found.update(find_behind(collection, frozenset()))
    return Counter({version: many for version, many in found.items() if many})


def _read_texts(nodes: Iterable[TextNode]) -> defaultdict[str, list[str]]:
    """The texts of its chunks by document."""
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for node in nodes:
        texts[str(node.metadata["document"])].append(node.text)
    return texts
