"""What stands under an answer: how it stands, its figures, its sources, and who says otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.answer import Answer, CheckedFigure, Citation, Conflict, Passage
from assistant.prompts import Messages
from assistant.reasons import explain_problems
from assistant.render import say_cost, say_place, say_status, side_cells, source_parts
from assistant.slack.elements import build_context, build_sections
from assistant.slack.mrkdwn import bold, escape, fold
from assistant.slack.split import shorten
from assistant.wire import Json

LONGEST_QUOTE = 320
LONGEST_FACT = 160

_TIMES = frozenset({"year", "date"})
_SIGNS = {"verified": "✅", "partial": "⚠️", "refused": "🚫"}


def build_evidence(answer: Answer, labels: Messages) -> list[Json]:
    """The blocks under what an answer says, those that there is something for."""
    return [
        *_build_status(answer, labels),
        *[block for one in answer.conflicts for block in _build_conflict(one, labels)],
        *_build_figures(answer.figures, labels),
        *_build_sources(answer.citations, labels),
        *_build_nearest(answer, labels),
        *build_context(escape(fold(say_cost(answer, labels)))),
    ]


def _build_status(answer: Answer, labels: Messages) -> list[Json]:
    status = say_status(answer, labels)
    if not status:
        return []
    lines = [f"{_SIGNS[answer.status]} {escape(fold(status))}"]
    lines += [f"• {escape(fold(line))}" for line in explain_problems(answer)]
    return build_context("\n".join(lines))


def _build_conflict(conflict: Conflict, labels: Messages) -> list[Json]:
    """Who says what, and when."""
    title = bold(labels.text("slack.conflict"))
    lines = [_join_facts([title, escape(fold(conflict.about))])]
    for side in conflict.sides:
        cells = [escape(fold(cell)) for cell in side_cells(side)]
        lines.append(f"• {_join_facts(cells)} [{side.citation}]")
    return build_sections("\n".join(lines))


def _build_figures(figures: Sequence[CheckedFigure], labels: Messages) -> list[Json]:
    """What the check of each figure found, each once; years that were found again go without
    saying."""
    told = (one for one in figures if one.verdict != "checked" or one.figure.unit not in _TIMES)
    said = dict.fromkeys(_say_figure(figure, labels) for figure in told)
    return build_context(_join_facts([bold(labels.text("slack.figures")), *said])) if said else []


def _say_figure(checked: CheckedFigure, labels: Messages) -> str:
    figure = escape(fold(checked.figure.text))
    if checked.verdict == "computed":
        named = (escape(fold(operand.text)) for operand in checked.operands)
        operands = labels.text("ui.source.joint").join(named)
        return labels.text("slack.figure.computed", figure=figure, operands=operands)
    if checked.verdict == "not_found":
        return labels.text("slack.figure.not_found", figure=figure)
    source = escape(fold(checked.source_text or ""))
    if source in ("", figure):
        return labels.text("slack.figure.same", figure=figure)
    return labels.text("slack.figure.checked", figure=figure, source=source)


def _build_sources(citations: Sequence[Citation], labels: Messages) -> list[Json]:
    if not citations:
        return []
    blocks = build_context(bold(labels.text("ui.answer.sources")))
    for citation in citations:
        place = say_place(citation.location, labels)
        facts = _join_facts(_say_facts([*source_parts(citation, labels), place]))
        blocks += build_context(f"[{citation.number}] {facts}\n{_say_quote(citation.quote_shown)}")
    return blocks


def _build_nearest(answer: Answer, labels: Messages) -> list[Json]:
    """Under a refusal, what came nearest: it answers nothing, and isn't numbered."""
    if answer.answered or not answer.nearest:
        return []
    blocks = build_context(bold(labels.text("slack.nearest")))
    for passage in answer.nearest:
        facts = _join_facts(_say_facts(_passage_parts(passage)))
        blocks += build_context(f"{facts}\n{_say_quote(passage.text)}")
    return blocks


def _passage_parts(passage: Passage) -> list[str]:
    known = (passage.title, passage.organisation or passage.author, passage.year, passage.section)
    return [str(part) for part in known if part]


def _say_facts(parts: Iterable[str]) -> list[str]:
    return [escape(shorten(fold(part), LONGEST_FACT)) for part in parts]


def _say_quote(quote: str) -> str:
    return f"“{escape(shorten(fold(quote), LONGEST_QUOTE))}”"


def _join_facts(facts: Iterable[str]) -> str:
    return " · ".join(fact for fact in facts if fact)
