"""What can go wrong with a store, made to go wrong, and what is lost by it.

`python -m evals.faults [--times N] [--out FILE]`. Each fault meets a store of small documents that
say their state in every sentence. After it each document must be what it was before or what it was
to become, as a whole, by its text, its chunks and what search reads of it; after a run that nobody
disturbs all of them must be as they should, with nothing lying about.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from evals.forks import Forks, open_forks
from evals.states import (
    COLLECTION,
    DOCUMENTS,
    MIXED,
    States,
    change_documents,
    read_store,
    read_wanted,
    write_document,
)
from store.cache import CACHE_FILE
from store.chroma import open_store
from store.doctor import examine
from store.embedding import HashEmbedding
from store.part_store import SEARCH_FILE
from store.tokens import TOKENS_FILE

TIMES = 10
_CACHES = (CACHE_FILE, SEARCH_FILE, TOKENS_FILE)
_PARTS = ("", "chroma", "chroma/chroma.sqlite3", *_CACHES[1:])


@dataclass
class Outcome:
    """Of one fault: how often it was tried and how often it struck; documents that were looked at,
    those that were lost or mixed, and those that a whole run afterwards didn't put right."""

    fault: str
    times: int = 0
    struck: int = 0
    documents: int = 0
    lost: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    unhealed: list[str] = field(default_factory=list)

    @property
    def bad(self) -> int:
        return len(self.lost) + len(self.mixed) + len(self.unhealed)


class Ground:
    """A store and the folder of its documents, made anew for each fault."""

    def __init__(self, folder: Path, forks: Forks, drawn: random.Random) -> None:
        self.drawn = drawn
        self.forks = forks
        self.data, self.docs = folder / "data", folder / "docs"
        self._state = 0
        for path in (self.data, self.docs):
            shutil.rmtree(path, ignore_errors=True)
        self.docs.mkdir(parents=True)
        for number in range(DOCUMENTS):
            write_document(self.docs, number, 0)
        self.ingest_whole()
        self.usual = self.ingest_whole()

    @property
    def ingest(self) -> tuple[str, ...]:
        return ("ingest", str(self.data), str(self.docs))

    def ingest_whole(self) -> float:
        """Seconds of an ingest that nobody disturbs."""
        return self.forks.time(*self.ingest)

    def change(self) -> States:
        self._state += 1
        return change_documents(self.docs, self.drawn, self._state)

    def read(self) -> States:
        return read_store(self.data).states

    def moment(self, share: float = 0.9) -> float:
        """Some time within a run."""
        return self.drawn.uniform(0.05, share) * self.usual


# Does one fault to a store that should become as `wanted`; whether it struck.
Strike = Callable[[Ground, States], bool]


def kill_ingest(ground: Ground, wanted: States) -> bool:
    return ground.forks.kill(ground.moment(), *ground.ingest)


def kill_removal(ground: Ground, wanted: States) -> bool:
    """While all documents that should go, go, and another that comes back with the next ingest."""
    gone = sorted(ground.read().keys() - wanted.keys())
    again = ground.drawn.sample(sorted(ground.read().keys() & wanted.keys()), 3)
    after = ground.moment(0.5)
    return ground.forks.kill(after, "remove", str(ground.data), *gone, *again)


def kill_repair(ground: Ground, wanted: States) -> bool:
    _harm(ground)
    return ground.forks.kill(ground.moment(), "repair", str(ground.data))


def fill_disk(ground: Ground, wanted: States) -> bool:
    size = (ground.data / "chroma" / "chroma.sqlite3").stat().st_size
    room = int(size * ground.drawn.uniform(0.3, 1.1))
    ground.forks.start(*ground.ingest, file_size=room)
    return ground.forks.wait() != 0


def forbid_writing(ground: Ground, wanted: States) -> bool:
    with _forbidden(ground.data / ground.drawn.choice(_PARTS), 0o222):
        ground.forks.start(*ground.ingest, plain=True)
        return ground.forks.wait() != 0


def damage_caches(ground: Ground, wanted: States) -> bool:
    """Garbage in place of some of the files that can be made again."""
    for name in ground.drawn.sample(_CACHES, ground.drawn.randint(1, len(_CACHES))):
        for path in ground.data.glob(f"{name}*"):
            path.write_bytes(ground.drawn.randbytes(9000))
    return True


def forbid_reading(ground: Ground, wanted: States) -> bool:
    """A file that can't be opened, and one that isn't what its name says."""
    (ground.docs / "broken.pdf").write_bytes(b"%PDF-1.7\n" + ground.drawn.randbytes(3000))
    with _forbidden(ground.drawn.choice(sorted(ground.docs.glob("0*.md"))), 0o444):
        ground.forks.start(*ground.ingest, plain=True)
        ground.forks.wait()
    (ground.docs / "broken.pdf").unlink()
    return True


