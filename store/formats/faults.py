"""What the libraries raise over a damaged file, in one kind of error.

A parser that meets bytes of another kind raises what its code happens to raise. None of that may
stop the files after it, and none of it tells a user more than that the file is damaged.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.errors import IngestError
from store.formats.extract import Source

_LONGEST_REASON = 160  # characters of a library's own words
_FAULTS: tuple[type[Exception], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,  # of data in memory: a broken stream
    RuntimeError,
    SyntaxError,  # lxml's errors are of this kind
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


@contextmanager
def reading(source: Source, *others: type[Exception]) -> Iterator[None]:
    """Faults of the file as IngestError "damaged", or "nested" where it has no bottom.

    `others` are the library's own exceptions that stand under none of Python's.
    """
    try:
        yield
    except IngestError:
        raise
    except RecursionError as error:
        raise source.refuse("nested") from error
    except _FAULTS + others as error:
        raise source.refuse("damaged", reason=say_fault(error)) from error


def say_fault(error: Exception) -> str:
    """The library's words, in one line."""
    words = " ".join(str(error).split())[:_LONGEST_REASON]
    return words or type(error).__name__
