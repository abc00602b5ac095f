"""What a run showed: measures, floors, times and amounts, and all of it as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any

from evals.cases import LANGUAGES
from evals.collections import ChunkSizes
from evals.gate import Gate, gate_json
from evals.measures import (
    Measure,
    Result,
    Tongue,
    find_broken_floors,
    measure_results,
    percentile,
)
from evals.repeats import Repeats, find_worse, repeats_json, say_worse
from evals.suite import Suite
from evals.task import Reply, Results
from evals.verdicts import build_verdicts

TONGUES: tuple[Tongue, ...] = ("en", "zh", "both")
HEADINGS = {"en": "English", "zh": "Chinese", "both": "both"}
KIND_MEASURES = ("right", "citation", "answered", "refusals")
FAULTS = ("right", "citation", "answered", "refusals", "clean", "quotation_found", "language")
_TIMES = ("timings_ms",)
"""What of an answer differs from run to run."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds that a stage of a question took; the stage "ask" is the whole."""

    stage: str
    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much was said in a language, in the mean of the answers that aren't refusals, and what
    models took for all of them: `tokens` by name, `cost` in `currency` where prices are known."""

    language: Tongue
    answers: int
    characters: float
    claims: float
    citations: float
    tokens: Mapping[str, int] = field(default_factory=dict)
    cost: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A run of a suite, measured. `limited` where not all of its questions were asked: then its
    floors don't hold, and none is broken. `gate` where it is held to a baseline, `repeats` where it
    is compared with another run or asked more than once."""

    suite: Suite
    results: Results
    measures: tuple[Measure, ...]
    broken: tuple[tuple[Measure, float], ...]
    chunk_sizes: tuple[ChunkSizes, ...]
    timings: tuple[Timing, ...]
    amounts: tuple[Amounts, ...] = ()
    fingerprint: Mapping[str, str] = field(default_factory=dict)
    limited: bool = False
    gate: Gate | None = None
    repeats: Repeats | None = None

    @property
    def passed(self) -> bool:
        held = self.gate is None or self.gate.passed
        return held and not self.broken and not (self.repeats and find_worse(self.repeats))


def build_report(
    suite: Suite,
    results: Results,
    chunk_sizes: tuple[ChunkSizes, ...],
    fingerprint: Mapping[str, str] | None = None,
    *,
    limited: bool = False,
) -> Report:
    measures = measure_results(results.results, TONGUES)
    broken = [*find_broken_floors(measures, suite.floors), *find_broken_tags(suite, results)]
    return Report(
        suite,
        results,
        tuple(measures),
        () if limited else tuple(broken),
        chunk_sizes,
        measure_timings(results.replies),
        measure_amounts(results.replies),
        fingerprint or {},
        limited,
    )


def find_broken_tags(suite: Suite, results: Results) -> Iterator[tuple[Measure, float]]:
    """The floors of tags that are broken; the measure is named with its tag."""
    tagged = group_by_tag(results)
    for tag, floors in suite.tags.items():
        measures = measure_results(tagged.get(tag, []), TONGUES)
        for measure, floor in find_broken_floors(measures, floors):
            yield replace(measure, name=f"{measure.name} of {tag}"), floor


def group_by_tag(results: Results) -> dict[str, list[Result]]:
    """The results of the cases with each tag, in the order in which tags first appear."""
    tags = {reply.ask.case.id: reply.ask.case.tags for reply in results.replies}
    grouped: dict[str, list[Result]] = {}
    for tag in dict.fromkeys(tag for own in tags.values() for tag in own):
        grouped[tag] = [result for result in results.results if tag in tags[result.case]]
    return grouped


def group_by_kind(results: Results) -> dict[str, list[Result]]:
    grouped: dict[str, list[Result]] = {}
    for result in results.results:
        grouped.setdefault(result.kind, []).append(result)
    return grouped


def measure_timings(replies: Sequence[Reply]) -> tuple[Timing, ...]:
    """Of the whole question as it was waited for, then of each stage that the answers report."""
    stages: dict[str, list[float]] = {"ask": [1000 * reply.seconds for reply in replies]}
    for reply in replies:
        for stage, milliseconds in reply.answer["timings_ms"].items():
            stages.setdefault(stage, []).append(float(milliseconds))
    return tuple(
        Timing(stage, percentile(taken, 0.5), percentile(taken, 0.95))
        for stage, taken in stages.items()
    )


def measure_amounts(replies: Sequence[Reply]) -> tuple[Amounts, ...]:
    asked = [lang for lang in LANGUAGES if any(one.ask.language == lang for one in replies)]
    return tuple(_measure_amount(lang, replies) for lang in asked)


