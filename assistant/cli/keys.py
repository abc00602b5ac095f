"""`duocite keys`: which programs may use the HTTP API, and for what."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from assistant.cli.options import JsonOption

HELP = """
Make, list and revoke keys for programs that use the HTTP API. A running server notices. As soon as
there is a key, the API takes requests with one only, on this machine as well.

\b
Examples:
  duocite keys make dashboard
  duocite keys make nightly-upload --scope write --expires 90d
  duocite keys revoke dashboard
"""


class Leave(StrEnum):
    """The scopes: Typer takes a list of an enumeration, not of literals."""

    ASK = "ask"
    WRITE = "write"


app = typer.Typer(no_args_is_help=True, help=HELP)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="What the key is for.")]


@app.command()
def make(
    name: NameArgument,
    scope: Annotated[
        list[Leave] | None,
        typer.Option(help="ask (also read and rate; the default) or write; may be given twice."),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="12h, 90d, 8w, or a day as in 2030-01-31; else never."),
    ] = None,
) -> None:
    """Make a key and print it, this once: only a hash of it is kept.

    \b
    Examples:
      duocite keys make dashboard
      duocite keys make importer --scope ask --scope write --expires 90d
    """
    from assistant import granting

    granting.make_key(name, [one.value for one in scope or [Leave.ASK]], expires)


@app.command(name="list")
def list_keys(json: JsonOption = False) -> None:
    """List keys: what each may do, when it was made and last used, and whether it works.

    \b
    Example:
      duocite keys list --json
    """
    from assistant import granting

    granting.list_keys(as_json=json)


@app.command()
def revoke(name: NameArgument) -> None:
    """End a key for good, at once.

    \b
    Example:
      duocite keys revoke dashboard
    """
    from assistant import granting

    granting.revoke_key(name)


@app.command()
def forget(name: NameArgument) -> None:
    """Take a revoked or expired key out of the list. After the last one, the API is open to this
    machine again.

    \b
    Example:
      duocite keys forget dashboard
    """
    from assistant import granting

    granting.forget_key(name)
