"""Public sets of questions, read from a folder that the user has; none is shipped.

`duocite eval external xquad --data DIR [--pool-docs DIR [--pool-catalog FILE]]`. Only sets that
were really run are here.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.answer import Language, Passage
from assistant.app import build_assistant
from assistant.embeddings import build_embedding
from assistant.errors import DuociteError
from assistant.prompts import Messages, explain, load_messages
from assistant.settings import Settings, load_settings, locale_language
from evals.cases import LANGUAGES
from evals.collections import Prepared, prepare_collection
from evals.measures import percentile
from evals.pool import fill_pool
from evals.published import XQUAD
from evals.retrieval import TOP, score_rank
from evals.xquad import Sought, read_paragraphs, read_questions
from store.chroma import open_store

MEASURED = ("recall@1", "recall@5", "recall@10", "MRR", "nDCG@10")


@dataclass(frozen=True, slots=True)
class Direction:
    """Questions of one language over paragraphs of one language: means over all questions."""

    asked: Language
    pool: Language
    measures: dict[str, float]
    questions: int
    median_ms: float


class Retrieving(Protocol):
    def retrieve(self, question: str, top_k: int = 5) -> Sequence[Passage]: ...


def run(
    name: str,
    data: Path,
    pool_docs: Path | None = None,
    pool_catalog: Path | None = None,
    *,
    limit: int | None = None,
    keep: bool = False,
) -> int:
    """Run a set and print its measures beside published ones; always 0.

    The store is made anew and removed at the end, unless it is to be kept: then it lies with those
    of other evals. `limit` questions of each language are asked. Raises SuiteError, StoreError.
    """
    settings, console = load_settings().offline(), Console()
    with open_place(settings, keep=keep) as place:
        directions = run_xquad(place, data, pool_docs, pool_catalog, limit)
    messages = load_messages(settings.interface_language)
    console.print(build_direction_table(directions, pooled=pool_docs is not None))
    print_published(console, messages, pooled=pool_docs is not None, limited=limit is not None)
    return 0


@contextmanager
def open_place(settings: Settings, *, keep: bool) -> Iterator[Settings]:
    """The settings with a data folder that is gone afterwards, or with their own."""
    if keep:
        yield settings
        return
    with TemporaryDirectory(prefix="duocite-", ignore_cleanup_errors=True) as folder:
        yield settings.model_copy(update={"data": Path(folder), "chroma_url": None})


def run_xquad(
    settings: Settings,
    data: Path,
    pool_docs: Path | None,
    pool_catalog: Path | None,
    limit: int | None = None,
) -> list[Direction]:
    """Recall of the right paragraph among those of one language and, if they are given, all chunks
    of `pool_docs`, in the four directions, through the product's own store and retrieval."""
    questions = {language: read_questions(data, language)[:limit] for language in LANGUAGES}
    place, others = _prepare(settings, pool_docs, pool_catalog)
    measured: list[Direction] = []
    for pool in LANGUAGES:
        name = _fill(place, others, data, pool)
        # The next pool lies in the same store, which one assistant holds at a time.
        with closing(build_assistant(place, collection=name)) as assistant:
            measured += [
                measure_direction(assistant, questions[asked], asked, pool) for asked in LANGUAGES
            ]
    return measured


def measure_direction(
    retrieving: Retrieving, questions: Sequence[Sought], asked: Language, pool: Language
) -> Direction:
    console = Console(stderr=True)
    label, hidden = f"{asked} → {pool}", not console.is_terminal
    shown = track(questions, label, console=console, transient=True, disable=hidden)
    found = [_find_rank(retrieving, sought) for sought in shown]
    scores = [score_rank(rank) for rank, _ in found]
    means = {name: sum(one[name].value or 0 for one in scores) / len(scores) for name in MEASURED}
    return Direction(asked, pool, means, len(scores), percentile([ms for _, ms in found], 0.5))


def build_direction_table(directions: Sequence[Direction], *, pooled: bool = True) -> Table:
    title = f"XQuAD, {'among the paragraphs and other documents' if pooled else 'paragraphs alone'}"
    table = Table("asked → read", title=title)
    for heading in (*MEASURED, "n", "median ms"):
        table.add_column(heading, justify="right")
    for one in directions:
        means = [f"{one.measures[name]:.3f}" for name in MEASURED]
        table.add_row(
            f"{one.asked} → {one.pool}", *means, str(one.questions), f"{one.median_ms:.0f}"
        )
    return table


def print_published(console: Console, messages: Messages, *, pooled: bool, limited: bool) -> None:
    """Each with its source, and what makes it comparable or not."""
    table = Table(messages.text("cli.published"), *MEASURED)
    for number, one in enumerate(XQUAD, 1):
        figures = [f"{one.measures[name]:.3f}" for name in MEASURED]
        table.add_row(f"{number}: {one.asked} → {one.pool}", *figures)
    console.print(table)
    notes = [
        messages.text("cli.published_source", number=n, system=one.system, source=one.source)
        for n, one in enumerate(XQUAD, 1)
    ]
    notes.append(messages.text(f"cli.published_{'pooled' if pooled else 'alike'}"))
    notes += [messages.text("cli.published_limited")] if limited else []
    for note in notes:
        console.print(note, markup=False, highlight=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code; an error is one line on stderr."""
    given = _build_parser().parse_args(arguments)
    try:
        return run(
            given.name,
            given.data,
            given.pool_docs,
            given.pool_catalog,
            limit=given.limit,
            keep=True,
        )
    except DuociteError as error:
        print(explain(error, locale_language()), file=sys.stderr)
        return error.exit_code


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="evals.external", description="Run a public set.")
    parser.add_argument("name", choices=["xquad"], help="the set")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds it")
    parser.add_argument("--pool-docs", type=Path, help="documents to search among as well")
    parser.add_argument("--pool-catalog", type=Path, help="their catalog; without it, none is read")
    parser.add_argument("--limit", type=int, help="only so many questions of each language")
    return parser


def fill_language(prepared: Prepared, data: Path, language: Language) -> str:
    """Fill the pool of a language; the name of its collection."""
    return _fill(prepared.settings, prepared.collection, data, language)


def _prepare(
    settings: Settings, pool_docs: Path | None, pool_catalog: Path | None
) -> tuple[Settings, str | None]:
    """Where the store lies, and the collection in it that is searched among."""
    if pool_docs is None:
        folder = settings.data / "evals" / "xquad"
        return settings.model_copy(update={"data": folder, "chroma_url": None}), None
    prepared = prepare_collection(settings, pool_docs, pool_catalog)
    return prepared.settings, prepared.collection


def _fill(settings: Settings, others: str | None, data: Path, language: Language) -> str:
    name = f"xquad-{language}"
    paragraphs = read_paragraphs(data, language)
    embedding = build_embedding(settings)
    with open_store(settings.data, embedding) as store:
        among = store.collection(others) if others else None
        fill_pool(store.collection(name, create=True), embedding, paragraphs, among)
    return name


def _find_rank(retrieving: Retrieving, sought: Sought) -> tuple[int | None, float]:
    """The rank of the paragraph that is sought, and the milliseconds it took."""
    began = time.perf_counter()
    passages = retrieving.retrieve(sought.question, top_k=TOP)
    milliseconds = 1000 * (time.perf_counter() - began)
    ranks = (n for n, passage in enumerate(passages, 1) if passage.document == sought.pid)
    return next(ranks, None), milliseconds


if __name__ == "__main__":
    sys.exit(main())
