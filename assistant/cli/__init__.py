"""The command line. Heavy parts are imported where a command needs them: help comes at once."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from assistant import __version__
from assistant.cli import care, docs, evaluating, review, users
from assistant.cli.options import CatalogOption, CollectionOption, JsonOption, WaitOption
from assistant.errors import DuociteError
from assistant.logs import log_to, log_to_nowhere

HELP = """
Ask your reports in English or Chinese; every sentence and figure of an answer is checked.

\b
Examples:
  duocite ingest reports/                      read a folder of reports
  duocite ask "How much has Corning invested?" answer with numbered citations
  duocite ask "康宁投资了多少？" --json          the same as JSON
  duocite serve                                open the chat in a browser
"""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

app.add_typer(docs.app, name="docs")
app.add_typer(evaluating.app, name="eval")
app.add_typer(users.app, name="users")
for command in (care.backup, care.restore, care.doctor, care.status, review.feedback):
    app.command()(command)


def print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"duocite {__version__}")
        raise typer.Exit


@app.callback(help=HELP)
def start(
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show what happens behind, on stderr.")
    ] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", is_eager=True, callback=print_version),
    ] = False,
) -> None:
    if verbose:
        log_to(logging.StreamHandler())


@app.command()
def ingest(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH...", help="Files, folders, patterns.")
    ] = None,
    collection: CollectionOption = "default",
    catalog: CatalogOption = None,
    sample: Annotated[
        bool, typer.Option("--sample", help="The sample documents, into the collection “sample”.")
    ] = False,
    prune: Annotated[
        bool,
        typer.Option("--prune", help="Remove a folder's documents even if all its files are gone."),
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay, and follow every change until Ctrl-C.")
    ] = False,
    wait: WaitOption = True,
) -> None:
    """Read documents into a collection; what is unchanged costs nothing. Documents of a folder that
    is given here and whose files are gone are removed.

    \b
    Examples:
      duocite ingest reports/ more/paper.pdf "notes/**/*.md"
      duocite ingest reports/ --collection energy --catalog energy.yaml
      duocite ingest reports/ --watch
    """
    if sample == bool(paths) or (sample and watch):
        raise typer.BadParameter("Give either files and folders, or --sample")
    from assistant import commands

    if watch:
        commands.watch(paths or [], collection, catalog, prune=prune, wait=wait)
        return
    whole = (
        commands.ingest(paths, collection, catalog, prune=prune, wait=wait)
        if paths
        else commands.ingest_sample(wait=wait)
    )
    raise typer.Exit(0 if whole else 1)


@app.command()
def ask(
    question: Annotated[
        str | None, typer.Argument(metavar="QUESTION", help="In English or Chinese.")
    ] = None,
    collection: CollectionOption = "default",
    json: JsonOption = False,
    document: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only in this document.")
    ] = None,
    organisation: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only by this organisation.")
    ] = None,
    year: Annotated[
        list[int] | None, typer.Option(metavar="YEAR", help="Only of this year.")
    ] = None,
    language_filter: Annotated[
        list[str] | None, typer.Option(metavar="en|zh", help="Only in this language.")
    ] = None,
    answer_language: Annotated[
        Literal["en", "zh"] | None, typer.Option(help="Else the question's.")
    ] = None,
    batch: Annotated[
        Path | None, typer.Option(metavar="FILE", help='Lines {"id": "…", "question": "…"}.')
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the answers of --batch go.")
    ] = None,
    wait: WaitOption = True,
) -> None:
    """Answer a question, or a file of questions. Filters can be given several times.

    \b
    Examples:
      duocite ask "What did the healthcare note find?" --year 2023 --year 2024
      duocite ask --batch questions.jsonl --out answers.jsonl
    """
    from assistant import commands

    if (question is None) == (batch is None) or (batch is None) != (out is None):
        raise typer.BadParameter("Give either a question, or --batch FILE with --out FILE")
    filters = commands.build_filters(document, organisation, year, language_filter)
    if batch and out:
        whole = commands.ask_batch(batch, out, collection, filters, answer_language, wait=wait)
        raise typer.Exit(0 if whole else 1)
    commands.ask(question or "", collection, filters, answer_language, as_json=json, wait=wait)


@app.command()
def serve(
    collection: CollectionOption = "default",
    host: Annotated[str | None, typer.Option(help="Else as set by DUOCITE_HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Else as set by DUOCITE_PORT.")
    ] = None,
    wait: WaitOption = True,
) -> None:
    """Open the chat in a browser, on this machine only unless people sign in (DUOCITE_AUTH). While
    it runs, the other commands go through it.

    \b
    Example:
      duocite serve --collection sample --port 8000
    """
    from assistant import commands

    commands.serve(collection, host, port, wait=wait)


@app.command()
def collections(wait: WaitOption = True) -> None:
    """List the collections and what they hold."""
    from assistant import commands

    commands.list_collections(wait=wait)


def main(args: Sequence[str] | None = None) -> None:
    """The console command. The one place where an error becomes a line and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that can't show a sign shows its number.
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")
    log_to_nowhere()
    try:
        app(args, prog_name="duocite")
    except DuociteError as error:
        from assistant import commands

        commands.show_error(error)
        sys.exit(error.exit_code)
