"""Folders and files watched for changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

from watchfiles import Change, watch

# Milliseconds of quiet that end a burst of changes: a file being saved, a folder being copied.
DEBOUNCE = 1000


def watch_changes(
    paths: Sequence[Path], data: Path, stop: Event | None = None
) -> Iterator[frozenset[Path]]:
    """What changed below `paths`, one set a burst of changes, until Ctrl-C or `stop`.

    Hidden files don't count, nor do those of the store itself at `data`. A file is watched through
    its folder, for many programs save by putting a new file in place of the old.
    """
    wanted = [path.resolve() for path in paths]
    store = data.resolve()

    def counts(_: Change, changed: str) -> bool:
        path = Path(changed)
        held = next((one for one in wanted if path.is_relative_to(one)), None)
        if held is None or path.is_relative_to(store):
            return False
        return not any(part.startswith(".") for part in path.relative_to(held).parts)

    folders = {path if path.is_dir() else path.parent for path in wanted}
    present = sorted(str(folder) for folder in folders if folder.is_dir())
    changes = watch(
        *present, watch_filter=counts, debounce=DEBOUNCE, stop_event=stop, raise_interrupt=False
    )
    for burst in changes:
        yield frozenset(Path(changed) for _, changed in burst)
