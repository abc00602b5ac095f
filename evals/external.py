"""Public sets of questions, read from a folder that the user has; none is shipped.

`python -m evals.external xquad --data DIR --pool-docs DIR [--pool-catalog FILE]`

XQuAD (google-deepmind/xquad, CC BY-SA 4.0) as JSONL: paras_{en,zh}.jsonl with pid and text,
questions_{en,zh}.jsonl with id, pid and question; the same ids in both languages.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.answer import Language, Passage
from assistant.app import build_assistant
from assistant.embeddings import build_embedding
from assistant.errors import DuociteError, SuiteError
from assistant.prompts import explain
from assistant.settings import Settings, load_settings, locale_language
from evals.cases import LANGUAGES, read_rows
from evals.collections import Prepared, prepare_collection
from evals.measures import percentile
from evals.pool import Paragraph, fill_pool
from evals.retrieval import TOP, score_rank
from store.chroma import open_store

MEASURED = ("recall@1", "recall@5", "MRR")


@dataclass(frozen=True, slots=True)
class Sought:
    """A question and the paragraph that answers it."""

    question: str
    pid: str


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


def read_paragraphs(data: Path, language: Language) -> list[Paragraph]:
    """Raises SuiteError "missing" or "bad_line", as `read_questions` does."""
    path = data / f"paras_{language}.jsonl"
    rows = read_rows(path)
    return [Paragraph(_text(path, n, row, "pid"), _text(path, n, row, "text")) for n, row in rows]


def read_questions(data: Path, language: Language) -> list[Sought]:
    path = data / f"questions_{language}.jsonl"
    rows = read_rows(path)
    return [Sought(_text(path, n, row, "question"), _text(path, n, row, "pid")) for n, row in rows]


def run_xquad(
    settings: Settings, data: Path, pool_docs: Path, pool_catalog: Path | None
) -> list[Direction]:
    """Recall of the right paragraph among those of one language and all chunks of `pool_docs`, in
    the four directions, through the product's own store and retrieval."""
    prepared = prepare_collection(settings, pool_docs, pool_catalog)
    questions = {language: read_questions(data, language) for language in LANGUAGES}
    measured: list[Direction] = []
    for pool in LANGUAGES:
        name = fill_language(prepared, data, pool)
        # The next pool lies in the same store, which one assistant holds at a time.
        with closing(build_assistant(prepared.settings, collection=name)) as assistant:
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


def build_direction_table(directions: Sequence[Direction]) -> Table:
    table = Table("questions → paragraphs", title="XQuAD, hard pool")
    for heading in (*MEASURED, "questions", "median ms"):
        table.add_column(heading, justify="right")
    for one in directions:
        means = [f"{one.measures[name]:.3f}" for name in MEASURED]
        table.add_row(
            f"{one.asked} → {one.pool}", *means, str(one.questions), f"{one.median_ms:.0f}"
        )
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code; an error is one line on stderr."""
    given = _build_parser().parse_args(arguments)
    try:
        directions = run_xquad(
            load_settings().offline(), given.data, given.pool_docs, given.pool_catalog
        )
    except DuociteError as error:
        print(explain(error, locale_language()), file=sys.stderr)
        return error.exit_code
    Console().print(build_direction_table(directions))
    return 0


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="evals.external", description="Run a public set.")
    parser.add_argument("name", choices=["xquad"], help="the set")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds it")
    parser.add_argument("--pool-docs", type=Path, required=True, help="documents to search among")
    parser.add_argument("--pool-catalog", type=Path, help="their catalog; without it, none is read")
    return parser


def fill_language(prepared: Prepared, data: Path, language: Language) -> str:
    """Fill the pool of a language; the name of its collection."""
    name = f"xquad-{language}"
    paragraphs = read_paragraphs(data, language)
    embedding = build_embedding(prepared.settings)
    with open_store(prepared.settings.data, embedding) as store:
        others = store.collection(prepared.collection)
        fill_pool(store.collection(name, create=True), embedding, paragraphs, others)
    return name


def _find_rank(retrieving: Retrieving, sought: Sought) -> tuple[int | None, float]:
    """The rank of the paragraph that is sought, and the milliseconds it took."""
    began = time.perf_counter()
    passages = retrieving.retrieve(sought.question, top_k=TOP)
    milliseconds = 1000 * (time.perf_counter() - began)
    ranks = (n for n, passage in enumerate(passages, 1) if passage.document == sought.pid)
    return next(ranks, None), milliseconds


def _text(path: Path, line: int, row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise SuiteError("bad_line", path=path, line=line, reason=f"{key}: a text is needed")
    return value


if __name__ == "__main__":
    sys.exit(main())
