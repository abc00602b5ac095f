"""What `duocite docs` does: documents listed, shown, taken out, written into a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import cli_output as output
from assistant.commands import begin
from assistant.errors import StoreError
from assistant.prompts import Messages
from assistant.render import say_place
from assistant.settings import Settings
from store.places import Place, find_place

if TYPE_CHECKING:
    from llama_index.core.schema import TextNode

    from store.collection import Collection
    from store.ledger import DocumentRecord

_TEXT_SUFFIXES = (".txt", ".md", ".markdown")
_LISTED = ("id", "title", "organisation", "year", "language", "chunks")


def list_documents(collection: str, *, as_json: bool) -> None:
    settings, messages = begin()
    with open_collection(settings, collection) as opened:
        records = opened.documents()
    if as_json:
        rows = [{name: getattr(record, name) for name in _LISTED} for record in records]
        output.say_json({"collection": collection, "documents": rows})
        return
    for record in records:
        output.say(_describe(record, messages))
    if not records:
        output.say(messages.text("cli.no_documents", collection=collection))


def show_document(document: str, collection: str, *, chunks: bool, as_json: bool) -> None:
    settings, messages = begin()
    with open_collection(settings, collection) as opened:
        text, nodes = opened.text(document), opened.chunks(document)
    if as_json:
        held: dict[str, Any] = {"text": text}
        if chunks:
            held = {"chunks": [_chunk_json(node) for node in nodes]}
        output.say_json({"id": document, **held})
    elif chunks:
        for number, node in enumerate(nodes, 1):
            output.say(_chunk_text(number, len(nodes), node, messages))
    else:
        output.say(text)


def remove_documents(documents: Sequence[str], collection: str) -> None:
    """All of them or, where one isn't there, none. "reports/" stands for all below it."""
    settings, messages = begin()
    with open_collection(settings, collection) as opened:
        chosen = [known for one in documents for known in _choose(opened, one)]
        for document in dict.fromkeys(chosen):
            opened.remove(document)
        for root in opened.roots():
            if f"{root.name}/" in documents:
                opened.remove_root(root.name)
    many = len(set(chosen))
    output.say(messages.text("cli.taken_out", collection=collection, documents=many))


def export_documents(folder: Path, collection: str) -> None:
    """Each text as a file under the document's id; raises StoreError "not_empty"."""
    settings, messages = begin()
    with open_collection(settings, collection) as opened:
        texts = {record.id: opened.text(record.id) for record in opened.documents()}
    try:
        _write_texts(folder, texts)
    except OSError as error:
        raise StoreError("unwritable", path=str(folder), reason=error.strerror) from error
    output.say(messages.text("cli.exported", folder=folder, documents=len(texts)))


@contextmanager
def open_collection(settings: Settings, name: str) -> Iterator[Collection]:
    """The collection, while this process holds the store: the only way there from here."""
    from store.chroma import open_store
    from store.embedding import build_embedding

    if not settings.data.exists():  # looking must not make a folder
        raise StoreError("no_collection", collection=name)
    with open_store(settings.data, build_embedding(settings.embedding)) as store:
        yield store.collection(name)


def _describe(record: DocumentRecord, messages: Messages) -> str:
    unknown = messages.text("cli.unknown")
    values = {name: getattr(record, name) or unknown for name in _LISTED}
    return messages.text("cli.document", **{**values, "chunks": record.chunks})


def _choose(collection: Collection, given: str) -> list[str]:
    whole = given.endswith("/")
    found = [
        one.id
        for one in collection.documents()
        if one.id == given or (whole and one.id.startswith(given))
    ]
    if not found:
        raise StoreError("no_document", document=given, collection=collection.name)
    return found


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


def _chunk_text(number: int, total: int, node: TextNode, messages: Messages) -> str:
    section = node.metadata.get("section") or messages.text("cli.unknown")
    head = messages.text(
        "cli.chunk",
        number=number,
        total=total,
        place=say_place(_place_of(node), messages),
        section=section,
    )
    return f"{head}\n{node.text}\n"


def _place_of(node: TextNode) -> Place:
    """Page, slide, cells or heading, where the file has any, else lines."""
    known = node.metadata
    place = find_place(known, known["start"], known["end"])
    return place or Place("lines", known["line_from"], known["line_to"])


def _chunk_json(node: TextNode) -> dict[str, Any]:
    known = node.metadata
    return {
        "id": node.node_id,
        "section": known.get("section"),
        "language": known["language"],
        "location": _place_of(node).to_json(),
        "span": [known["start"], known["end"]],
        "text": node.text,
    }
