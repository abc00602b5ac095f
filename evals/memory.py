"""The most memory that this process has had."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def reset_peak() -> None:
    """Count from now on, where the system can; elsewhere the peak is that of the whole run."""
    try:
        _RESET.write_text("5")
    except OSError:
        return


def read_peak() -> float:
    """Megabytes of resident memory at most since the last reset."""
    try:
        lines = _STATUS.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000
    except (OSError, StopIteration):
        largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return largest / (1e6 if sys.platform == "darwin" else 1e3)
