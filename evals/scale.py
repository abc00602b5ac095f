"""What a large collection costs, and whether its index still finds what an exact search finds.

`python -m evals.scale --chunks 200000 [--rewrites 10 --rewrite-chunks 20000] [--data DIR] [--out
FILE]`. Documents are drawn by lot (`synthetic`) and written with their vectors, so that embedding
takes no part. Questions go through the product's own retriever; the comparison of tokens, which is
of forty chunks at any size, is left out. With --data the store stays, and a run that was cut off
goes on in it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from assistant.errors import DuociteError
from assistant.glossary import NO_NAMES
from assistant.index import Scores, SearchIndex
from assistant.late import LateInteraction
from assistant.prompts import explain
from assistant.question import Question
from assistant.reading import Reader
from assistant.retrieval import BEST_SENTENCE_SHARE, LEXICAL_SHARE, HybridRetriever, Searcher
from assistant.settings import locale_language
from evals.drawn import Asked, DrawnStore
from evals.measures import percentile
from evals.memory import read_peak, reset_peak
from evals.synthetic import CHUNKS, GivenVectors
from store.candidates import StoredTokens
from store.chroma import open_store
from store.collection import Collection
from store.searchable import EXACT_CHUNKS

COLLECTION = "scale"
TOP = 10
_WARM_UP = 3  # questions that load dictionaries and draw samples


@dataclass
class Measured:
    """Seconds, megabytes, milliseconds and shares, as they were found."""

    chunks: int = 0
    documents: int = 0
    values: dict[str, float] = field(default_factory=dict)
    recall: list[dict[str, float]] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Takes the time of a stage, and the most memory that the process had in it."""
        reset_peak()
        began = time.perf_counter()
        yield
        self.values[f"{name}, seconds"] = time.perf_counter() - began
        self.values[f"{name}, peak MB"] = read_peak()


