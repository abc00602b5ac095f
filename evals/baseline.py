"""baseline.json: which question was right in which language when it was last looked at.

A mean hides who fell. Offline answers are the same each time, so that a question which was right
and is wrong now was made wrong by a change, and nothing but a person's reason lets it pass.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, StringConstraints, TypeAdapter, ValidationError

from assistant.answer import Language
from assistant.errors import SuiteError
from evals.cases import LANGUAGES, first_fault
from evals.measures import Result, Tongue
from evals.suite import SUITES
from evals.verdicts import Verdict

BASELINE = Path(__file__).parent / "baseline.json"

Outcome = Literal["right", "wrong", "gone"]
"""Of a question in a language; "gone" is one that its suite doesn't ask any more."""

Key = tuple[str, Language]
_STRICT = ConfigDict(extra="forbid")
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Why a question may be wrong or gone, since when, and by which measures it was wrong."""

    language: Language
    date: datetime.date
    reason: _Text
    measures: tuple[str, ...] = ()

    __pydantic_config__: ClassVar = _STRICT


@dataclass(frozen=True, slots=True)
class Entry:
    """A case: what came of it in each language that it was asked in."""

    en: Outcome | None = None
    zh: Outcome | None = None
    accepted: tuple[Acceptance, ...] = ()

    __pydantic_config__: ClassVar = _STRICT

    def outcome(self, language: Language) -> Outcome | None:
        return self.en if language == "en" else self.zh

    def put(self, language: Language, outcome: Outcome, why: Acceptance | None = None) -> Entry:
        """With another outcome; what had been accepted in that language counts no more."""
        kept = [one for one in self.accepted if one.language != language]
        accepted = tuple(sorted([*kept, *([why] if why else [])], key=lambda one: one.language))
        if language == "en":
            return replace(self, en=outcome, accepted=accepted)
        return replace(self, zh=outcome, accepted=accepted)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The cases of a suite by id; `made_with` names the settings, prompts, models and documents
    that the outcomes which were last added came from."""

    made_with: str = ""
    cases: Mapping[str, Entry] = field(default_factory=dict)

    __pydantic_config__: ClassVar = _STRICT

    def outcome(self, key: Key) -> Outcome | None:
        case, language = key
        return self.cases[case].outcome(language) if case in self.cases else None

    def put(self, key: Key, outcome: Outcome, why: Acceptance | None = None) -> Baseline:
        case, language = key
        entry = self.cases.get(case, Entry()).put(language, outcome, why)
        return replace(self, cases={**self.cases, case: entry})


@dataclass(frozen=True, slots=True)
class Turned:
    """A question that was right; `faults` are the decisive measures by which it is wrong now, none
    where nothing of it could be scored."""

    case: str
    language: Language
    faults: tuple[Result, ...] = ()

    @property
    def measures(self) -> tuple[str, ...]:
        return tuple(fault.measure for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run beside its baseline. `new` and `gone` have to be added or accepted, `right` may be."""

    wrong: tuple[Turned, ...] = ()
    right: tuple[Key, ...] = ()
    new: tuple[Key, ...] = ()
    gone: tuple[Key, ...] = ()

    @property
    def passed(self) -> bool:
        return not (self.wrong or self.new or self.gone)


NOTHING = Comparison()
_BASELINES = TypeAdapter(dict[str, Baseline])


def find_baseline(suites: Path) -> Path:
    """Where the baseline of a suite.toml lies: beside it, but for the shipped suites'."""
    return BASELINE if suites.resolve() == SUITES.resolve() else suites.parent / BASELINE.name


def read_baselines(path: Path = BASELINE) -> dict[str, Baseline]:
    """The baselines of a file by suite, none where there is no file yet.

    Raises SuiteError "bad_baseline", which says where, for a file that `write_baselines` couldn't
    have written: unknown words, a case twice, an acceptance of what is right.
    """
    if not path.exists():
        return {}
    try:
        rows = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_read_object)
        suites = _BASELINES.validate_python(rows)
    except OSError as error:
        raise SuiteError("missing", path=path, reason=str(error)) from error
    except ValidationError as error:
        raise SuiteError("bad_baseline", path=path, reason=first_fault(error)) from error
    except ValueError as error:
        raise SuiteError("bad_baseline", path=path, reason=str(error)) from error
    if fault := next(_find_faults(suites), None):
        raise SuiteError("bad_baseline", path=path, reason=fault)
    return suites


