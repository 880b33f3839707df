"""What a process costs: its memory now and at most, its processor seconds, its threads."""

from __future__ import annotations

import re
import resource
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

KIBIBYTE = 1024
MEGABYTE = 1e6
STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Cost:
    """`seconds` is wall time, `cpu_seconds` that of all threads, `added_bytes` the peak above what was held before."""

    seconds: float
    cpu_seconds: float
    added_bytes: int

    @property
    def megabytes(self) -> float:
        return self.added_bytes / MEGABYTE


def cost_of(work: Callable[[], object]) -> Cost:
    """Run `work` once. Its memory is told exactly only by the first call of a process: a peak is never forgotten."""
    before, cpu, begin = held_bytes(), time.process_time(), time.perf_counter()
    work()
    return Cost(time.perf_counter() - begin, time.process_time() - cpu, max(0, peak_bytes() - before))


def held_bytes() -> int:
    """The memory that this process holds now; where only Linux could tell, the most it ever held."""
    return _status("VmRSS") or _most()


def peak_bytes() -> int:
    """The most memory that this process ever held. On Linux ru_maxrss also remembers the parent's."""
    return _status("VmHWM") or _most()


def threads() -> int:
    """All threads of this process, also those that Python did not start."""
    return _status("Threads", unit=1) or threading.active_count()


def _status(name: str, unit: int = KIBIBYTE) -> int:
    found = re.search(rf"{name}:\s+(\d+)", STATUS.read_text()) if STATUS.exists() else None
    return int(found[1]) * unit if found else 0


def _most() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * KIBIBYTE
