"""The shape of report.json and times.json, as far as people look at them: what `evals.report` and
`evals.gate` write as rows, as values again. Keys that older programs didn't write may be missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator

from assistant.answer import Language
from evals.gate import Why
from evals.measures import Measure, Tongue
from evals.repeats import PASSES
from evals.report import Amounts, Timing
from store.places import Place, PlaceKind


def _read_place(location: Any) -> Place:
    if not isinstance(location, Mapping) or location.get("kind") not in get_args(PlaceKind):
        raise ValueError("no place in a document")
    try:
        return Place.from_json(location)
    except (KeyError, TypeError) as error:
        raise ValueError("no place in a document") from error


@dataclass(frozen=True, slots=True)
class Cited:
    number: int
    document: str
    quote_shown: str
    location: Annotated[Place, BeforeValidator(_read_place)]
    title: str = ""
    organisation: str | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """A passage that came closest to a question that was refused."""

    document: str
    passage_shown: str


@dataclass(frozen=True, slots=True)
class SideFigure:
    text: str


@dataclass(frozen=True, slots=True)
class Side:
    who: str
    figure: SideFigure
    when: int | None = None


@dataclass(frozen=True, slots=True)
class Disagreement:
    about: str
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, as far as people look at it."""

    question: str
    answer: str
    status: str
    reason: str | None = None
    citations: tuple[Cited, ...] = ()
    nearest: tuple[Near, ...] = ()
    conflicts: tuple[Disagreement, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyRow:
    case: str
    language: Language
    answer: Said
    attempt: int = 1
    expected: str = ""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    case: str
    kind: str
    language: Tongue
    measure: str
    value: float | None
    attempt: int = 1
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """A measure under its floor; `name` says of which tag, where it is a tag's."""

    name: str
    language: Tongue
    floor: float
    value: float | None = None


@dataclass(frozen=True, slots=True)
class KeyRow:
    case: str
    language: Language


@dataclass(frozen=True, slots=True)
class TurnedRow:
    """A question that was right and is wrong; `accept` is the command that lets it be."""

    case: str
    language: Language
    question: str = ""
    expected: str = ""
    got: str = ""
    why: tuple[Why, ...] = ()
    accept: str = ""


@dataclass(frozen=True, slots=True)
class AcceptedRow:
    """A question that may be wrong or gone, since a person gave a reason."""

    case: str
    language: Language
    date: str = ""
    reason: str = ""
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GateRow:
    """What a run came to beside the baseline."""

    passed: bool
    measures: tuple[str, ...] = ()
    turned_wrong: tuple[TurnedRow, ...] = ()
    turned_right: tuple[KeyRow, ...] = ()
    new: tuple[KeyRow, ...] = ()
    gone: tuple[KeyRow, ...] = ()
    accepted: tuple[AcceptedRow, ...] = ()


@dataclass(frozen=True, slots=True)
class RateRow:
    case: str
    language: Tongue
    passed: int
    times: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """A mean, or a difference of two, and its interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SureRow:
    measure: str
    language: Tongue
    mean: Bounds
    difference: Bounds | None = None


@dataclass(frozen=True, slots=True)
class RepeatsRow:
    """`other` is what the run is compared with: "baseline", "report" or nothing."""

    times: int
    other: str = ""
    cases: tuple[RateRow, ...] = ()
    measures: tuple[SureRow, ...] = ()

    @property
    def worse(self) -> list[SureRow]:
        """Where fewer pass than in the other report, as `evals.repeats.find_worse` has it."""
        return [
            one
            for one in self.measures
            if (self.other, one.measure) == ("report", PASSES)
            and one.difference is not None
            and one.difference.high < 0
        ]


@dataclass(frozen=True, slots=True)
class SuiteRow:
    """A suite as report.json has it. Without a `gate` nothing was compared with a baseline."""

    suite: str
    passed: bool
    answers: tuple[ReplyRow, ...]
    results: tuple[ScoreRow, ...]
    measures: tuple[Measure, ...]
    limited: bool = False
    fingerprint: Mapping[str, str] = field(default_factory=dict)
    floors: Mapping[str, float] = field(default_factory=dict)
    models: Mapping[str, int] = field(default_factory=dict)
    broken: tuple[Broken, ...] = ()
    amounts: tuple[Amounts, ...] = ()
    gate: GateRow | None = None
    repeats: RepeatsRow | None = None


@dataclass(frozen=True, slots=True)
class ReportFile:
    suites: tuple[SuiteRow, ...]


@dataclass(frozen=True, slots=True)
class TimesRow:
    suite: str
    stages_ms: tuple[Timing, ...] = ()


@dataclass(frozen=True, slots=True)
class TimesFile:
    suites: tuple[TimesRow, ...]
