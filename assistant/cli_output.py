"""What the command line shows: answers and lists on stdout, progress and errors on stderr."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from assistant.errors import DuociteError
from assistant.prompts import Messages, explain
from assistant.scope import Language
from assistant.text.citations import add_markers
from assistant.wire import Said, Told

if TYPE_CHECKING:
    from assistant.batch import BatchReport
    from store.formats.extract import Note
    from store.report import IngestProgress, IngestReport
    from store.report import Progress as OnProgress


SHOWN_NAMES = 5


def say(text: str) -> None:
    print(printable(text), flush=True)


def warn(text: str) -> None:
    print(printable(text), file=sys.stderr)


def say_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def printable(text: str) -> str:
    """Without control characters: text of a document must not steer the terminal."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})


def say_error(error: DuociteError, language: Language) -> str:
    """The line for a person; a path within the folder they are in is said from there."""
    path = error.details.get("path")
    if isinstance(path, str | Path):
        shown = {**error.details, "path": _shorten(Path(path))}
        return explain(type(error)(error.code, **shown), language)
    return explain(error, language)


def _shorten(path: Path) -> str:
    here = Path.cwd()
    inside = path.is_absolute() and path != here and path.is_relative_to(here)
    return str(path.relative_to(here) if inside else path)


def show_stream(parts: Iterable[Said | Told]) -> Told:
    """Show checked sentences as they come, then the whole answer with its sources."""
    console = Console()
    claims: list[Said] = []
    answer: Told | None = None
    # What grows is wiped when the answer is whole: its text may be ordered in another way.
    with Live(console=console, transient=True, auto_refresh=False) as live:
        for part in parts:
            if isinstance(part, Told):
                answer = part
            elif console.is_terminal:
                claims.append(part)
                live.update(_growing(claims), refresh=True)
    if answer is None:
        raise RuntimeError("a stream ended without its answer")
    say(answer.rendered)
    return answer


@contextmanager
def ingest_bar(messages: Messages) -> Iterator[OnProgress]:
    """A bar over all work, with documents, the chunks of the one at hand, and the time left."""
    with _bar(TextColumn("{task.description}", markup=False), TaskProgressColumn()) as bar:
        task = bar.add_task("", total=1.0)

        def update(progress: IngestProgress) -> None:
            text = _say_progress(progress, messages)
            bar.update(task, completed=progress.share, description=printable(text))

        yield update


def show_ingest(report: IngestReport, collection: str, messages: Messages) -> None:
    """What came of it; what could not be read comes first, on stderr."""
    for _, error in report.failed:
        warn(say_error(error, messages.language))
    for spared in report.spared:
        many = len(spared.documents)
        warn(messages.text("cli.spared", folder=spared.folder, documents=many))
    for document, note in report.notes:
        warn(say_note(document, note, messages))
    if report.skipped:
        say(messages.text("cli.skipped", names=some_of(path.name for path in report.skipped)))
    if report.removed:
        say(messages.text("cli.removed", names=some_of(report.removed)))
    if report.other:
        say(messages.text("cli.other_languages", names=some_of(report.other)))
    say(messages.text("cli.ingested", collection=collection, **count_ingest(report)))


def count_ingest(report: IngestReport) -> dict[str, object]:
    """The numbers that the line "cli.ingested" names."""
    return {
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "removed": len(report.removed),
        "failed": len(report.failed),
        "chunks": report.chunks,
        "tokens": f"{report.tokens:,}",
        "seconds": f"{report.seconds:.1f}",
    }


def some_of(names: Iterable[str]) -> str:
    """The first few of them."""
    known = list(names)
    return ", ".join(known[:SHOWN_NAMES]) + (" …" if len(known) > SHOWN_NAMES else "")


def say_note(document: str, note: Note, messages: Messages) -> str:
    """What a user should know of a document that was read."""
    key = f"notes.{note.code}"
    known = {"document": document, "detail": note.detail}
    return messages.text(key, **{name: known[name] for name in messages.variables(key)})


def show_batch(reports: Iterable[BatchReport], total: int, messages: Messages) -> None:
    """A bar while it runs; gone when it is done."""
    with _bar(TextColumn("{task.description}", markup=False), MofNCompleteColumn()) as bar:
        task = bar.add_task(messages.text("cli.questions"), total=total)
        for report in reports:
            bar.update(task, completed=sum(report))


def _bar(*columns: TextColumn | TaskProgressColumn | MofNCompleteColumn) -> Progress:
    console = Console(stderr=True)
    return Progress(
        *columns,
        BarColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _growing(claims: list[Said]) -> Text:
    text = "\n".join(add_markers(claim.text, claim.citations) for claim in claims)
    return Text(printable(text))


def _say_progress(progress: IngestProgress, messages: Messages) -> str:
    return messages.text(
        "cli.ingesting",
        done=progress.documents_done,
        total=progress.documents_total,
        document=progress.document,
        chunks_done=progress.chunks_done,
        chunks_total=progress.chunks_total,
    )
