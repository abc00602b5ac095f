"""What `duocite backup`, `restore` and `doctor` do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assistant import cli_output as output
from assistant.commands import begin
from assistant.prompts import Messages

if TYPE_CHECKING:
    from store.faults import Fault

_MEGABYTE = 1 << 20


def backup(file: Path) -> None:
    from store.backup import write_backup

    settings, messages = begin()
    parts = write_backup(settings.data, file)
    megabytes = f"{file.stat().st_size / _MEGABYTE:.1f}"
    output.say(messages.text("cli.backed_up", file=file, files=len(parts), megabytes=megabytes))


def restore(file: Path, *, force: bool) -> None:
    from store.backup import restore_backup

    settings, messages = begin()
    restore_backup(file, settings.data, force=force)
    output.say(messages.text("cli.restored", folder=settings.data, file=file))


def examine(*, repair: bool) -> bool:
    """Whether the store is whole, now that it may have been repaired."""
    from store.cache import cache_embedding
    from store.doctor import examine as examine_store
    from store.embedding import build_embedding

    settings, messages = begin()
    plain = build_embedding(settings.embedding)
    if not settings.data.exists():  # looking must not make a folder
        output.say(messages.text("doctor.well", path=settings.data))
        return True
    with cache_embedding(plain, settings.data, settings.cache_mb) as embedding:
        found = examine_store(settings.data, embedding, repair=repair)
    for fault in found.mended:
        output.say(messages.text("doctor.mended", fault=say_fault(fault, messages)))
    for fault in found.left:
        output.say(say_fault(fault, messages))
    if not found.left:
        output.say(messages.text("doctor.well", path=settings.data))
    return not found.left


def say_fault(fault: Fault, messages: Messages) -> str:
    """What is wrong and what to do about it, in one line."""
    key = f"doctor.{fault.code}"
    values = {"collection": fault.collection, "subject": fault.subject}
    return messages.text(key, **{name: values[name] for name in messages.variables(key)})
