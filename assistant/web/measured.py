"""Measures and kinds of questions by their names, and the tables that compare them, as HTML."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from assistant.prompts import Messages
from evals.cases import LANGUAGES
from evals.kept import Broken, SuiteRow
from evals.latest import SuiteRun
from evals.measures import MEASURES, Measure, Tongue, measure_results
from evals.report import KIND_MEASURES, TONGUES

NOTHING = "–"
"""What stands where nothing was measured."""

_HEADS: dict[Tongue, str] = {"en": "english", "zh": "chinese", "both": "both"}
_HEIGHT = 6  # of a bar, in the units of its picture
_GAP = 2


def say_measure(name: str, labels: Messages) -> str:
    """The name that people have for a measure, also for one of a tag ("figures of core")."""
    measure, _, tag = name.partition(" of ")
    said = _say("measures", measure, labels)
    return labels.text("ui.evals.tag", measure=said, tag=tag) if tag else said


def say_kind(kind: str, labels: Messages) -> str:
    return _say("kinds", kind, labels)


def say_part(part: str, labels: Messages) -> str:
    """What of a fingerprint is named so."""
    return _say("parts", part, labels)


def say_stage(stage: str, labels: Messages) -> str:
    return _say("stages", stage, labels)


def say_tongue(language: Tongue, labels: Messages) -> str:
    """The language of the questions that a mean is over."""
    return labels.text(f"ui.evals.{_HEADS[language]}")


def say_share(value: float | None) -> str:
    return NOTHING if value is None or math.isnan(value) else f"{value:.3f}"


def show_name(name: str, labels: Messages) -> str:
    """A measure by the name that people have for it, and by its own."""
    said = say_measure(name, labels)
    own = f" <code>{escape(name)}</code>" if said != name else ""
    return f"{escape(said)}{own}"


def show_table(
    heads: Iterable[str], rows: Iterable[str], name: str, kind: str = "", note: str = ""
) -> str:
    """A table of a name; it scrolls by itself where there is no room, by keys too. `heads` and
    `rows` are HTML: cells of the head, whole rows."""
    cells = "".join(f'<th scope="col">{head}</th>' for head in heads)
    told = f'<p class="note">{escape(note)}</p>' if note else ""
    return (
        f'<section class="block {kind}"><h4>{escape(name)}</h4>{told}'
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(name)}">'
        f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table></div></section>"
    )


def show_row(head: str, cells: Iterable[str]) -> str:
    """A row of HTML cells under the name of what it is about."""
    shown = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{head}</th>{shown}</tr>'


def show_measures(row: SuiteRow, labels: Messages) -> str:
    """A row a measure: in English, in Chinese, of twins, its floor, and the same as bars."""
    known = list(dict.fromkeys([*MEASURES, *(one.name for one in row.measures)]))
    named = {name: [one for one in row.measures if one.name == name] for name in known}
    rows = [_show_measure(name, mine, row, labels) for name, mine in named.items() if mine]
    keys = ("measure", *_HEADS.values(), "floor")
    heads = [escape(labels.text(f"ui.evals.{key}")) for key in keys]
    bars = f'<span class="unseen">{escape(labels.text("ui.evals.bars"))}</span>'
    return show_table(
        [*heads, bars],
        rows,
        labels.text("ui.evals.measures"),
        "measures",
        labels.text("ui.evals.measures_text"),
    )


def _show_measure(name: str, mine: Sequence[Measure], row: SuiteRow, labels: Messages) -> str:
    values = {one.language: one.value for one in mine}
    low = {one.language for one in row.broken if one.name == name}
    floor = row.floors.get(name)
    cells = [_show_share(values, tongue, tongue in low, labels) for tongue in TONGUES]
    shown = [*cells, say_share(floor) if floor is not None else ""]
    return show_row(show_name(name, labels), [*shown, show_bars(values, floor)])


def _show_share(
    values: Mapping[Tongue, float | None], tongue: Tongue, low: bool, labels: Messages
) -> str:
    if tongue not in values:
        return ""
    said = say_share(values[tongue])
    if not low:
        return said
    told = escape(labels.text("ui.evals.below"))
    return f'<b class="bad" title="{told}">{said}<span class="unseen"> {told}</span></b>'


def show_bars(values: Mapping[Tongue, float | None], floor: float | None) -> str:
    """A bar a language, one above the other, and a line where the floor is. It says nothing that
    the numbers beside it don't."""
    bars = [(tongue, values[tongue]) for tongue in TONGUES if tongue in values]
    height = len(bars) * (_HEIGHT + _GAP) - _GAP
    drawn = "".join(
        f'<rect class="track" x="0" y="{at}" width="100" height="{_HEIGHT}"/>'
        f'<rect class="{tongue}" x="0" y="{at}" width="{_percent(value)}" height="{_HEIGHT}"/>'
        for at, (tongue, value) in zip(range(0, height, _HEIGHT + _GAP), bars, strict=False)
    )
    if floor is not None:
        at = _percent(floor)
        drawn += f'<line class="floor" x1="{at}" x2="{at}" y1="0" y2="{height}"/>'
    return (
        f'<svg class="bars" viewBox="0 0 100 {height}" preserveAspectRatio="none" '
        f'style="height:{height}px" aria-hidden="true">{drawn}</svg>'
    )


def show_kinds(run: SuiteRun, labels: Messages) -> str:
    """A row a kind of question: the measures that tell most, English / Chinese."""
    results = [one for one in run.results if one.measure in KIND_MEASURES]
    rows = []
    for kind in dict.fromkeys(one.kind for one in results):
        mine = [one for one in results if one.kind == kind]
        measures = measure_results(mine, LANGUAGES)
        cells = [_say_pair(name, measures) for name in KIND_MEASURES]
        questions = len({one.case for one in mine})
        rows.append(show_row(escape(say_kind(kind, labels)), [str(questions), *cells]))
    keys = [labels.text(f"ui.evals.{key}") for key in ("kind", "questions")]
    heads = [*keys, *(say_measure(name, labels) for name in KIND_MEASURES)]
    note = labels.text("ui.evals.kinds_text")
    return show_table(map(escape, heads), rows, labels.text("ui.evals.kinds"), "kinds", note)


def say_broken(broken: Broken, labels: Messages) -> str:
    value = say_share(broken.value)
    return labels.text(
        "ui.evals.under_floor",
        measure=say_measure(broken.name, labels),
        language=say_tongue(broken.language, labels),
        value=labels.text("ui.evals.never_scored") if value == NOTHING else value,
        floor=say_share(broken.floor),
    )


def _say_pair(name: str, measures: Sequence[Measure]) -> str:
    mine = {one.language: one.value for one in measures if one.name == name}
    if not mine:
        return ""
    return " / ".join(say_share(mine.get(language)) for language in LANGUAGES)


def _percent(value: float | None) -> str:
    """Of a share, for a picture that ends at 1."""
    share = 0.0 if value is None or math.isnan(value) else min(max(value, 0.0), 1.0)
    return f"{100 * share:.1f}"


def _say(table: str, name: str, labels: Messages) -> str:
    key = f"ui.{table}.{name}"
    return labels.text(key) if key in labels else name
