"""What `duocite docs` does: documents listed, shown, taken out, written into a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant import cli_output as output
from assistant.access import Access
from assistant.commands import begin
from assistant.errors import StoreError
from assistant.prompts import Messages
from assistant.wire import ChunkRow, DocumentRow, Owns

_TEXT_SUFFIXES = (".txt", ".md", ".markdown")


def list_documents(collection: str, *, as_json: bool, wait: bool = True) -> None:
    settings, messages = begin()
    access = Access(settings, messages, wait=wait)
    rows = access.run(lambda owner: owner.documents(collection))
    if as_json:
        listed = [row.to_json() for row in rows]
        output.say_json({"collection": collection, "documents": listed})
        return
    for row in rows:
        output.say(_describe(row, messages))
    if not rows:
        output.say(messages.text("cli.no_documents", collection=collection))


def show_document(
    document: str, collection: str, *, chunks: bool, as_json: bool, wait: bool = True
) -> None:
    settings, messages = begin()
    access = Access(settings, messages, wait=wait)
    if chunks:
        rows = access.run(lambda owner: owner.chunks(document, collection))
        _show_chunks(document, rows, messages, as_json=as_json)
        return
    text = access.run(lambda owner: owner.text(document, collection))
    if as_json:
        output.say_json({"id": document, "text": text})
    else:
        output.say(text)


def remove_documents(documents: Sequence[str], collection: str, *, wait: bool = True) -> None:
    """All of them or, where one isn't there, none. "reports/" stands for all below it."""
    settings, messages = begin()
    access = Access(settings, messages, wait=wait)
    many = access.run(lambda owner: owner.remove(documents, collection))
    output.say(messages.text("cli.taken_out", collection=collection, documents=many))


def export_documents(folder: Path, collection: str, *, wait: bool = True) -> None:
    """Each text as a file under the document's id; raises StoreError "not_empty"."""
    settings, messages = begin()

    def read(owner: Owns) -> dict[str, str]:
        return {row.id: owner.text(row.id, collection) for row in owner.documents(collection)}

    texts = Access(settings, messages, wait=wait).run(read)
    try:
        _write_texts(folder, texts)
    except OSError as error:
        raise StoreError("unwritable", path=str(folder), reason=error.strerror) from error
    output.say(messages.text("cli.exported", folder=folder, documents=len(texts)))


def _describe(row: DocumentRow, messages: Messages) -> str:
    unknown = messages.text("cli.unknown")
    values = {name: value or unknown for name, value in row.to_json().items()}
    return messages.text("cli.document", **{**values, "chunks": row.chunks})


def _write_texts(folder: Path, texts: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise StoreError("not_empty", path=str(folder))
    for document, text in texts.items():
        # Whatever an id may hold, no text leaves the folder.
        inside = [part for part in Path(document).parts if part not in ("/", "..")]
        path = folder.joinpath(*inside)
        if path.suffix.lower() not in _TEXT_SUFFIXES:
            path = path.with_name(f"{path.name}.txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)


def _show_chunks(
    document: str, rows: Sequence[ChunkRow], messages: Messages, *, as_json: bool
) -> None:
    if as_json:
        output.say_json({"id": document, "chunks": [row.to_json() for row in rows]})
        return
    for number, row in enumerate(rows, 1):
        output.say(_chunk_text(number, len(rows), row, messages))


def _chunk_text(number: int, total: int, row: ChunkRow, messages: Messages) -> str:
    from assistant.render import say_place

    head = messages.text(
        "cli.chunk",
        number=number,
        total=total,
        place=say_place(row.location, messages),
        section=row.section or messages.text("cli.unknown"),
    )
    return f"{head}\n{row.text}\n"
