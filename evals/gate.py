"""The gate of a suite: its floors and its baseline, and for each fault the question behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.answer import Language
from evals.baseline import (
    NOTHING,
    Acceptance,
    Baseline,
    Comparison,
    Key,
    Turned,
    compare_baseline,
    find_baseline,
    read_baselines,
)
from evals.cases import Ask
from evals.measures import Measure
from evals.suite import FILE, SUITES, Suite, find_suite
from evals.task import Reply, Results
from evals.verdicts import build_verdicts

_UNSCORED = "nothing of it could be scored"


@dataclass(frozen=True, slots=True)
class Why:
    """A measure that a question failed, and what its scorer says to that."""

    measure: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Fall:
    """A question that turned wrong, with all that a reader needs to judge whether it may."""

    suite: str
    case: str
    language: Language
    question: str
    expected: str
    got: str
    why: tuple[Why, ...]
    suites: Path = SUITES

    @property
    def command(self) -> str:
        """What accepts it, once there is a reason."""
        return _accepting(self.suite, self.suites, (self.case, self.language))


@dataclass(frozen=True, slots=True)
class Gate:
    """What a run of a suite comes to. Where it isn't `held` to a baseline only the floors count;
    `accepted` are the reasons for what may be wrong or gone, by case, and `suites` is the
    suite.toml that it stands in."""

    suite: str
    broken: tuple[tuple[Measure, float], ...] = ()
    comparison: Comparison = NOTHING
    falls: tuple[Fall, ...] = ()
    suites: Path = SUITES
    held: bool = False
    accepted: tuple[tuple[str, Acceptance], ...] = ()

    @property
    def passed(self) -> bool:
        return not self.broken and self.comparison.passed

    @property
    def measures(self) -> frozenset[str]:
        """The measures that something fell by."""
        under = {measure.name for measure, _ in self.broken}
        return frozenset(under | {why.measure for fall in self.falls for why in fall.why})


def judge_results(
    suite: str,
    results: Results,
    broken: Sequence[tuple[Measure, float]],
    known: Baseline | None,
    cases: Iterable[str],
    suites: Path = SUITES,
) -> Gate:
    """Floors, and where there is one, the baseline; `cases` are the ids of the whole suite, of
    which the run may be a part."""
    if known is None:
        return Gate(suite, tuple(broken), suites=suites)
    verdicts = build_verdicts(results.results)
    replies = {(one.ask.case.id, one.ask.language): one for one in results.replies}
    comparison = compare_baseline(known, verdicts, replies, cases)
    falls = tuple(
        _build_fall(suite, suites, turned, replies[turned.case, turned.language])
        for turned in comparison.wrong
    )
    accepted = [(case, why) for case, entry in known.cases.items() for why in entry.accepted]
    return Gate(suite, tuple(broken), comparison, falls, suites, True, tuple(accepted))


def open_gate(
    suite: Suite,
    results: Results,
    broken: Sequence[tuple[Measure, float]],
    cases: Iterable[str],
) -> Gate:
    """The gate of a run without any model."""
    suites = suite.file.parent / FILE
    return judge_results(suite.name, results, broken, find_known(suite), cases, suites)


def find_known(suite: Suite) -> Baseline | None:
    """What the baseline beside the suite's own suite.toml says of it, None where none lies there.

    Once there is one, it holds every suite of that file: one that it doesn't have is all new.
    """
    baselines = read_baselines(find_baseline(suite.file.parent / FILE))
    if suite.name in baselines:
        return baselines[suite.name]
    declared = find_suite(suite.file)
    held = bool(baselines) and declared is not None and declared.name == suite.name
    return Baseline() if held else None


def name_expected(ask: Ask) -> str:
    """The known answer; of a question without one, that it should be refused, and why."""
    if ask.case.answerable:
        return ask.expected
    return f"a refusal ({ask.case.why})" if ask.case.why else "a refusal"


def describe_gate(gate: Gate) -> Iterator[str]:
    """Lines for a terminal or a log: what fell first, then what has to be added or may be."""
    for fall in gate.falls:
        yield from _describe_fall(fall)
    comparison, where = gate.comparison, _place(gate.suites)
    if comparison.new:
        yield f"{gate.suite}: not in the baseline yet: {_list(comparison.new)}"
        yield f"  add: duocite eval accept {gate.suite} --new{where}"
    if comparison.gone:
        yield f"{gate.suite}: in the baseline, but asked no more: {_list(comparison.gone)}"
        yield f"  accept: {_accepting(gate.suite, gate.suites, comparison.gone[0])}"
    if comparison.right:
        yield f"{gate.suite}: was wrong, is right: {_list(comparison.right)}"
        yield f"  keep it so: duocite eval accept {gate.suite} --improved{where}"


def group_keys(keys: Sequence[Key]) -> list[str]:
    """A word a case, with the languages behind it."""
    found: dict[str, list[str]] = {}
    for case, language in keys:
        found.setdefault(case, []).append(language)
    return [f"{case} ({'/'.join(languages)})" for case, languages in found.items()]


def gate_json(gate: Gate) -> dict[str, Any]:
    """`turned_wrong` has a row a question, with what accepts it."""
    comparison = gate.comparison
    return {
        "passed": gate.passed,
        "measures": sorted(gate.measures),
        "turned_wrong": [_fall_json(fall) for fall in gate.falls],
        "turned_right": [_key_json(key) for key in comparison.right],
        "new": [_key_json(key) for key in comparison.new],
        "gone": [_key_json(key) for key in comparison.gone],
        "accepted": [_acceptance_json(case, why) for case, why in gate.accepted],
    }


def _build_fall(suite: str, suites: Path, turned: Turned, reply: Reply) -> Fall:
    ask = reply.ask
    why = [Why(fault.measure, fault.score.explanation) for fault in turned.faults]
    return Fall(
        suite=suite,
        case=turned.case,
        language=turned.language,
        question=ask.question,
        expected=name_expected(ask),
        got=str(reply.answer["answer"]),
        why=tuple(why) or (Why("", _UNSCORED),),
        suites=suites,
    )


def _describe_fall(fall: Fall) -> Iterator[str]:
    yield f"✗ {fall.suite} {fall.case} {fall.language}: was right, is wrong"
    yield f"  question: {fall.question}"
    yield f"  expected: {fall.expected}"
    yield f"  got: {fall.got or '(nothing)'}"
    for why in fall.why:
        yield f"  why: {f'{why.measure}: ' if why.measure else ''}{why.explanation}"
    yield f"  accept: {fall.command}"


def _accepting(suite: str, suites: Path, key: Key) -> str:
    case, language = key
    named = f'--language {language} --reason "…"{_place(suites)}'
    return f"duocite eval accept {suite} {case} {named}"


def _place(suites: Path) -> str:
    """What the commands need to find a suite that isn't shipped."""
    return "" if suites.resolve() == SUITES.resolve() else f" --suites {suites}"


def _list(keys: Sequence[Key]) -> str:
    return ", ".join(group_keys(keys))


def _fall_json(fall: Fall) -> dict[str, Any]:
    return {
        "case": fall.case,
        "language": fall.language,
        "question": fall.question,
        "expected": fall.expected,
        "got": fall.got,
        "why": [{"measure": one.measure, "explanation": one.explanation} for one in fall.why],
        "accept": fall.command,
    }


def _acceptance_json(case: str, why: Acceptance) -> dict[str, Any]:
    return {
        "case": case,
        "language": why.language,
        "date": why.date.isoformat(),
        "reason": why.reason,
        "measures": list(why.measures),
    }


def _key_json(key: Key) -> dict[str, str]:
    return {"case": key[0], "language": key[1]}
