"""What the last run of the evals came to: the run, its suites, and all of one suite, as HTML."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from assistant.answer import Language
from assistant.prompts import Messages, load_messages
from assistant.web.listing import act
from assistant.web.measured import (
    NOTHING,
    say_broken,
    say_part,
    say_stage,
    say_tongue,
    show_kinds,
    show_measures,
    show_row,
    show_table,
)
from assistant.web.results import FORMS, name_address
from assistant.web.standing import say_worse, show_gate, show_repeats
from evals.latest import LatestRun, SuiteRun
from evals.report import Amounts, Timing

_MODELS = ("offline", "fallback")  # what is no model's name


def show_run(run: LatestRun, chosen: int, language: Language) -> str:
    """The head of the tab, a button a suite, and all of the suite at the place `chosen`."""
    labels = load_messages(language)
    suites = "".join(
        _show_choice(at, one, at == chosen, labels) for at, one in enumerate(run.suites)
    )
    name = escape(labels.text("ui.evals.suites"))
    return (
        f"{_show_head(run, labels)}"
        f'<div class="suites" role="group" aria-label="{name}">{suites}</div>'
        f"{_show_suite(run, run.suites[chosen], labels)}"
        f'<h3 class="answers">{escape(labels.text("ui.outcomes.title"))}</h3>'
    )


def show_line(line: str, kind: str) -> str:
    """All that there is to say."""
    return f'<p class="{kind}">{escape(line)}</p>'


def say_models(run: SuiteRun, labels: Messages) -> str:
    """What wrote the answers, and how many of them."""
    counted = [
        labels.text("ui.evals.model_count", name=_say_model(name, labels), count=count)
        for name, count in run.row.models.items()
    ]
    return labels.text("ui.evals.by", models=labels.text("ui.source.joint").join(counted))


def _say_model(name: str, labels: Messages) -> str:
    return labels.text(f"ui.evals.model_{name}") if name in _MODELS else name


def _show_head(run: LatestRun, labels: Messages) -> str:
    title, text = (escape(labels.text(f"ui.evals.{key}")) for key in ("title", "text"))
    made = escape(labels.text("ui.evals.made", when=f"{run.made:%Y-%m-%d %H:%M}"))
    save = escape(labels.text("ui.evals.save"))
    files = " ".join(
        f'<a href="{name_address(form)}" download>{escape(labels.text(f"ui.history.{form}"))}</a>'
        for form in FORMS
    )
    return (
        f'<header><h2>{title}</h2><p class="about">{text}</p>'
        f'<p class="made"><time datetime="{run.made.isoformat()}">{made}</time>'
        f'<span class="files">{save} {files}</span></p></header>'
    )


def _show_choice(at: int, run: SuiteRun, chosen: bool, labels: Messages) -> str:
    pressed = "true" if chosen else "false"
    return (
        f'<button class="suite" aria-pressed="{pressed}" {act("suite", str(at))}>'
        f"<b>{escape(run.row.suite)}</b> {_show_verdict(run, labels)} "
        f'<span class="counts">{escape(_say_counts(run, labels))}</span></button>'
    )


def _show_verdict(run: SuiteRun, labels: Messages) -> str:
    found = "failed" if run.failed else "limited" if run.row.limited else "passed"
    return f'<span class="verdict {found}">{escape(labels.text(f"ui.evals.{found}"))}</span>'


def _say_counts(run: SuiteRun, labels: Messages) -> str:
    answers = len(run.outcomes)
    counts = {"questions": run.questions, "wrong": run.wrong, "answers": answers}
    return labels.text("ui.evals.counts", **counts)


def _show_suite(whole: LatestRun, run: SuiteRun, labels: Messages) -> str:
    notes = [say_models(run, labels)]
    notes += [labels.text("ui.evals.limited_note")] if run.row.limited else []
    said = "".join(f'<p class="note">{escape(note)}</p>' for note in notes)
    # They stand far below where the screen is small.
    said += f'<a class="jump" href="#eval-tools">{escape(labels.text("ui.evals.jump"))}</a>'
    faults = "".join(f"<li>{escape(line)}</li>" for line in _say_faults(run, labels))
    lines = f'<ul class="broken">{faults}</ul>' if faults else ""
    # Beside the measures: what is looked at less often.
    aside = [
        show_kinds(run, labels),
        _show_times(whole, run.timings, labels),
        _show_amounts(run.row.amounts, labels),
        _show_fingerprint(run, labels),
    ]
    return (
        f'<section class="suite-run"><h3>{escape(run.row.suite)} {_show_verdict(run, labels)}</h3>'
        f"{said}{lines}{show_gate(run.row.gate, labels)}{show_repeats(run.row.repeats, labels)}"
        f'<div class="columns"><div>{show_measures(run.row, labels)}</div>'
        f"<div>{''.join(aside)}</div></div></section>"
    )


def _say_faults(run: SuiteRun, labels: Messages) -> Iterator[str]:
    """Why the suite as a whole failed."""
    yield from (say_broken(one, labels) for one in run.row.broken)
    if run.row.repeats:
        yield from (say_worse(one, labels) for one in run.row.repeats.worse)


def _show_times(whole: LatestRun, timings: Sequence[Timing], labels: Messages) -> str:
    title = labels.text("ui.evals.times")
    if not whole.timed:
        return f'<p class="note">{escape(labels.text("ui.evals.no_times"))}</p>'
    if not timings:
        return ""
    rows = [
        show_row(
            escape(say_stage(one.stage, labels)),
            [_say_time(one.median, labels), _say_time(one.p95, labels)],
        )
        for one in timings
    ]
    heads = [escape(labels.text(f"ui.evals.{key}")) for key in ("stage", "median", "p95")]
    return show_table(heads, rows, title, "times")


def _say_time(milliseconds: float, labels: Messages) -> str:
    if not math.isfinite(milliseconds):
        return NOTHING
    return escape(labels.text("ui.evals.milliseconds", number=f"{milliseconds:,.0f}"))


def _show_amounts(amounts: Sequence[Amounts], labels: Messages) -> str:
    keys = ["language", "answered", "characters", "claims", "citations"]
    keys += ["tokens"] if any(one.tokens for one in amounts) else []
    keys += ["cost"] if any(one.cost for one in amounts) else []
    rows = [
        show_row(escape(say_tongue(one.language, labels)), list(_amount_cells(one, keys[1:])))
        for one in amounts
    ]
    heads = [escape(labels.text(f"ui.evals.{key}")) for key in keys]
    names = (labels.text("ui.evals.amounts"), "amounts", labels.text("ui.evals.means"))
    return show_table(heads, rows, *names) if rows else ""


def _amount_cells(amounts: Amounts, keys: Sequence[str]) -> Iterator[str]:
    said = {
        "answered": str(amounts.answers),
        "characters": f"{amounts.characters:,.1f}",
        "claims": f"{amounts.claims:.1f}",
        "citations": f"{amounts.citations:.1f}",
        "tokens": "; ".join(f"{name} {count:,}" for name, count in amounts.tokens.items()),
        "cost": f"{amounts.cost} {amounts.currency}".strip(),
    }
    yield from (escape(said[key]) for key in keys)


def _show_fingerprint(run: SuiteRun, labels: Messages) -> str:
    parts = "".join(
        f"<div><dt>{escape(say_part(name, labels))}</dt><dd><code>{escape(value)}</code></dd></div>"
        for name, value in run.row.fingerprint.items()
    )
    if not parts:
        return ""
    title = escape(labels.text("ui.evals.fingerprint"))
    return f'<details class="block"><summary>{title}</summary><dl>{parts}</dl></details>'
