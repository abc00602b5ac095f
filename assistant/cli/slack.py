"""`duocite slack`, Duocite in a Slack workspace, and `duocite notify`, news to its channels."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WaitOption

HELP = """
See what Slack would show, and make the app that Slack needs.

\b
Examples:
  duocite slack manifest --url https://reports.example.org
  duocite slack simulate "How much has Corning invested?" --command
"""

app = typer.Typer(no_args_is_help=True, help=HELP)

LocalOption = Annotated[
    bool, typer.Option("--local", help="The webhook is a stand-in on this machine, for tests.")
]


@app.command()
def simulate(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="In English or Chinese.")],
    channel: Annotated[
        str, typer.Option(metavar="ID", help="With the settings that this channel has.")
    ] = "",
    collection: Annotated[
        str | None,
        typer.Option("--collection", "-c", metavar="NAME", help="Else the channel's."),
    ] = None,
    command: Annotated[
        bool, typer.Option("--command", help="As the slash command answers: to the asker alone.")
    ] = False,
    json: JsonOption = False,
    wait: WaitOption = True,
) -> None:
    """Answer a question and show it as Slack would, without Slack. With --json, the messages as
    Slack would get them.

    \b
    Examples:
      duocite slack simulate "How much has Corning invested?"
      duocite slack simulate "康宁投资了多少？" --channel C0123456789 --command
    """
    from assistant.slack import commands

    commands.simulate(question, channel, collection, command=command, as_json=json, wait=wait)


@app.command()
def manifest(
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where Slack reaches this Duocite, by https.")
    ] = None,
    socket: Annotated[
        bool, typer.Option("--socket", help="For Socket Mode, which needs no address.")
    ] = False,
) -> None:
    """Print the manifest to paste at api.slack.com/apps, “Create New App”, “From a manifest”.

    \b
    Examples:
      duocite slack manifest --url https://reports.example.org
      duocite slack manifest --socket
    """
    from assistant.slack.manifest import fill_manifest, fill_socket_manifest

    if socket == bool(url):
        raise typer.BadParameter("Give either --url URL or --socket")
    try:
        typer.echo(fill_manifest(url) if url else fill_socket_manifest(), nl=False)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def notify(
    report: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="report.json of duocite eval --out.")
    ] = None,
    ingest: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="What duocite ingest --out wrote.")
    ] = None,
    local: LocalOption = False,
) -> None:
    """Post to a channel of Slack, by the incoming webhook in DUOCITE_SLACK_WEBHOOK: reports, or
    else the text on standard input.

    \b
    Examples:
      duocite notify --report results/report.json
      duocite ingest reports/ | duocite notify
    """
    from assistant.slack import commands

    text = None if report or ingest else sys.stdin.read()
    if text is not None and not text.strip():
        raise typer.BadParameter("Give --report FILE, --ingest FILE, or a text on standard input")
    commands.notify(report or [], ingest or [], text, local=local)
