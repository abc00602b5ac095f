"""How large a file may be, so that one file can't take the memory or the day."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """`file_mb`: megabytes of a file; `pages`: of a PDF, slides of a presentation.

    The rest no user has had to change: what an office file or book may hold once it is unpacked
    (`unpacked_mb`), how many parts and how much denser than its packed form a part may be
    (`parts`, `ratio`; text packs to a twentieth, a table of zeros to a hundredth), cells of a
    workbook, and how deep a page's elements may stand in one another.
    """

    file_mb: int = 200
    pages: int = 5000
    unpacked_mb: int = 1000
    parts: int = 20_000
    ratio: int = 300
    cells: int = 5_000_000
    depth: int = 1000

    @property
    def file_bytes(self) -> int:
        return self.file_mb * MEGABYTE


DEFAULT_LIMITS = Limits()
