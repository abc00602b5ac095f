"""`duocite eval draft`, `review` and `external`: cases made, accepted, taken from others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from assistant.cli.options import CatalogOption

DocsArgument = Annotated[Path, typer.Argument(metavar="DOCS", help="The documents: a folder.")]


def draft(
    docs: DocsArgument,
    catalog: CatalogOption = None,
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="Where the proposed cases are added.")
    ] = Path("drafts.jsonl"),
    count: Annotated[int, typer.Option(min=1, help="Questions that are wanted.")] = 20,
    seed: Annotated[int, typer.Option(help="Another one chooses other figures.")] = 0,
    live: Annotated[
        bool, typer.Option("--live", help="The model of DUOCITE_LLM writes the questions.")
    ] = False,
) -> None:
    """Propose cases from your own documents: questions about figures that they state plainly, in
    both languages, each with a near miss that they don't answer. Nothing counts before you accept
    it (duocite eval review). Without --live nothing is sent to any model.

    \b
    Examples:
      duocite eval draft reports/ --catalog reports/catalog.yaml
      duocite eval draft reports/ --count 50 --seed 2 --out more.jsonl
    """
    from assistant import commands
    from evals import drafting

    commands.begin()
    raise typer.Exit(drafting.draft(docs, catalog, out, count, seed, live=live))


def review(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Proposed cases.")],
    docs: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Their documents; else those they were drafted from."),
    ] = None,
    into: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Accepted cases go there; else they stay.")
    ] = None,
) -> None:
    """Look at proposed cases one by one: accept, edit, skip or drop. Each decision is kept at once;
    started again, it goes on where you stopped.

    \b
    Examples:
      duocite eval review drafts.jsonl
      duocite eval review drafts.jsonl --into suite.jsonl
    """
    from assistant import commands
    from evals import drafting

    commands.begin()
    raise typer.Exit(drafting.review(file, docs, into))


def external(
    name: Annotated[Literal["xquad"], typer.Argument(metavar="NAME", help="The set: xquad.")],
    data: Annotated[Path, typer.Option(metavar="DIR", help="The folder that you have it in.")],
    pool_docs: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Documents to search among as well.")
    ] = None,
    pool_catalog: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Their catalog; else none is read.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only so many questions of each language.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the store, so that another run embeds nothing.")
    ] = False,
) -> None:
    """Run a public set that you have in a folder; none is shipped. Its own measures are printed
    beside published figures.

    \b
    Example:
      duocite eval external xquad --data xquad/ --pool-docs reports/
    """
    from assistant import commands
    from evals.external import run

    commands.begin()
    raise typer.Exit(run(name, data, pool_docs, pool_catalog, limit=limit, keep=keep))
