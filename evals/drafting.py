"""`duocite eval draft` and `duocite eval review`: cases proposed from documents, and accepted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from rich.console import Console

from assistant.calling import Caller, build_caller
from assistant.cli_output import printable
from assistant.errors import SuiteError
from assistant.models import build_llm
from assistant.prompts import explain, load_messages
from assistant.settings import Settings, load_settings
from evals.acceptance import DraftFile
from evals.cases import read_rows
from evals.drafts import write_drafts
from evals.proposals import COUNT, propose_cases
from evals.proposing import write_cases
from evals.reviewing import Review, ask_person
from evals.sources import Folder, Texts, find_text, read_folder

OUT = Path("drafts.jsonl")
DONE, FAILED = 0, 1
Json = dict[str, Any]


def draft(
    docs: Path,
    catalog: Path | None = None,
    out: Path = OUT,
    count: int = COUNT,
    seed: int = 0,
    *,
    live: bool = False,
) -> int:
    """Propose cases into a file, beside those that are in it; 1 where a document couldn't be read.

    Nothing is sent to a model unless it is `live`. Raises SuiteError, CatalogError, ModelError.
    """
    settings = load_settings() if live else load_settings().offline()
    messages, console = load_messages(settings.interface_language), Console()
    folder = read_folder(docs, catalog)
    for _, error in folder.failed:
        line = printable(explain(error, settings.interface_language))
        console.print(line, style="red", markup=False)
    say = _sayer(console)
    if live:
        with open_caller(settings) as caller:
            written = write_cases(folder, caller.complete, caller.model, count, seed)
        rows = written.rows
        faults = [f"{name} {many}" for name, many in sorted(written.dropped.items())]
        if faults:
            say(messages.text("cli.draft_dropped", asked=written.asked, faults=", ".join(faults)))
    else:
        rows, found = propose_cases(folder, count, seed)
        say(messages.text("cli.draft_found", found=found, documents=len(folder.sources)))
    out.parent.mkdir(parents=True, exist_ok=True)
    done = write_drafts(out, (_place(row, docs, out) for row in rows))
    say(messages.text("cli.draft_written", path=out, drafts=done.written, kept=done.kept))
    return FAILED if folder.failed else DONE


def review(file: Path, docs: Path | None = None, into: Path | None = None) -> int:
    """Show the open drafts of a file one by one and do as the person says; 1 while some are open.

    The documents are those in `docs`, else where the drafts say that they were drafted from.
    """
    messages = load_messages(load_settings().interface_language)
    if not file.is_file():
        raise SuiteError("missing", path=file, reason=os.strerror(2))
    console = Console()
    texts = _open_texts(file, docs)
    tally = Review(DraftFile(file, into), texts, console, messages, ask_person(console)).run()
    _sayer(console)(
        messages.text(
            "cli.draft_reviewed",
            accepted=tally.accepted,
            dropped=tally.dropped,
            skipped=tally.skipped,
            left=tally.left,
        )
    )
    return FAILED if tally.left else DONE


@contextmanager
def open_caller(settings: Settings) -> Iterator[Caller]:
    """The model that is set; SuiteError "no_model" without one."""
    llm = build_llm(settings)
    if llm is None:
        raise SuiteError("no_model")
    with closing(build_caller(settings, llm)) as caller:
        yield caller


def _sayer(console: Console) -> Callable[[str], None]:
    def say(line: str) -> None:
        console.print(printable(line), markup=False, highlight=False, soft_wrap=True)

    return say


def _place(row: Json, docs: Path, out: Path) -> Json:
    """With where the documents lie, seen from the file, so that both may move together."""
    place = os.path.relpath(docs.resolve(), out.resolve().parent)
    return {**row, "draft": {**row["draft"], "documents": Path(place).as_posix()}}


def _open_texts(file: Path, docs: Path | None) -> Texts:
    """Reads each folder once, and not before a text of it is wanted."""
    folders = [docs] if docs else _list_folders(file)

    @cache
    def read() -> Sequence[Folder]:
        return [read_folder(folder) for folder in folders if folder.exists()]

    def text(source: str) -> str | None:
        texts = {one.id: one.text for folder in read() for one in folder.sources}
        return find_text(texts, source)

    return text


def _list_folders(file: Path) -> list[Path]:
    named = [row.get("draft", {}).get("documents") for _, row in read_rows(file)]
    return [file.resolve().parent / name for name in dict.fromkeys(named) if name]
