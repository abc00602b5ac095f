"""`duocite eval accept`: what a person lets into the baseline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def accept(
    suite: Annotated[str, typer.Argument(metavar="SUITE", help="The suite's name.")],
    case: Annotated[
        str | None, typer.Argument(metavar="ID", help="One case that may be wrong, or gone.")
    ] = None,
    language: Annotated[
        Literal["en", "zh"] | None, typer.Option(help="Only in this language; else in both.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; the baseline keeps it.")] = "",
    new: Annotated[bool, typer.Option("--new", help="Add the cases that it doesn't have.")] = False,
    improved: Annotated[
        bool, typer.Option("--improved", help="Hold to being right what was wrong and is right.")
    ] = False,
    suites: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A suite.toml of your own.")
    ] = None,
) -> None:
    """Change the baseline, which says what is right: one case with a reason, or all that is new or
    became right. The questions are asked again, without any model.

    \b
    Examples:
      duocite eval accept sample s-010 --language zh --reason "the page was withdrawn"
      duocite eval accept sample --new
      duocite eval accept sample --improved
    """
    if (case is not None) + new + improved != 1:
        raise typer.BadParameter("one of ID, --new and --improved")
    from assistant import commands
    from evals import accepting
    from evals.suite import SUITES

    commands.begin()
    where = suites or SUITES
    if case is not None:
        lines = accepting.accept_case(suite, case, reason, language, where)
    elif new:
        lines = accepting.accept_new(suite, where)
    else:
        lines = accepting.accept_improved(suite, where)
    for line in lines:
        typer.echo(line)