def write_baselines(suites: Mapping[str, Baseline], path: Path = BASELINE) -> None:
    """In order and one line a case, so that a diff shows which one changed. Raises SuiteError
    "unwritable"."""
    text = ",\n".join(_write_suite(name, suites[name]) for name in sorted(suites))
    try:
        path.write_text(f"{{\n{text}\n}}\n" if text else "{}\n", encoding="utf-8")
    except OSError as error:
        raise SuiteError("unwritable", path=path, reason=str(error)) from error


def compare_baseline(
    known: Baseline,
    verdicts: Mapping[tuple[str, Tongue], Verdict],
    asked: Iterable[Key],
    cases: Iterable[str],
) -> Comparison:
    """What changed: `asked` are the questions of this run, which may be a part of a suite, and
    `cases` all that the suite has."""
    now = {key: verdicts.get(key) for key in asked}
    before = {key: known.outcome(key) for key in now}
    has = set(cases)
    return Comparison(
        wrong=tuple(
            Turned(*key, faults=verdict.faults if verdict else ())
            for key, verdict in now.items()
            if before[key] == "right" and not _is_right(verdict)
        ),
        right=tuple(k for k, one in now.items() if before[k] == "wrong" and _is_right(one)),
        new=tuple(key for key in now if before[key] in (None, "gone")),
        gone=tuple(key for key in _stated(known) if key[0] not in has),
    )


def add_new(
    known: Baseline, comparison: Comparison, verdicts: Mapping[tuple[str, Tongue], Verdict]
) -> Baseline:
    """With what is new, right or wrong as it is."""
    for key in comparison.new:
        known = known.put(key, "right" if _is_right(verdicts.get(key)) else "wrong")
    return known


def add_improved(known: Baseline, comparison: Comparison) -> Baseline:
    """With what became right, so that it has to stay right."""
    for key in comparison.right:
        known = known.put(key, "right")
    return known


def accept(
    known: Baseline,
    comparison: Comparison,
    case: str,
    languages: Sequence[Language],
    reason: str,
    today: datetime.date,
) -> Baseline:
    """With one case that may be wrong, or gone, in those of the languages in which it turned so.

    Raises SuiteError "not_turned" where there is nothing to accept: a reason that is written down
    beforehand would let through whatever comes.
    """
    turned = {(one.case, one.language): one for one in comparison.wrong}
    before = known
    for language in languages:
        key = (case, language)
        if key in turned:
            why = Acceptance(language, today, reason, turned[key].measures)
            known = known.put(key, "wrong", why)
        elif key in comparison.gone:
            known = known.put(key, "gone", Acceptance(language, today, reason))
    if known is before:
        raise SuiteError("not_turned", case=case, languages=", ".join(languages))
    return known


def _is_right(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.passed


def _stated(known: Baseline) -> list[Key]:
    keys: list[Key] = [(case, language) for case in known.cases for language in LANGUAGES]
    return [key for key in keys if known.outcome(key) in ("right", "wrong")]


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two lines of one case are what a merge leaves behind; JSON would take the last of them."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice} stands there twice")
    return found


def _find_faults(suites: Mapping[str, Baseline]) -> Iterator[str]:
    """What a type can't say."""
    for suite, baseline in suites.items():
        for case, entry in baseline.cases.items():
            if entry.en is None and entry.zh is None:
                yield f"{suite}.cases.{case}: no language"
            for one in entry.accepted:
                if entry.outcome(one.language) not in ("wrong", "gone"):
                    yield f"{suite}.cases.{case}: accepted in {one.language}, but not wrong there"


def _write_suite(name: str, baseline: Baseline) -> str:
    rows = sorted(baseline.cases.items())
    lines = ",\n".join(f"   {_dump(case)}: {_dump(_entry_json(entry))}" for case, entry in rows)
    cases = f"{{\n{lines}\n  }}" if lines else "{}"
    made = f'  "made_with": {_dump(baseline.made_with)},'
    return f' {_dump(name)}: {{\n{made}\n  "cases": {cases}\n }}'


def _entry_json(entry: Entry) -> dict[str, Any]:
    row: dict[str, Any] = {one: entry.outcome(one) for one in LANGUAGES if entry.outcome(one)}
    if entry.accepted:
        row["accepted"] = [_acceptance_json(one) for one in entry.accepted]
    return row


def _acceptance_json(one: Acceptance) -> dict[str, Any]:
    row: dict[str, Any] = {"language": one.language, "date": one.date.isoformat()}
    return {**row, "measures": list(one.measures), "reason": one.reason}


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
