"""How long ingesting and asking take, and what takes the time.

`python -m evals.bench [--docs DIR [--catalog FILE] --questions FILE]`, the sample by default. It
measures on a store of its own that is thrown away afterwards; quiet machines give steady numbers.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from llama_index.core.schema import TextNode
from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.app import build_assistant
from assistant.embeddings import build_embedding
from assistant.errors import DuociteError
from assistant.prompts import explain
from assistant.settings import Settings, load_settings, locale_language
from evals.cases import build_asks, read_cases
from evals.collections import COLLECTION, read_catalog
from evals.measures import percentile
from evals.suite import Suite, read_suites
from evals.task import Asked
from store.catalog import Catalog
from store.chroma import open_store
from store.chunks import build_chunks, embedded_text
from store.collection import Collection
from store.embedding import BATCH_SIZE, StoreEmbedding
from store.plan import PlannedFile, build_plan
from store.prepare import (
    build_fingerprint,
    build_record,
    build_stamp,
    hash_file,
    read_planned,
    read_sentences,
    state_origin,
)
from store.vectors import TokenRows, Vectors


@dataclass
class Stopwatch:
    """Seconds by stage, in the order in which the stages were first met."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] += time.perf_counter() - began


def bench_ingest(
    collection: Collection, embedding: StoreEmbedding, docs: Path, catalog: Catalog
) -> Stopwatch:
    """Ingest by the steps of `store.ingest`, one at a time, for only so can each be timed."""
    watch = Stopwatch()
    for file in build_plan([docs], [], []).files:
        _ingest_file(watch, collection, embedding, file, catalog)
    return watch


def bench_questions(assistant: Asked, questions: Sequence[str]) -> Mapping[str, list[float]]:
    """Milliseconds of each question: "ask" as waited for, the rest as the answers report them."""
    taken: dict[str, list[float]] = defaultdict(list)
    console = Console(stderr=True)
    hidden = not console.is_terminal
    for question in track(questions, "Questions", console=console, transient=True, disable=hidden):
        began = time.perf_counter()
        answer = assistant.ask(question)
        taken["ask"].append(1000 * (time.perf_counter() - began))
        for stage, milliseconds in answer.timings_ms.items():
            taken[stage].append(float(milliseconds))
    return taken


def build_ingest_table(seconds: Mapping[str, float], characters: int) -> Table:
    """Seconds a stage, its part of the whole, and the time for a million characters."""
    table = Table("ingest", title=f"Ingest of {characters:,} characters")
    for heading in ("seconds", "part", "seconds a million characters"):
        table.add_column(heading, justify="right")
    whole = sum(seconds.values())
    for stage, taken in {**seconds, "total": whole}.items():
        million = 1e6 * taken / max(1, characters)
        table.add_row(stage, f"{taken:.2f}", f"{taken / max(whole, 1e-9):.0%}", f"{million:.1f}")
    return table


def build_question_table(taken: Mapping[str, Sequence[float]]) -> Table:
    """Median and 95th percentile a stage; the part is of the mean whole question."""
    table = Table("question", title=f"{len(taken['ask'])} questions")
    for heading in ("median ms", "p95 ms", "part"):
        table.add_column(heading, justify="right")
    whole = max(sum(taken["ask"]), 1e-9)
    for stage, values in taken.items():
        median, p95 = percentile(values, 0.5), percentile(values, 0.95)
        table.add_row(stage, f"{median:.1f}", f"{p95:.1f}", f"{sum(values) / whole:.0%}")
    return table


