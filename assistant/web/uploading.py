"""Files that a visitor sent, on their way into a collection: how each stands, and what is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Literal

from assistant.answer import Language
from assistant.errors import DuociteError, IngestError
from assistant.prompts import Messages, explain, load_messages
from assistant.shelf import Shelved
from assistant.uploads import check_new, clean_name, name_as_sent
from store.formats.extract import Note
from store.report import IngestProgress, IngestReport

Stage = Literal[
    "asks", "waiting", "busy", "reading", "embedding", "done", "unchanged", "left", "refused"
]
"""`asks`: a document goes by this name, so its owner is asked; `busy`: others write just now;
`left`: it was not to be replaced."""

OPEN: frozenset[Stage] = frozenset({"waiting", "busy", "reading", "embedding"})

_ENDING: frozenset[Stage] = OPEN | {"done"}
_STORED: frozenset[Stage] = frozenset({"embedding", "done"})


@dataclass(frozen=True, slots=True)
class Item:
    """One file under the name that it gets; `path` is where it lies until it is brought in.

    `replaces` is the title of the document that goes by the name already.
    """

    name: str
    path: Path
    stage: Stage = "waiting"
    replaces: str = ""
    done: int = 0
    chunks: int = 0
    error: DuociteError | None = None
    notes: tuple[Note, ...] = ()


Items = tuple[Item, ...]


def sort_in(sent: Iterable[tuple[str, Path]], shelved: Sequence[Shelved]) -> Items:
    """Files as they came, each with the name that its browser gave it: which can be taken, which
    would replace a document, which is refused at once."""
    known = {Path(one.record.id).name: one.record.title for one in shelved if one.uploaded}
    items: list[Item] = []
    for given, path in sent:
        name = clean_name(given)
        item = Item(name, path, replaces=known.get(name, ""))
        items.append(_judge(item, {one.name for one in items if one.stage != "refused"}))
    return tuple(items)


def _judge(item: Item, taken: set[str]) -> Item:
    try:
        check_new(item.name, taken)
    except IngestError as error:
        return refuse(item, error)
    return replace(item, stage="asks") if item.replaces else item


def answer_asking(items: Items, *, replaces: bool) -> Items:
    """With those that asked whether to replace a document told so, or left out."""
    stage: Stage = "waiting" if replaces else "left"
    return tuple(replace(one, stage=stage) if one.stage == "asks" else one for one in items)


def find_waiting(items: Items) -> dict[str, Path]:
    return {one.name: one.path for one in items if one.stage == "waiting"}


def begin(items: Items) -> Items:
    """With the first of those that wait being read."""
    return _read_next(tuple(_with(one, "busy", "waiting") for one in items))


def hold(items: Items) -> Items:
    """While others write to the collection."""
    return tuple(_with(_with(one, "reading", "busy"), "waiting", "busy") for one in items)


def take_progress(items: Items, progress: IngestProgress) -> Items:
    """As an ingest says on its way: a document with chunks is being embedded, one that was refused
    is; the next one is read."""
    name = Path(progress.document).name
    return _read_next(tuple(_advance(one, progress) if one.name == name else one for one in items))


def take_report(items: Items, report: IngestReport, shelved: Sequence[Shelved]) -> Items:
    """As an ingest says in the end."""
    failed = {path.name: error for path, error in report.failed}
    stored = {Path(one.record.id).name: one.record.chunks for one in shelved if one.uploaded}
    return tuple(
        _end(one, failed.get(one.name), stored, report) if one.stage in _ENDING else one
        for one in items
    )


def fail_open(items: Items, error: DuociteError) -> Items:
    """With all that is not done refused for the same reason: the model or the store failed."""
    return tuple(refuse(one, error) if one.stage in OPEN else one for one in items)


def refuse(item: Item, error: DuociteError) -> Item:
    return replace(item, stage="refused", error=name_as_sent(error, item.name))


def show_items(items: Items, language: Language) -> str:
    """All files with how they stand; nothing where there are none."""
    if not items:
        return ""
    labels = load_messages(language)
    rows = "".join(
        f'<li class="{one.stage}"><b>{escape(one.name)}</b>{_show_bar(one)}'
        f"<span>{escape(say_stage(one, language))}</span>{_show_notes(one, labels)}</li>"
        for one in items
    )
    title = escape(labels.text("ui.upload.list"))
    return f'<div role="status"><ul class="sent" aria-label="{title}">{rows}</ul></div>'


def say_stage(item: Item, language: Language) -> str:
    labels = load_messages(language)
    if item.error is not None:
        return labels.text("ui.upload.refused", reason=explain(item.error, language))
    variables: Mapping[str, Mapping[str, object]] = {
        "asks": {"title": item.replaces},
        "embedding": {"done": item.done, "chunks": item.chunks},
        "done": {"chunks": item.chunks},
        "unchanged": {"chunks": item.chunks},
    }
    return labels.text(f"ui.upload.{item.stage}", **variables.get(item.stage, {}))


def _advance(item: Item, progress: IngestProgress) -> Item:
    if progress.refused is not None:
        return refuse(item, progress.refused)
    if item.stage not in OPEN:
        return item
    if progress.chunks_total:
        done, chunks = progress.chunks_done, progress.chunks_total
        return replace(item, stage="embedding", done=done, chunks=chunks)
    return _with(_with(item, "embedding", "done"), "waiting", "reading")


def _read_next(items: Items) -> Items:
    if any(one.stage == "reading" for one in items):
        return items
    first = next((one for one in items if one.stage == "waiting"), None)
    return tuple(replace(one, stage="reading") if one is first else one for one in items)


def _end(
    item: Item, error: IngestError | None, stored: Mapping[str, int], report: IngestReport
) -> Item:
    if error is not None:
        return refuse(item, error)
    stage: Stage = "done" if item.stage in _STORED else "unchanged"
    notes = tuple(note for document, note in report.notes if Path(document).name == item.name)
    chunks = stored.get(item.name, 0)
    return replace(item, stage=stage, chunks=chunks, notes=notes or item.notes)


def _with(item: Item, before: Stage, now: Stage) -> Item:
    return replace(item, stage=now) if item.stage == before else item


def _show_bar(item: Item) -> str:
    if item.stage != "embedding":
        return ""
    state = f'max="{item.chunks}" value="{item.done}"'
    return f'<progress {state} aria-label="{escape(item.name)}"></progress>'


def _show_notes(item: Item, labels: Messages) -> str:
    return "".join(
        f'<span class="remark">{escape(_say_note(item, note, labels))}</span>'
        for note in item.notes
    )


def _say_note(item: Item, note: Note, labels: Messages) -> str:
    known = {"document": item.name, "detail": note.detail}
    wanted = labels.variables(f"notes.{note.code}")
    return labels.text(f"notes.{note.code}", **{name: known[name] for name in wanted})
