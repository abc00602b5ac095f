"""Cases proposed from documents: questions by rule, each with what a right answer holds.

A proposal is no case before a person accepted it (`evals.drafts`).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from assistant.answer import Language
from assistant.figures import Figure, say_figure
from evals.cases import PROPOSED
from evals.chinese import ask_chinese
from evals.facts import Fact, find_facts
from evals.sources import Folder
from evals.translation import Translator, build_translator
from evals.twins import Twin, Unstated, build_twin
from evals.wording import ask_english

Json = dict[str, Any]

RULE = "rule"
COUNT = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """A fact with its question in both languages. `translated` says whether every word of the
    foreign one is in its language."""

    fact: Fact
    question_en: str
    question_zh: str
    who: tuple[str, str]
    translated: bool


class Proposals(NamedTuple):
    """Rows as they go into a file of drafts, and of how many plain statements they were chosen."""

    rows: list[Json]
    found: int


def propose_cases(folder: Folder, count: int = COUNT, seed: int = 0) -> Proposals:
    """As many questions as are wanted or can be made, each followed by a near miss where one could
    be shown to be unanswered. The same folder and seed give the same rows."""
    random = Random(seed)
    facts = find_facts(folder)
    translator = build_translator(folder.nodes)
    asked = [_ask(fact, translator) for fact in facts]
    random.shuffle(asked)
    unstated = Unstated(folder.nodes)
    rows: list[Json] = []
    for one in choose_diverse(asked, count):
        row = build_proposal(one)
        rows.append(row)
        questions = (one.question_en, one.question_zh)
        twin = build_twin(questions, one.fact.figure.unit, one.who, unstated, random)
        if twin:
            rows.append(build_near_miss(row, twin))
    return Proposals(rows, len(facts))


def choose_diverse(asked: Sequence[Asked], count: int) -> list[Asked]:
    """Over documents, languages, units, prose and tables; rather those that were translated."""
    left, chosen = list(asked), list[Asked]()
    used: Counter[tuple[str, object]] = Counter()
    while left and len(chosen) < count:
        best = min(left, key=lambda one: _cost(one, used))
        left.remove(best)
        chosen.append(best)
        used.update(_traits(best.fact))
    return chosen


def build_proposal(asked: Asked) -> Json:
    fact = asked.fact
    look = ["wording", *([] if asked.translated else ["quoted"])]
    return {
        "id": f"d-{name_parts(fact.source, fact.quote, fact.figure.text, fact.question)}",
        "kind": "figure",
        "question_en": asked.question_en,
        "question_zh": asked.question_zh,
        "answer_en": say_figure(fact.figure, "en"),
        "answer_zh": say_figure(fact.figure, "zh"),
        "figures": [state_figure(fact.figure)],
        "names": [],
        "source": fact.source,
        "line": fact.line,
        "quote": fact.quote,
        "state": PROPOSED,
        "draft": {
            "by": RULE,
            "language": fact.language,
            "translated": asked.translated,
            "look_at": look,
        },
    }


def build_near_miss(row: Json, twin: Twin) -> Json:
    """The twin of a proposal, which the documents don't answer."""
    return {
        "id": f"{row['id']}-near",
        "kind": "near_miss",
        "question_en": twin.question_en,
        "question_zh": twin.question_zh,
        "figures": [],
        "names": [],
        "why": f"It is stated with {twin.old}; with {twin.new} ({twin.change}) it isn't.",
        "trap_quote": row["quote"],
        "state": PROPOSED,
        "draft": {**row["draft"], "look_at": [*row["draft"]["look_at"], "unstated"]},
    }


def state_figure(figure: Figure) -> Json:
    return {"value": say_number(figure.value), "unit": figure.unit, "text": figure.text}


def say_number(value: Decimal) -> int | float:
    """As JSON has it; a figure of a report has no more digits than a float keeps."""
    return int(value) if value == int(value) else float(value)


def name_parts(*parts: str) -> str:
    """What is proposed again has the name that it had."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:8]


def _ask(fact: Fact, translator: Translator) -> Asked:
    other: Language = "zh" if fact.language == "en" else "en"
    said, whole = translator.translate(fact.said, other)
    figure = replace(fact.figure, bound="exact")
    foreign = ask_chinese(said, figure) if other == "zh" else ask_english(said, figure)
    if other == "zh":
        return Asked(fact, fact.question, foreign, (fact.said.who, said.who), whole)
    return Asked(fact, foreign, fact.question, (said.who, fact.said.who), whole)


def _traits(fact: Fact) -> list[tuple[str, object]]:
    return [
        ("source", fact.source),
        ("language", fact.language),
        ("unit", fact.figure.unit),
        ("table", fact.from_table),
        ("quote", fact.quote),
    ]


_WEIGHTS = {"source": 2.0, "language": 0.5, "unit": 1.0, "table": 0.5, "quote": 6.0}


def _cost(asked: Asked, used: Counter[tuple[str, object]]) -> float:
    spread = sum(_WEIGHTS[name] * used[name, value] for name, value in _traits(asked.fact))
    return spread + (0.0 if asked.translated else 1.5)
