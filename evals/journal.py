"""The replies of a run, kept as they come: a run that was broken off goes on where it was.

Models cost time and money; hundreds of answers must not be lost to one that failed.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from evals.cases import Ask
from evals.task import Reply

_Key = tuple[str, str, int]


class Journal:
    """A JSONL file of one run; its first line says which. Threads share it.

    What another run left there, with other settings, documents or questions, is written over. A
    last line that was cut off counts as not written.
    """

    def __init__(self, path: Path, run: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known = _read(path, run)
        if not self._known:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_line({"run": run}), encoding="utf-8")

    def __len__(self) -> int:
        return len(self._known)

    def find(self, ask: Ask) -> Reply | None:
        row = self._known.get(_key(ask))
        if row is None or row["question"] != ask.question:
            return None
        return Reply(ask, row["answer"], tuple(row["ranks"]), row["seconds"])

    def keep(self, reply: Reply) -> None:
        case, language, attempt = _key(reply.ask)
        row = {
            "case": case,
            "language": language,
            "attempt": attempt,
            "question": reply.ask.question,
            "ranks": list(reply.ranks),
            "seconds": reply.seconds,
            "answer": dict(reply.answer),
        }
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(_line(row))

    def close(self) -> None:
        """The run is done: the next one asks anew."""
        self._path.unlink(missing_ok=True)


def _key(ask: Ask) -> _Key:
    return ask.case.id, ask.language, ask.attempt


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row) + "\n"


def _read(path: Path, run: str) -> dict[_Key, dict[str, Any]]:
    if not path.exists():
        return {}
    first, *lines = path.read_text(encoding="utf-8").splitlines() or [""]
    if first != _line({"run": run}).strip():
        return {}
    # A cut last line would run into the next one.
    whole = [row for row in map(_parse, lines) if row is not None]
    path.write_text(_line({"run": run}) + "".join(map(_line, whole)), encoding="utf-8")
    return {(row["case"], row["language"], row["attempt"]): row for row in whole}


def _parse(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None
