"""What the libraries raise over a damaged file, in one kind of error.

A parser that meets bytes of another kind raises what its code happens to raise, its own exceptions
and Python's alike. None of that may stop the files after it, and none of it tells a user more than
that the file is damaged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from assistant.errors import IngestError
from store.formats.extract import Source

_LONGEST_REASON = 160  # characters of a library's own words


@contextmanager
def reading(source: Source) -> Iterator[None]:
    """Faults of the file as IngestError "damaged", or "nested" where it has no bottom."""
    try:
        yield
    except IngestError:
        raise
    except RecursionError as error:
        raise source.refuse("nested") from error
    except Exception as error:
        raise source.refuse("damaged", reason=say_fault(error)) from error


def say_fault(error: Exception) -> str:
    """The library's words, in one line."""
    words = " ".join(str(error).split())[:_LONGEST_REASON]
    return words or type(error).__name__
