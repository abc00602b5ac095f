"""Which reader reads which file: by its suffix."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

from assistant.errors import IngestError
from store.formats.extract import Extract, Source
from store.formats.limits import DEFAULT_LIMITS, Limits

Reader = Callable[[Source], Extract]

# Module and function: the libraries of a format are imported when the first such file is met.
_READERS = {
    ".txt": ("plain", "read_plain"),
    ".md": ("plain", "read_plain"),
    ".markdown": ("plain", "read_plain"),
    ".pdf": ("pdf", "read_pdf"),
    ".docx": ("word", "read_word"),
    ".pptx": ("presentation", "read_presentation"),
    ".xlsx": ("workbook", "read_workbook"),
    ".xlsm": ("workbook", "read_workbook"),
    ".csv": ("delimited", "read_delimited"),
    ".tsv": ("delimited", "read_delimited"),
    ".html": ("page", "read_page"),
    ".htm": ("page", "read_page"),
    ".xhtml": ("page", "read_page"),
    ".epub": ("book", "read_book"),
}
SUFFIXES = tuple(_READERS)


def read_file(path: Path, limits: Limits = DEFAULT_LIMITS) -> Extract:
    """The text of a file. Raises IngestError "format", "unreadable", "too_large", "empty", and what
    its format's reader raises; never another error over what stands in the file."""
    suffix = path.suffix.lower()
    if suffix not in _READERS:
        raise IngestError("format", path=str(path), formats=say_formats())
    source = Source(path, _read_bytes(path, limits), limits)
    extract = _find_reader(suffix)(source)
    if not extract.text.strip():
        raise source.refuse("empty")
    return extract


def say_formats() -> str:
    """The suffixes that can be read, for a message."""
    return ", ".join(SUFFIXES)


def _find_reader(suffix: str) -> Reader:
    module, name = _READERS[suffix]
    reader: Reader = getattr(import_module(f"store.formats.{module}"), name)
    return reader


def _read_bytes(path: Path, limits: Limits) -> bytes:
    refuse = partial(IngestError, path=str(path))
    try:
        with path.open("rb") as file:
            data = file.read(limits.file_bytes + 1)
    except OSError as error:
        raise refuse("unreadable", reason=error.strerror or str(error)) from error
    if len(data) > limits.file_bytes:
        raise refuse("too_large", limit=limits.file_mb)
    return data
