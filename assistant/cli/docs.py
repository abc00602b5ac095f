"""`duocite docs`: what the store holds, shown and taken out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import CollectionOption, JsonOption, WaitOption

HELP = """
List, show, remove and export the documents of a collection.

\b
Examples:
  duocite docs list --collection energy
  duocite docs show reports/2024/plan.md --chunks
  duocite docs remove reports/2024/plan.md
"""

app = typer.Typer(no_args_is_help=True, help=HELP)

DocumentArgument = Annotated[str, typer.Argument(metavar="ID", help="As docs list shows it.")]


@app.command(name="list")
def list_documents(
    collection: CollectionOption = "default", json: JsonOption = False, wait: WaitOption = True
) -> None:
    """List the documents: id, title, organisation, year, language, chunks.

    \b
    Example:
      duocite docs list --json
    """
    from assistant import library

    library.list_documents(collection, as_json=json, wait=wait)


@app.command()
def show(
    document: DocumentArgument,
    collection: CollectionOption = "default",
    chunks: Annotated[
        bool, typer.Option("--chunks", help="What is searched, and where it stands.")
    ] = False,
    json: JsonOption = False,
    wait: WaitOption = True,
) -> None:
    """Print a document's stored text, or its chunks with their places.

    \b
    Examples:
      duocite docs show reports/plan.md
      duocite docs show reports/plan.md --chunks --json
    """
    from assistant import library

    library.show_document(document, collection, chunks=chunks, as_json=json, wait=wait)


@app.command()
def remove(
    documents: Annotated[
        list[str], typer.Argument(metavar="ID...", help="Documents, or folders as in reports/.")
    ],
    collection: CollectionOption = "default",
    wait: WaitOption = True,
) -> None:
    """Take documents out; no answer draws on them any more. Their files stay where they are,
    and come back when they are ingested again.

    \b
    Examples:
      duocite docs remove reports/plan.md paper.md
      duocite docs remove reports/
    """
    from assistant import library

    library.remove_documents(documents, collection, wait=wait)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or an empty folder.")],
    collection: CollectionOption = "default",
    wait: WaitOption = True,
) -> None:
    """Write the stored texts into a folder, each as a text file under its id.

    \b
    Example:
      duocite docs export texts/ --collection energy
    """
    from assistant import library

    library.export_documents(folder, collection, wait=wait)
