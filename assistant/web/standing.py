"""A run beside what was before: what its gate says, and how sure repeats make it, as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from assistant.prompts import Messages
from assistant.web.measured import (
    say_measure,
    say_tongue,
    show_name,
    show_row,
    show_table,
)
from evals.kept import AcceptedRow, Bounds, GateRow, KeyRow, RepeatsRow, SureRow, TurnedRow

MOST = 50
"""Questions that turned wrong and are shown with all they said; of more there is the number."""

_STAR = " *"


def show_gate(gate: GateRow | None, labels: Messages) -> str:
    """What turned wrong with all that a reader needs to judge it, what is new or gone, what turned
    right, and what was accepted why."""
    title = escape(labels.text("ui.baseline.title"))
    if gate is None:
        told = escape(labels.text("ui.baseline.none"))
        return f'<section class="gate"><h4>{title}</h4><p class="note">{told}</p></section>'
    return (
        f'<section class="gate"><h4>{title}</h4>{_show_turned(gate.turned_wrong, labels)}'
        f"{_show_keys('new', gate.new, labels)}{_show_keys('gone', gate.gone, labels)}"
        f"{_show_keys('turned_right', gate.turned_right, labels)}"
        f"{_show_accepted(gate.accepted, labels)}</section>"
    )


def show_repeats(repeats: RepeatsRow | None, labels: Messages) -> str:
    """The cases that are right only some of the times, and means with their intervals, of questions
    that were asked more than once or are compared with others."""
    if repeats is None or not (repeats.times > 1 or repeats.other):
        return ""
    keys = ("measure", "language", "mean", "interval", "difference", "interval")
    heads = [_head(key, labels) for key in keys]
    rows = [_show_sure(one, labels) for one in repeats.measures]
    title = _say_repeats(repeats, labels)
    table = show_table(heads, rows, title, "repeats", labels.text("ui.baseline.repeats_text"))
    unsteady = _show_list("unsteady", _name_unsteady(repeats, labels), labels)
    summary = f"<summary>{escape(title)}</summary>"
    return f'{unsteady}<details class="block">{summary}{table}</details>'


def say_worse(sure: SureRow, labels: Messages) -> str:
    """That fewer pass than in the other report."""
    difference, interval = _say_bounds(sure.difference, signed=True)
    return labels.text(
        "ui.baseline.worse",
        language=say_tongue(sure.language, labels),
        difference=difference,
        interval=interval.removesuffix(_STAR),
    )


def _say_repeats(repeats: RepeatsRow, labels: Messages) -> str:
    asked = labels.text("ui.baseline.asked_once")
    if repeats.times > 1:
        asked = labels.text("ui.baseline.repeats", times=repeats.times)
    key = f"ui.baseline.beside_{repeats.other}"
    return labels.text(key, asked=asked) if key in labels else asked


def _head(key: str, labels: Messages) -> str:
    place = "evals" if f"ui.evals.{key}" in labels else "baseline"
    return escape(labels.text(f"ui.{place}.{key}"))


def _show_sure(sure: SureRow, labels: Messages) -> str:
    cells = [escape(say_tongue(sure.language, labels)), *_say_bounds(sure.mean)]
    return show_row(
        show_name(sure.measure, labels), [*cells, *_say_bounds(sure.difference, signed=True)]
    )


def _say_bounds(bounds: Bounds | None, *, signed: bool = False) -> tuple[str, str]:
    if bounds is None:
        return "", ""
    shape = "+.3f" if signed else ".3f"
    star = _STAR if signed and (bounds.low > 0 or bounds.high < 0) else ""
    return f"{bounds.mean:{shape}}", f"{bounds.low:{shape}} – {bounds.high:{shape}}{star}"


def _name_unsteady(repeats: RepeatsRow, labels: Messages) -> list[str]:
    return [
        labels.text(
            "ui.baseline.rate",
            case=one.case,
            language=say_tongue(one.language, labels),
            passed=one.passed,
            times=one.times,
        )
        for one in repeats.cases
        if 0 < one.passed < one.times
    ]


def _show_turned(turned: Sequence[TurnedRow], labels: Messages) -> str:
    if not turned:
        return f'<p class="good">{escape(labels.text("ui.baseline.steady"))}</p>'
    said = escape(labels.text("ui.baseline.turned_wrong", count=len(turned)))
    shown = "".join(_show_fall(one, labels) for one in turned[:MOST])
    more = len(turned) - MOST
    if more > 0:
        shown += f'<p class="note">{escape(labels.text("ui.baseline.more", count=more))}</p>'
    return f'<p class="bad">{said}</p><div class="falls">{shown}</div>'


def _show_fall(fall: TurnedRow, labels: Messages) -> str:
    place = escape(f"{fall.case} {say_tongue(fall.language, labels)}")
    said = {
        "expected": escape(fall.expected) or escape(labels.text("ui.outcomes.refusal")),
        "got": escape(fall.got) or escape(labels.text("ui.outcomes.nothing")),
        "why": "<br>".join(
            _show_why(one.measure, one.explanation, labels) for one in dict.fromkeys(fall.why)
        ),
    }
    rows = "".join(
        f"<div><dt>{escape(labels.text(f'ui.outcomes.{key}'))}</dt><dd>{text}</dd></div>"
        for key, text in said.items()
        if text
    )
    if fall.accept:
        told = escape(labels.text("ui.baseline.accept"))
        rows += f"<div><dt>{told}</dt><dd><code>{escape(fall.accept)}</code></dd></div>"
    return (
        f'<details class="fall" open><summary><b>{place}</b> '
        f'<span lang="{fall.language}">{escape(fall.question)}</span></summary>'
        f"<dl>{rows}</dl></details>"
    )


def _show_why(measure: str, explanation: str, labels: Messages) -> str:
    named = f"<b>{escape(say_measure(measure, labels))}</b> " if measure else ""
    return f"{named}{escape(explanation)}"


def _show_keys(key: str, keys: Sequence[KeyRow], labels: Messages) -> str:
    named: dict[str, list[str]] = {}
    for one in keys:
        named.setdefault(one.case, []).append(one.language)
    return _show_list(
        key, [f"{case} ({'/'.join(tongues)})" for case, tongues in named.items()], labels
    )


def _show_list(key: str, names: Sequence[str], labels: Messages) -> str:
    if not names:
        return ""
    joined = escape(labels.text("ui.source.joint").join(names))
    title = escape(labels.text(f"ui.baseline.{key}"))
    return f'<p class="keys"><b>{title}</b> {joined}</p>'


def _show_accepted(accepted: Sequence[AcceptedRow], labels: Messages) -> str:
    if not accepted:
        return ""
    title = escape(labels.text("ui.baseline.accepted", count=len(accepted)))
    rows = "".join(_show_acceptance(one, labels) for one in accepted)
    return f'<details class="accepted"><summary>{title}</summary><dl>{rows}</dl></details>'


def _show_acceptance(one: AcceptedRow, labels: Messages) -> str:
    place = escape(f"{one.case} {say_tongue(one.language, labels)}")
    reason = labels.text("ui.baseline.acceptance", date=one.date, reason=one.reason)
    measures = _join((say_measure(name, labels) for name in one.measures), labels)
    return f"<div><dt>{place}</dt><dd>{escape(reason)}<span>{escape(measures)}</span></dd></div>"


def _join(names: Iterable[str], labels: Messages) -> str:
    return labels.text("ui.source.joint").join(names)
