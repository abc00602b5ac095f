"""`duocite status`, and what keeps a store whole: `backup`, `restore` and `doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WaitOption


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; .tar.gz by custom.")],
    wait: WaitOption = True,
) -> None:
    """Copy the whole store into one file, with a checksum of each part.

    \b
    Example:
      duocite backup duocite-2024-06-01.tar.gz
    """
    from assistant import care

    care.backup(file, wait=wait)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `backup` wrote.")],
    force: Annotated[
        bool, typer.Option("--force", help="Put it in place of the store that is there.")
    ] = False,
    wait: WaitOption = True,
) -> None:
    """Bring a backup back. It is checked as a whole before anything is touched.

    \b
    Example:
      duocite restore duocite-2024-06-01.tar.gz
    """
    from assistant import care

    care.restore(file, force=force, wait=wait)


def doctor(
    repair: Annotated[
        bool, typer.Option("--repair", help="Put right what can be; needs no source files.")
    ] = False,
    wait: WaitOption = True,
) -> None:
    """Look whether the store is whole: a line for each fault with what to do, exit code 1.

    \b
    Examples:
      duocite doctor
      duocite doctor --repair
    """
    from assistant import care

    raise typer.Exit(0 if care.examine(repair=repair, wait=wait) else 1)


def status(json: JsonOption = False) -> None:
    """Show what is used: the model that answers, the embedding, the store, and what leaves this
    machine. Without a model it also looks for one on this machine.

    \b
    Examples:
      duocite status
      duocite status --json
    """
    from assistant import care

    care.show_status(as_json=json)
