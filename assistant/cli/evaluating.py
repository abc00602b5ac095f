"""`duocite eval`: answers to questions that are known, measured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import typer
from typer.core import TyperGroup

from assistant.cli import drafting
from assistant.cli.accepting import accept
from assistant.cli.options import CatalogOption, NotifyOption

_DEFAULT = "run"


class _DefaultGroup(TyperGroup):
    """A group whose own arguments are those of one of its commands: `duocite eval sample` is
    `duocite eval run sample`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in {*self.commands, *ctx.help_option_names}:
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_DefaultGroup,
    help="""Ask questions with known answers, and fail where too few are right.

\b
Examples:
  duocite eval                                 the shipped suites, without any model
  duocite eval run --help                      all that can be said of a run
  duocite eval draft reports/                  propose cases from your own documents
""",
)

for made in (drafting.draft, drafting.review, drafting.external):
    app.command()(made)


app.command()(accept)


_Suites = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SUITE",
        help="Names of shipped suites, suite.toml files, or files of questions; else all that "
        "are shipped.",
    ),
]
_Docs = Annotated[
    Path | None, typer.Option(metavar="DIR", help="The documents that a file asks about.")
]
_Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where the results go: JSON, JUnit, Markdown, HTML."),
]
_Language = Annotated[
    Literal["en", "zh"] | None, typer.Option(help="Only questions in this language.")
]
_Limit = Annotated[
    int | None,
    typer.Option(min=1, help="Ask so many of a suite, spread over it; floors don't hold."),
]
_Repeat = Annotated[int, typer.Option(min=1, help="Ask each question so often.")]
_Live = Annotated[
    bool, typer.Option("--live", help="With the models of DUOCITE_LLM and DUOCITE_EMBEDDING.")
]
_Judge = Annotated[
    bool,
    typer.Option("--judge", help="The model of DUOCITE_LLM judges answers, too (with --live)."),
]
_Record = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Keep the model's replies (with --live).")
]
_Replay = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Kept replies in the model's place (with --live)."),
]
_Against = Annotated[
    Path | None,
    typer.Option(
        metavar="REPORT", help="Another run's results: fail where fewer questions pass than there."
    ),
]


@app.command(name=_DEFAULT)
def evaluate(
    suites: _Suites = None,
    docs: _Docs = None,
    catalog: CatalogOption = None,
    out: _Out = None,
    language: _Language = None,
    limit: _Limit = None,
    repeat: _Repeat = 1,
    live: _Live = False,
    judge: _Judge = False,
    record: _Record = None,
    replay: _Replay = None,
    against: _Against = None,
    notify: NotifyOption = False,
) -> None:
    """Ask questions with known answers, and fail where too few are right. Without --live, nothing
    is sent to any model. A run that was broken off goes on where it was.

    \b
    Examples:
      duocite eval
      duocite eval sample --out results
      duocite eval gold.jsonl --docs reports/ --catalog reports/catalog.yaml
      duocite eval --live --judge --repeat 3
      duocite eval --live --replay replies.jsonl
    """
    if record and replay:
        raise typer.BadParameter("either --record or --replay")
    if not suites and (docs or catalog):
        raise typer.BadParameter("--docs and --catalog go with a FILE of known answers")
    from assistant import commands
    from assistant.answer import Language
    from evals import command

    settings, _ = commands.begin()
    tell = commands.open_posting(settings).tell_report if notify else None
    languages = (language,) if language else get_args(Language)
    order = command.Order(
        tuple(suites or ()),
        docs,
        catalog,
        out,
        languages,
        live,
        judge,
        limit,
        repeat,
        record,
        replay,
        against,
    )
    raise typer.Exit(command.run(order, tell))
