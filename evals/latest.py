"""The results of the last run, read again from the files that `evals.writing` left.

What the files hold is data of another time: a file of another shape is one error that says so.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import BinaryIO, TypeVar

from pydantic import TypeAdapter, ValidationError

from assistant.errors import SuiteError
from evals.cases import first_fault
from evals.kept import ReplyRow, ReportFile, ScoreRow, SuiteRow, TimesFile
from evals.measures import Result
from evals.report import Timing
from evals.score import Score
from evals.verdicts import judge
from evals.writing import LATEST, REPORT

Shape = TypeVar("Shape")

TIMES = "times.json"
MOST_BYTES = 64 << 20
"""Of a file that is read: ten times what the shipped suites leave. A larger one is for programs."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question as it was asked once: what was said, its scores, and the decisive ones under 1.
    `judged` says whether anything that decides could be scored."""

    reply: ReplyRow
    kind: str
    scores: tuple[Result, ...]
    faults: tuple[Result, ...]
    judged: bool

    @property
    def passed(self) -> bool:
        return not self.faults


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """A suite of the last run, its questions in the order in which they were asked."""

    row: SuiteRow
    outcomes: tuple[Outcome, ...]
    timings: tuple[Timing, ...] = ()

    @property
    def results(self) -> list[Result]:
        return [_build_result(row) for row in self.row.results]

    @property
    def wrong(self) -> int:
        return sum(not one.passed for one in self.outcomes)

    @property
    def questions(self) -> int:
        return len({one.reply.case for one in self.outcomes})

    @property
    def failed(self) -> bool:
        return not (self.row.passed and (self.row.gate is None or self.row.gate.passed))


@dataclass(frozen=True, slots=True)
class LatestRun:
    """`stamp` is another one where the file is. `timed` says whether times.json could be read."""

    suites: tuple[SuiteRun, ...]
    made: datetime
    stamp: str
    timed: bool = True


_REPORT = TypeAdapter(ReportFile)
_TIMES = TypeAdapter(TimesFile)


class Latest:
    """The folder of the last run. A file is read once, and again when it is another; threads may
    share it."""

    def __init__(self, data: Path) -> None:
        self.folder = data / LATEST
        self._known: LatestRun | None = None
        self._lock = Lock()

    def read(self) -> LatestRun | None:
        """None where nothing was run yet. Raises SuiteError "bad_report" for a file that is none,
        and "long_report" for one of more than MOST_BYTES."""
        path = self.folder / REPORT
        try:
            with self._lock, path.open("rb") as file:
                stamp = _stamp(file)
                if self._known is None or self._known.stamp != stamp:
                    self._known = self._build(file, path, stamp)
                return self._known
        except FileNotFoundError:
            return None
        except OSError as error:
            reason = error.strerror or str(error)
            raise SuiteError("bad_report", path=path, reason=reason) from error

    def _build(self, file: BinaryIO, path: Path, stamp: str) -> LatestRun:
        rows = _parse(_REPORT, file, path).suites
        times = self._read_times()
        named = {} if times is None else {one.suite: one.stages_ms for one in times.suites}
        suites = tuple(
            SuiteRun(row, list_outcomes(row), tuple(named.get(row.suite, ()))) for row in rows
        )
        made = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        return LatestRun(suites, made, stamp, times is not None)

    def _read_times(self) -> TimesFile | None:
        """None where it can't be read: the rest is worth showing without it."""
        path = self.folder / TIMES
        try:
            with path.open("rb") as file:
                return _parse(_TIMES, file, path)
        except (OSError, SuiteError):
            return None


def list_outcomes(row: SuiteRow) -> tuple[Outcome, ...]:
    """Each answer with its scores; those of twins stand with the answers of both languages."""
    mine: dict[tuple[str, str, int], list[Result]] = {}
    kinds: dict[str, str] = {}
    for one in row.results:
        kinds.setdefault(one.case, one.kind)
        for language in ("en", "zh") if one.language == "both" else (one.language,):
            place = (one.case, language, one.attempt)
            mine.setdefault(place, []).append(_build_result(one))
    return tuple(
        _build_outcome(
            reply,
            kinds.get(reply.case, ""),
            mine.get((reply.case, reply.language, reply.attempt), []),
        )
        for reply in row.answers
    )


def _build_outcome(reply: ReplyRow, kind: str, scores: list[Result]) -> Outcome:
    verdict = judge(scores)
    faults = verdict.faults if verdict else ()
    return Outcome(reply, kind, tuple(scores), faults, verdict is not None)


def _build_result(row: ScoreRow) -> Result:
    score = Score(row.value, "", row.explanation)
    return Result(row.case, row.kind, row.language, row.measure, score, row.attempt)


def _stamp(file: BinaryIO) -> str:
    known = os.fstat(file.fileno())
    return f"{known.st_ino}-{known.st_mtime_ns}-{known.st_size}"


def _parse(shape: TypeAdapter[Shape], file: BinaryIO, path: Path) -> Shape:
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise SuiteError("long_report", path=path, most=MOST_BYTES >> 20)
    try:
        return shape.validate_json(_mend(data))
    except ValidationError as error:
        raise SuiteError("bad_report", path=path, reason=first_fault(error)) from error
    except (ValueError, RecursionError) as error:
        raise SuiteError("bad_report", path=path, reason=str(error)) from error


def _mend(data: bytes) -> bytes:
    """Half characters, which models write and files keep escaped, as question marks: what shows
    text has no form for them."""
    if b"\\ud" not in data:
        return data
    return json.dumps(json.loads(data), ensure_ascii=False).encode("utf-8", errors="replace")
