"""The memory that a process has, and the most that it has had: this one, or another of the same
user."""

from __future__ import annotations

import math
import resource
import sys
from pathlib import Path

_PROCESSES = Path("/proc")


def reset_peak(process: int | None = None) -> None:
    """Count from now on, where the system can; elsewhere the peak is that of the whole run."""
    try:
        (_find(process) / "clear_refs").write_text("5")
    except OSError:
        return


def read_peak(process: int | None = None) -> float:
    """Megabytes of resident memory at most since the last reset; of another process, nan where the
    system doesn't tell."""
    try:
        lines = (_find(process) / "status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000
    except (OSError, StopIteration):
        if process is not None:
            return math.nan
        largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return largest / (1e6 if sys.platform == "darwin" else 1e3)


def read_resident(process: int) -> float:
    """Megabytes of resident memory now; nan where the system doesn't tell."""
    try:
        lines = (_find(process) / "status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1000
    except (OSError, StopIteration):
        return math.nan


def _find(process: int | None) -> Path:
    return _PROCESSES / ("self" if process is None else str(process))