def fail_embedding(ground: Ground, wanted: States) -> bool:
    texts = str(ground.drawn.randint(0, 120))
    ground.forks.start("fail", str(ground.data), texts, str(ground.docs))
    return ground.forks.wait() != 0


FAULTS: dict[str, Strike] = {
    "ingest killed": kill_ingest,
    "removal killed": kill_removal,
    "doctor --repair killed": kill_repair,
    "disk full": fill_disk,
    "store that can't be written": forbid_writing,
    "damaged caches": damage_caches,
    "files that can't be read": forbid_reading,
    "embedding that fails": fail_embedding,
}


def try_fault(folder: Path, forks: Forks, name: str, times: int, seed: int) -> Outcome:
    """One fault again and again on one store; every other time before it has recovered."""
    ground = Ground(folder, forks, random.Random(f"{seed} {name}"))
    outcome = Outcome(name)
    for number in range(times):
        before, wanted = ground.read(), ground.change()
        outcome.times += 1
        outcome.struck += FAULTS[name](ground, wanted)
        _judge(outcome, before, wanted, ground.read(), spared=FAULTS[name] is kill_removal)
        if number % 2 or number == times - 1:
            outcome.unhealed += _heal(ground, repair=FAULTS[name] is kill_repair)
    return outcome


def build_table(outcomes: Sequence[Outcome]) -> Table:
    table = Table("fault", title="What was done to the store, and what came of it")
    for heading in ("times", "struck", "documents", "lost", "mixed", "not healed"):
        table.add_column(heading, justify="right")
    for one in outcomes:
        counts = (one.times, one.struck, one.documents)
        bad = (len(one.lost), len(one.mixed), len(one.unhealed))
        table.add_row(one.fault, *map(str, counts + bad))
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 1 if anything was lost."""
    given = _build_parser().parse_args(arguments)
    seed = random.randrange(1 << 32) if given.seed is None else given.seed
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as passing:
        folder = Path(passing)
        with open_forks(folder, "evals.victim") as forks:
            outcomes = [
                try_fault(folder / str(n), forks, name, given.times, seed)
                for n, name in enumerate(given.only or FAULTS)
            ]
    Console().print(build_table(outcomes))
    print(f"seed {seed}")
    if given.out:
        rows = {"seed": seed, "faults": [asdict(one) for one in outcomes]}
        given.out.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return int(any(one.bad for one in outcomes))


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="evals.faults", description="Break a store, and look.")
    parser.add_argument("--times", type=int, default=TIMES, help="that each fault is tried")
    parser.add_argument("--only", nargs="+", choices=list(FAULTS), metavar="FAULT")
    parser.add_argument("--seed", type=int, help="to meet the same moments again")
    parser.add_argument("--out", type=Path, help="a JSON file")
    return parser


def _judge(
    outcome: Outcome, before: States, wanted: States, found: States, *, spared: bool
) -> None:
    """What a document may be: as it was, as it should be, and not there where that was so. Where
    removal is what was killed (`spared`), any may be gone."""
    for document in sorted(before.keys() | wanted.keys() | found.keys()):
        outcome.documents += 1
        state = found.get(document)
        allowed = {before.get(document), wanted.get(document), *([None] if spared else [])}
        if state == MIXED:
            outcome.mixed.append(document)
        elif state not in allowed:
            outcome.lost.append(document)


def _heal(ground: Ground, *, repair: bool) -> list[str]:
    """Whole runs of what was cut off; documents that still aren't as they should, and faults."""
    if repair:
        ground.forks.time("repair", str(ground.data))
    ground.ingest_whole()
    other = _find_other(ground.read(), read_wanted(ground.docs))
    faults = examine(ground.data, HashEmbedding()).faults
    return sorted(other) + [f"{fault.code} {fault.subject}" for fault in faults]


def _find_other(found: States, wanted: States) -> set[str]:
    both = found.keys() | wanted.keys()
    return {document for document in both if found.get(document) != wanted.get(document)}


def _harm(ground: Ground) -> None:
    """What a doctor mends: vectors of nothing, rows that nobody claims, an index that is behind."""
    with open_store(ground.data, HashEmbedding()) as store:
        collection = store.collection(COLLECTION)
        records = ground.drawn.sample(collection.documents(), 4)
        chroma = collection.chunk_sets()[0]
        nothing = np.full((1, HashEmbedding().dimension), 1e-9, dtype=np.float32)
        for record in records[:2]:
            row = chroma.get(where={"version": record.version}, limit=1)
            chroma.update(ids=row["ids"], embeddings=nothing)
            lost = {"version": "gone", "document": record.id}
            chroma.add(ids=[f"gone:{record.id}"], embeddings=nothing, metadatas=[lost])
        for record in records[2:]:
            collection.parts.drop(record.version)


@contextmanager
def _forbidden(path: Path, bits: int) -> Iterator[None]:
    usual = path.stat().st_mode
    path.chmod(usual & ~bits)
    try:
        yield
    finally:
        path.chmod(usual)


if __name__ == "__main__":
    sys.exit(main())
