"""What `duocite feedback` does: what readers thought of answers, listed or made into cases."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from assistant import cli_output as output
from assistant.commands import begin
from assistant.feedback import Feedback, Opinion
from assistant.prompts import Messages
from assistant.state import State, has_state

SHOWN = 120
"""Characters of a question that a line shows."""


def list_feedback(since: datetime | None, drafts: Path | None, *, as_json: bool = False) -> None:
    """All opinions since a moment (UTC), or, into a file, a draft of a case for each thumb down.

    The file of a running server is read beside it.
    """
    settings, messages = begin()
    opinions = _read_opinions(settings.data, since)
    if drafts:
        _write_drafts(drafts, opinions, messages)
    elif as_json:
        output.say_json({"feedback": [opinion.to_json() for opinion in opinions]})
    else:
        _show(opinions, messages)


def _read_opinions(data: Path, since: datetime | None) -> list[Opinion]:
    if not has_state(data):
        return []
    moment = since.replace(tzinfo=UTC) if since and since.tzinfo is None else since
    with closing(State(data)) as state:
        return Feedback(state).opinions(moment)


def _write_drafts(path: Path, opinions: Sequence[Opinion], messages: Messages) -> None:
    from evals.drafts import build_draft, write_drafts

    wrong = [one for one in opinions if one.verdict == "down"]
    done = write_drafts(path, (build_draft(one.answer, one.reason) for one in wrong))
    output.say(messages.text("cli.drafted", path=path, drafts=done.written, kept=done.kept))


def _show(opinions: Sequence[Opinion], messages: Messages) -> None:
    for opinion in opinions:
        output.say(_describe(opinion, messages))
    if not opinions:
        output.say(messages.text("cli.no_feedback"))


def _describe(opinion: Opinion, messages: Messages) -> str:
    question = _shorten(str(opinion.answer["question"]))
    line = messages.text(
        "cli.opinion",
        when=f"{opinion.created:%Y-%m-%d %H:%M}",
        verdict=messages.text(f"cli.thumb_{opinion.verdict}"),
        user=opinion.user,
        question=question,
    )
    reason = " ".join(opinion.reason.split())
    return f"{line}\n    {reason}" if reason else line


def _shorten(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= SHOWN else folded[:SHOWN].rstrip() + "…"