def run_bench(settings: Settings, suite: Suite, console: Console) -> None:
    """Ingest into a throw-away store, ask every question in both languages, print both tables."""
    questions = [ask.question for ask in build_asks(read_cases(suite.file))]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        moved = settings.model_copy(update={"data": Path(folder), "chroma_url": None})
        console.print(_time_ingest(moved, suite))
        began = time.perf_counter()
        with closing(build_assistant(moved, collection=COLLECTION)) as assistant:
            console.print(f"ready to be asked after {time.perf_counter() - began:.1f} s")
            console.print(build_question_table(bench_questions(assistant, questions)))


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code; an error is one line on stderr."""
    parser = _build_parser()
    given = parser.parse_args(arguments)
    if (given.docs is None) != (given.questions is None):
        parser.error("--docs and --questions belong together")
    try:
        suite = _choose_suite(given)
        run_bench(load_settings().offline(), suite, Console())
    except DuociteError as error:
        print(explain(error, locale_language()), file=sys.stderr)
        return error.exit_code
    return 0


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="evals.bench", description="Time ingesting and asking.")
    parser.add_argument("--docs", type=Path, help="documents; the sample's by default")
    parser.add_argument("--catalog", type=Path, help="their catalog; without it, none is read")
    parser.add_argument("--questions", type=Path, help="a suite's questions about them")
    return parser


def _choose_suite(given: argparse.Namespace) -> Suite:
    if given.docs is None:
        return read_suites()[0]
    return Suite(given.questions.stem, given.questions, given.docs, given.catalog)


def _time_ingest(settings: Settings, suite: Suite) -> Table:
    embedding = build_embedding(settings)
    with open_store(settings.data, embedding) as store:
        collection = store.collection(COLLECTION, create=True)
        catalog = read_catalog(suite.catalog)
        watch = bench_ingest(collection, embedding, suite.documents, catalog)
        characters = sum(record.characters for record in collection.documents())
    return build_ingest_table(watch.seconds, characters)


def _ingest_file(
    watch: Stopwatch,
    collection: Collection,
    embedding: StoreEmbedding,
    file: PlannedFile,
    catalog: Catalog,
) -> None:
    entry = catalog.find(file.place)
    with watch.stage("read"):
        content = hash_file(file.path)
        stamp = build_stamp(content, file, entry, embedding.identity)
        document = read_planned(file, entry)
    with watch.stage("clean, chunk"):
        nodes = build_chunks(document, entry)
    with watch.stage("embed chunks"):
        vectors, tokens = _embed_chunks(embedding, nodes)
    with watch.stage("embed sentences"):
        sentences = _embed_sentences(embedding, nodes)
    with watch.stage("write"):
        fingerprint = build_fingerprint(document, entry, embedding.identity)
        record = build_record(document, nodes, sum(map(len, sentences)), fingerprint)
        stated = state_origin(record, file, stamp, content)
        collection.write(stated, document.text, nodes, vectors, sentences, tokens)


def _embed_chunks(
    embedding: StoreEmbedding, nodes: Sequence[TextNode]
) -> tuple[Vectors, list[TokenRows]]:
    """With their token vectors, or every question would have to make them."""
    rows: list[Vectors] = []
    tokens: list[TokenRows] = []
    for start in range(0, len(nodes), BATCH_SIZE):
        texts = [embedded_text(node) for node in nodes[start : start + BATCH_SIZE]]
        vectors, found = embedding.read_passages(texts)
        rows += list(vectors)
        tokens += found
    return np.array(rows, dtype=np.float32).reshape(-1, embedding.dimension), tokens


def _embed_sentences(embedding: StoreEmbedding, nodes: Sequence[TextNode]) -> list[Vectors]:
    """One array a chunk; embedded in even batches, as an ingest does."""
    owned = [read_sentences(node) for node in nodes]
    rows = _embed(embedding, [sentence for own in owned for sentence in own])
    ends = np.cumsum([len(own) for own in owned])
    return np.split(rows, ends[:-1]) if owned else []


def _embed(embedding: StoreEmbedding, texts: Sequence[str]) -> Vectors:
    rows: list[list[float]] = []
    for start in range(0, len(texts), BATCH_SIZE):
        rows += embedding.get_text_embedding_batch(list(texts[start : start + BATCH_SIZE]))
    return np.array(rows, dtype=np.float32).reshape(-1, embedding.dimension)


if __name__ == "__main__":
    sys.exit(main())