def measure(collection: Collection, embedding: GivenVectors, given: argparse.Namespace) -> Measured:
    """Fill, open, ask; then rewrite, open and compare as often as is asked for."""
    bench = DrawnStore(
        collection, embedding, max(1, given.chunks // given.each), given.each, given.exact
    )
    found = Measured(chunks=bench.size * given.each, documents=bench.size)
    with found.stage("ingest"):
        written = bench.fill() * given.each
    found.values["ingest, chunks a second"] = written / found.values["ingest, seconds"]
    with found.stage("open"):
        index = bench.open()
    asked = bench.ask(given.questions)
    with found.stage("questions"):
        found.values |= time_questions(collection, embedding, index, asked)
    found.recall.append({"rewrites": 0, **compare(bench, index, asked)})
    _measure_change(bench, found)
    for number in range(given.rewrites):
        bench.rewrite(max(1, given.rewrite_chunks // given.each))
        index = bench.open()
        recall = compare(bench, index, bench.ask(given.questions))
        own = measure_own_index(collection, index, asked)
        found.recall.append({"rewrites": number + 1, **recall, "Chroma's own index": own})
    return found


def time_questions(
    collection: Collection, embedding: GivenVectors, index: SearchIndex, asked: Sequence[Asked]
) -> dict[str, float]:
    """Milliseconds, 50th and 95th percentile, of each way to search."""
    late = LateInteraction(index, embedding, StoredTokens(collection, embedding))
    searcher = Searcher(index, embedding, Reader(index.organisations, NO_NAMES), late)
    retriever = HybridRetriever(searcher)
    ways: dict[str, Callable[[Asked], object]] = {
        "dense": lambda one: find_first(index.vectors @ one.vector),
        "lexical": lambda one: find_first(index.lexical.score(one.words)),
        "fused": lambda one: retriever.retrieve(Question(one.text)),
    }
    found: dict[str, float] = {}
    for name, way in ways.items():
        for one in asked[:_WARM_UP]:
            way(one)
        searcher.forget()
        taken = [_milliseconds(way, one) for one in asked]
        found |= {f"{name}, p{p} ms": percentile(taken, p / 100) for p in (50, 95)}
    return found


def compare(bench: DrawnStore, index: SearchIndex, asked: Sequence[Asked]) -> dict[str, float]:
    """Recall of the index's first ten, where an exact search over the drawn vectors says them."""
    chunks, best = _search_exactly(bench, asked)
    recall: dict[str, list[float]] = {"dense": [], "fused": []}
    for column, one in enumerate(asked):
        lexical = LEXICAL_SHARE * index.lexical.score(one.words)
        near = index.vectors @ one.vector
        used = _fuse(near, index.best_sentences(one.vector, near, lexical), lexical)
        exact = _fuse(chunks[column], best[column], lexical)
        recall["dense"].append(_overlap(near, chunks[column]))
        recall["fused"].append(_overlap(used, exact))
    return {name: float(np.mean(values)) for name, values in recall.items()}


def measure_own_index(collection: Collection, index: SearchIndex, asked: Sequence[Asked]) -> float:
    """Recall of the approximate index that Chroma keeps, which nothing here is searched by."""
    shares = []
    for one in asked:
        found: list[tuple[float, str]] = []
        for chroma in collection.chunk_sets():
            if held := min(TOP, chroma.count()):
                page = chroma.query(
                    query_embeddings=one.vector[None], n_results=held, include=["distances"]
                )
                found += zip((page["distances"] or [[]])[0], page["ids"][0], strict=True)
        first = {row_id.partition(":")[2] for _, row_id in sorted(found)[:TOP]}
        exact = {index.part.ids[row] for row in find_first(index.vectors @ one.vector)}
        shares.append(len(first & exact) / len(exact))
    return float(np.mean(shares))


def find_first(scores: Scores) -> NDArray[np.int64]:
    many = min(TOP, len(scores))
    return np.argpartition(-scores, many - 1)[:many]


def build_tables(found: Measured) -> list[Table]:
    first = Table("measure", title=f"{found.chunks:,} chunks of {found.documents:,} documents")
    first.add_column("value", justify="right")
    for name, value in found.values.items():
        first.add_row(name, f"{value:,.1f}" if value >= 10 else f"{value:.3f}")
    second = Table("after rewrites", title=f"recall@{TOP} against an exact search")
    names = list(dict.fromkeys(name for row in found.recall for name in row))[1:]
    for name in names:
        second.add_column(name, justify="right")
    for row in found.recall:
        cells = [f"{row[name]:.3f}" if name in row else "" for name in names]
        second.add_row(f"{row['rewrites']:.0f}", *cells)
    return [first, second]


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code; an error is one line on stderr."""
    given = _build_parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as passing:
            found = _run(given.data or Path(passing), given)
    except DuociteError as error:
        print(explain(error, locale_language()), file=sys.stderr)
        return error.exit_code
    for table in build_tables(found):
        Console().print(table)
    if given.out:
        given.out.write_text(json.dumps(asdict(found), indent=1), encoding="utf-8")
    return 0


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="evals.scale", description="Measure a large collection.")
    parser.add_argument("--chunks", type=int, default=20_000)
    parser.add_argument("--each", type=int, default=CHUNKS, help="chunks of a document")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument(
        "--exact", type=int, default=EXACT_CHUNKS, help="chunks up to which sentences are in memory"
    )
    parser.add_argument("--rewrites", type=int, default=0)
    parser.add_argument("--rewrite-chunks", type=int, default=20_000, help="each time")
    parser.add_argument("--data", type=Path, help="where the store is made and stays")
    parser.add_argument("--out", type=Path, help="a JSON file")
    return parser


def _run(folder: Path, given: argparse.Namespace) -> Measured:
    embedding = GivenVectors()
    with open_store(folder, embedding) as store:
        found = measure(store.collection(COLLECTION, create=True), embedding, given)
    for path in sorted(folder.iterdir()):
        if size := _size_of(path):
            found.values[f"disk, {path.name}, MB"] = size / 1e6
    return found


def _measure_change(bench: DrawnStore, found: Measured) -> None:
    with found.stage("one changed document"):
        bench.rewrite(1)
        bench.open()
    bench.forget()
    with found.stage("open again"):
        bench.open()


def _search_exactly(bench: DrawnStore, asked: Sequence[Asked]) -> tuple[Scores, Scores]:
    """[questions, chunks]: of each chunk its own cosine, and its best sentence's."""
    questions = np.array([one.vector for one in asked])
    chunks, best = [], []
    for document in bench.documents():
        chunks.append(questions @ document.vectors.T)
        said = questions @ np.concatenate(document.sentences).T
        best.append(said.reshape(len(asked), len(document.nodes), -1).max(axis=2))
    return np.concatenate(chunks, axis=1), np.concatenate(best, axis=1)


def _fuse(chunks: Scores, best: Scores, lexical: Scores) -> Scores:
    return (1 - BEST_SENTENCE_SHARE) * chunks + BEST_SENTENCE_SHARE * best + lexical


def _overlap(used: Scores, exact: Scores) -> float:
    wanted = set(find_first(exact).tolist())
    return len(wanted & set(find_first(used).tolist())) / len(wanted)


def _milliseconds(way: Callable[[Asked], object], one: Asked) -> float:
    began = time.perf_counter()
    way(one)
    return 1000 * (time.perf_counter() - began)


def _size_of(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


if __name__ == "__main__":
    sys.exit(main())
