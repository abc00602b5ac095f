"""What `duocite backup`, `restore` and `doctor` do."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import cli_output as output
from assistant.access import Access
from assistant.commands import begin
from assistant.errors import StoreError
from assistant.prompts import Messages
from assistant.settings import Settings

if TYPE_CHECKING:
    from store.doctor import Examination
    from store.faults import Fault

_MEGABYTE = 1 << 20


def backup(file: Path, *, wait: bool = True) -> None:
    from store.backup import write_backup

    settings, messages = begin()
    refuse_shared(settings)
    access = Access(settings, messages, wait=wait)
    parts = access.when_free(lambda: write_backup(settings.data, file))
    megabytes = f"{file.stat().st_size / _MEGABYTE:.1f}"
    output.say(messages.text("cli.backed_up", file=file, files=len(parts), megabytes=megabytes))


def restore(file: Path, *, force: bool, wait: bool = True) -> None:
    from store.backup import restore_backup

    settings, messages = begin()
    refuse_shared(settings)
    access = Access(settings, messages, wait=wait)
    access.when_free(lambda: restore_backup(file, settings.data, force=force))
    output.say(messages.text("cli.restored", folder=settings.data, file=file))


def refuse_shared(settings: Settings) -> None:
    """Raises StoreError "on_server": a copy of the folder would hold no documents."""
    if server := settings.chroma_server:
        raise StoreError("on_server", url=server.shown)


def examine(*, repair: bool, wait: bool = True) -> bool:
    """Whether the store is whole, now that it may have been repaired."""
    settings, messages = begin()
    server = settings.chroma_server
    path = server.shown if server else settings.data
    if not (server or settings.data.exists()):  # looking must not make a folder
        output.say(messages.text("doctor.well", path=path))
        return True
    access = Access(settings, messages, wait=wait)
    found = access.when_free(lambda: _examine(settings, repair=repair))
    for fault in found.mended:
        output.say(messages.text("doctor.mended", fault=say_fault(fault, messages)))
    for fault in found.left:
        output.say(say_fault(fault, messages))
    if not found.left:
        output.say(messages.text("doctor.well", path=path))
    return not found.left


def _examine(settings: Settings, *, repair: bool) -> Examination:
    from assistant.embeddings import build_embedding
    from store.cache import cache_embedding
    from store.doctor import examine as examine_store

    with (
        closing(build_embedding(settings)) as plain,
        cache_embedding(plain, settings.data, settings.cache_mb) as embedding,
    ):
        return examine_store(settings.data, embedding, repair=repair, server=settings.chroma_server)


def say_fault(fault: Fault, messages: Messages) -> str:
    """What is wrong and what to do about it, in one line."""
    key = f"doctor.{fault.code}"
    values = {"collection": fault.collection, "subject": fault.subject}
    return messages.text(key, **{name: values[name] for name in messages.variables(key)})