def to_json(report: Report) -> dict[str, Any]:
    """Everything that was measured but for times; `results` has a row a case, language and
    measure. Answers of the same model to the same questions make the same JSON."""
    suite = report.suite
    return {
        "suite": suite.name,
        "fingerprint": dict(report.fingerprint),
        "floors": suite.floors,
        "tags": suite.tags,
        "limited": report.limited,
        "passed": report.passed,
        "models": count_models(report.results.replies),
        "measures": [asdict(measure) for measure in report.measures],
        "broken": [{**asdict(measure), "floor": floor} for measure, floor in report.broken],
        "gate": gate_json(report.gate) if report.gate else None,
        "repeats": repeats_json(report.repeats) if report.repeats else None,
        "chunk_sizes": [asdict(sizes) for sizes in report.chunk_sizes],
        "amounts": [asdict(amounts) for amounts in report.amounts],
        "verdicts": _verdicts_json(report.results.results),
        "results": [_result_json(result) for result in report.results.results],
        "answers": [_reply_json(reply) for reply in report.results.replies],
    }


def times_json(report: Report) -> dict[str, Any]:
    """How long it took: a row a stage, and a row a question."""
    asks = [
        {**_ask_json(reply), "seconds": round(reply.seconds, 4), **_times_of(reply)}
        for reply in report.results.replies
    ]
    stages = [asdict(timing) for timing in report.timings]
    return {"suite": report.suite.name, "stages_ms": stages, "asks": asks}


def count_models(replies: Sequence[Reply]) -> dict[str, int]:
    """How many answers came from which model; "offline" are quoted ones, of which those "fallback"
    stand in for a model that failed."""
    named = ("fallback" if one.answer["fallback"] else one.answer["model"] for one in replies)
    return dict(Counter(named))


def find_faults(results: Iterable[Result]) -> list[Result]:
    """Scores under 1 of the measures that say a question went wrong."""
    return [r for r in results if r.measure in FAULTS and r.score.value not in (None, 1.0)]


def find_unjudged(results: Iterable[Result]) -> list[Result]:
    """Scores that there should be, had the case been one that can be judged."""
    return [r for r in results if r.score.value is None and r.score.explanation]


def say_broken(measure: Measure, floor: float) -> str:
    value = "never scored" if measure.value is None else f"{measure.value:.3f}"
    return f"Under its floor: {measure.name} ({HEADINGS[measure.language]}) {value} < {floor}"


def say_faults(report: Report) -> Iterator[str]:
    """Why the whole suite fails, but for what its gate says."""
    yield from (say_broken(*one) for one in report.broken)
    if report.repeats:
        yield from (say_worse(one) for one in find_worse(report.repeats))


def _measure_amount(language: Tongue, replies: Sequence[Reply]) -> Amounts:
    mine = [one.answer for one in replies if one.ask.language == language]
    said = [answer for answer in mine if answer["answered"]]
    tokens: Counter[str] = Counter()
    for answer in mine:
        tokens.update({k: v for k, v in answer["usage"].items() if isinstance(v, int)})
    costs = [Decimal(str(a["usage"]["cost"])) for a in mine if "cost" in a["usage"]]
    currencies = {a["usage"].get("currency", "") for a in mine if "cost" in a["usage"]}
    return Amounts(
        language,
        len(said),
        _mean([len(answer["answer"]) for answer in said]),
        _mean([len(answer["claims"]) for answer in said]),
        _mean([len(answer["citations"]) for answer in said]),
        dict(sorted(tokens.items())),
        str(sum(costs)) if costs else "",
        "/".join(sorted(currencies)),
    )


def _mean(numbers: Sequence[int]) -> float:
    return round(sum(numbers) / len(numbers), 1) if numbers else 0.0


def _verdicts_json(results: Iterable[Result]) -> list[dict[str, Any]]:
    return [
        {
            "case": case,
            "language": language,
            "passed": verdict.passed,
            "faults": [fault.measure for fault in verdict.faults],
        }
        for (case, language), verdict in build_verdicts(results).items()
    ]


def _result_json(result: Result) -> dict[str, Any]:
    names = ("case", "kind", "language", "attempt", "measure")
    return {**{name: getattr(result, name) for name in names}, **asdict(result.score)}


def _reply_json(reply: Reply) -> dict[str, Any]:
    answer = {name: value for name, value in reply.answer.items() if name not in _TIMES}
    ranks = list(reply.ranks)
    return {**_ask_json(reply), "expected": reply.ask.expected, "ranks": ranks, "answer": answer}


def _ask_json(reply: Reply) -> dict[str, Any]:
    ask = reply.ask
    return {"case": ask.case.id, "language": ask.language, "attempt": ask.attempt}


def _times_of(reply: Reply) -> dict[str, Any]:
    return {name: reply.answer.get(name) for name in _TIMES}
