"""`duocite` in processes of its own that can be killed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from evals import forks
from evals.forks import Forks, serve


def open_forks(folder: Path, **environment: str) -> AbstractContextManager[Forks]:
    """Processes that run in `folder`; what they print goes to `folder`/said.txt."""
    return forks.open_forks(folder, __name__, **environment)


def run(args: Sequence[str]) -> int:
    from assistant.cli import main

    try:
        main(list(args))
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0


if __name__ == "__main__":
    import assistant.commands  # noqa: F401
    import store.cache
    import store.chroma
    import store.ingest  # noqa: F401

    serve(run)
