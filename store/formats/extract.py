"""What a reader of a format makes: text in Markdown's few signs, its places, what the file says.

Headings stand behind #, items behind -, tables between pipes, each block after an empty line: what
cleaning and the reading of tables know already.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import IngestError
from store.formats.limits import Limits
from store.places import Mark, Place

PATH_JOINT = " › "
_DEEPEST_HEADING = 6
_MARKUP = re.compile(r"^(?=#|\|)", re.MULTILINE)
# Control characters, line and page breaks of old, and what is no character at all.
_UNREADABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_LONE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was opened: its bytes, how large it may be, and its path for errors."""

    path: Path
    data: bytes
    limits: Limits

    def refuse(self, code: str, **details: object) -> IngestError:
        """The error to raise; it names the file."""
        return IngestError(code, path=str(self.path), **details)


@dataclass(frozen=True, slots=True)
class Note:
    """What a user should know of a document that was read: a key of [notes] and its variables."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Extract:
    """A file's text. `marks` say where in the file it stands, in order; `hidden` spans are kept
    but not searched (heads and feet of pages); `year` is when it was published."""

    text: str
    marks: tuple[Mark, ...] = ()
    hidden: tuple[tuple[int, int], ...] = ()
    title: str | None = None
    author: str | None = None
    year: int | None = None
    notes: tuple[Note, ...] = ()


class Writer:
    """Puts blocks one after another and notes where each came from."""

    def __init__(self) -> None:
        self.size = 0
        self.marks: list[Mark] = []
        self._parts: list[str] = []
        self._tail = "\n\n"
        self._in_list = False
        self._path: list[tuple[int, str]] = []

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def mark(self, place: Place) -> None:
        """From here on, `place` holds."""
        if not self.marks or self.marks[-1].place != place:
            self.marks.append(Mark(self.size, place))

    def heading(self, level: int, text: str, *, place: bool = False) -> None:
        """A heading; with `place`, what follows is found under it and those above it."""
        shown = fold_line(text)
        if not shown:
            return
        self.gap()
        if place:
            self._path = [(n, name) for n, name in self._path if n < level] + [(level, shown)]
            self.mark(Place("heading", name=PATH_JOINT.join(name for _, name in self._path)))
        self.put("#" * min(max(level, 1), _DEEPEST_HEADING) + f" {shown}\n")

    def paragraph(self, text: str) -> None:
        """A block of its own; what only looks like a heading or a row of a table is none."""
        shown = "\n".join(line for raw in text.splitlines() if (line := fold_line(raw)))
        if shown:
            self.gap()
            self.put(_MARKUP.sub(r"\\", shown) + "\n")

    def items(self, texts: Iterable[str]) -> None:
        """Items of a list, which goes on if one stands before them."""
        for text in texts:
            if shown := fold_line(text):
                if not self._in_list:
                    self.gap()
                self.put(f"- {shown}\n")
                self._in_list = True

    def gap(self) -> None:
        """An empty line before what comes next."""
        if not self._tail.endswith("\n\n"):
            self.put("\n")

    def put(self, text: str) -> None:
        """Text as it is, but for what can't be stored or shown, which becomes a blank."""
        shown = clean_signs(text)
        if shown:
            self._parts.append(shown)
            self.size += len(shown)
            self._tail = (self._tail + shown)[-2:]
            self._in_list = False


def clean_signs(text: str) -> str:
    """The text, as long as before, with blanks for control characters and such."""
    return _LONE.sub("\ufffd", _UNREADABLE.sub(" ", text))


def fold_line(text: str) -> str:
    """A text on one line."""
    return " ".join(clean_signs(text).split())
