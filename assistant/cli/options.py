"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CollectionOption = Annotated[
    str, typer.Option("--collection", "-c", metavar="NAME", help="The set of documents.")
]
CatalogOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Titles, organisations and years of the documents (YAML)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
WaitOption = Annotated[
    bool,
    typer.Option(
        "--wait/--no-wait",
        help="Wait where another Duocite has the store, or say who and end with code 3.",
    ),
]
NotifyOption = Annotated[
    bool, typer.Option("--notify", help="Post what came of it by DUOCITE_SLACK_WEBHOOK.")
]
