"""`duocite feedback`: what readers thought of answers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import JsonOption


def feedback(
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
            metavar="DATE",
            help="Only from then on, as 2024-06-01 (UTC).",
        ),
    ] = None,
    drafts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Add a draft of an eval case for each thumb down to this file."
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """List the thumbs up and down that readers gave to answers, with their reasons, the oldest
    first. With --json each has its whole answer.

    \b
    Examples:
      duocite feedback --since 2024-06-01
      duocite feedback --drafts wrong-answers.jsonl
    """
    if drafts and json:
        raise typer.BadParameter("Give either --json or --drafts FILE")
    from assistant import review

    review.list_feedback(since, drafts, as_json=json)
