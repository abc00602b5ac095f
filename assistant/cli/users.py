"""`duocite users`: who may sign in to the chat, and as what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from assistant.cli.options import JsonOption

HELP = """
Add, list and remove those who may sign in to the chat (DUOCITE_AUTH). A running server notices.

\b
Examples:
  duocite users add anna --role editor         asks for the password
  duocite users passwd anna
  duocite users list
"""

app = typer.Typer(no_args_is_help=True, help=HELP)

NameArgument = Annotated[str, typer.Argument(metavar="NAME")]
FileOption = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="Else as set by DUOCITE_AUTH.")
]
StdinOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read it from standard input, one line.")
]


@app.command()
def add(
    name: NameArgument,
    role: Annotated[
        Literal["reader", "editor"], typer.Option(help="Who asks, or who changes documents too.")
    ] = "reader",
    file: FileOption = None,
    password_stdin: StdinOption = False,
) -> None:
    """Let somebody sign in. The password is asked for, never taken from the command line.

    \b
    Examples:
      duocite users add anna --role editor
      duocite users add ben --password-stdin < password.txt
    """
    from assistant import accounts

    accounts.add_user(name, role, file, None if password_stdin else _ask)


@app.command()
def passwd(
    name: NameArgument, file: FileOption = None, password_stdin: StdinOption = False
) -> None:
    """Give somebody a new password, which ends their sessions.

    \b
    Example:
      duocite users passwd anna
    """
    from assistant import accounts

    accounts.change_password(name, file, None if password_stdin else _ask)


@app.command()
def remove(name: NameArgument, file: FileOption = None) -> None:
    """Let somebody sign in no longer, which ends their sessions.

    \b
    Example:
      duocite users remove ben
    """
    from assistant import accounts

    accounts.remove_user(name, file)


@app.command(name="list")
def list_users(file: FileOption = None, json: JsonOption = False) -> None:
    """List names and roles.

    \b
    Example:
      duocite users list --json
    """
    from assistant import accounts

    accounts.list_users(file, as_json=json)


def _ask(first: str, again: str) -> str:
    return str(typer.prompt(first, hide_input=True, confirmation_prompt=again))
