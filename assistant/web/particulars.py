"""One answer of an eval with all that a reader needs to judge it, as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from assistant.prompts import Messages
from assistant.render import say_place
from assistant.web.measured import say_share, show_name, show_row
from evals.kept import Cited, Disagreement, Near, Said
from evals.latest import Outcome
from evals.measures import Result

MOST_NEAR = 3
"""Passages that are shown of a refusal."""


def show_particulars(outcome: Outcome, labels: Messages) -> str:
    """Expected, said, why refused, cited, nearest, conflicts, and each score with its reason."""
    said, reply = outcome.reply.answer, outcome.reply
    expected = reply.expected or labels.text("ui.outcomes.refusal")
    parts = [
        ("expected", _show_text(expected, reply.language)),
        ("got", _show_text(said.answer or labels.text("ui.outcomes.nothing"), reply.language)),
        ("refused", escape(_say_reason(said, labels))),
        ("cited", "".join(_show_cited(one, labels) for one in said.citations)),
        ("nearest", "".join(_show_quote(one.passage_shown, one.document) for one in _near(said))),
        ("conflict", "<br>".join(escape(line) for line in _say_conflicts(said.conflicts, labels))),
        ("scores", _show_scores(outcome.scores, labels)),
    ]
    rows = "".join(_show_part(key, html, labels) for key, html in parts if html)
    return f'<dl class="particulars">{rows}</dl>'


def _show_part(key: str, html: str, labels: Messages) -> str:
    name = escape(labels.text(f"ui.outcomes.{key}"))
    return f"<div><dt>{name}</dt><dd>{html}</dd></div>"


def _show_text(text: str, language: str) -> str:
    return f'<p class="text" lang="{language}">{escape(text)}</p>'


def _say_reason(said: Said, labels: Messages) -> str:
    """Why an answer is a refusal; nothing of one that isn't."""
    if said.status != "refused":
        return ""
    key = f"ui.answer.{said.reason}"
    return labels.text(key) if said.reason and key in labels else said.reason or ""


def _near(said: Said) -> Iterable[Near]:
    return said.nearest[:MOST_NEAR] if said.status == "refused" else ()


def _show_cited(cited: Cited, labels: Messages) -> str:
    joint = labels.text("ui.source.joint")
    known = [cited.organisation, cited.year, cited.document, say_place(cited.location, labels)]
    place = joint.join(str(part) for part in known if part)
    return _show_quote(cited.quote_shown, f"[{cited.number}] {place}")


def _show_quote(quote: str, place: str) -> str:
    return (
        f"<figure><figcaption>{escape(place)}</figcaption>"
        f"<blockquote>{escape(quote)}</blockquote></figure>"
    )


def _say_conflicts(conflicts: Iterable[Disagreement], labels: Messages) -> Iterator[str]:
    for one in conflicts:
        sides = [
            labels.text("ui.outcomes.side", who=side.who, when=side.when, figure=side.figure.text)
            if side.when
            else f"{side.who}: {side.figure.text}"
            for side in one.sides
        ]
        yield f"{one.about} – {'; '.join(sides)}"


def _show_scores(scores: Iterable[Result], labels: Messages) -> str:
    """A row a measure that could be scored."""
    rows = [
        show_row(show_name(one.measure, labels), [_show_value(one), escape(one.score.explanation)])
        for one in scores
        if one.score.value is not None
    ]
    heads = [labels.text("ui.evals.measure"), *_heads(labels)]
    cells = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    if not rows:
        return ""
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _heads(labels: Messages) -> list[str]:
    return [labels.text(f"ui.outcomes.{key}") for key in ("score", "why")]


def _show_value(result: Result) -> str:
    value = result.score.value
    tone = "good" if value == 1 else "bad" if value == 0 else "mid"
    return f'<span class="{tone}">{say_share(value)}</span>'
