"""What a process and those that it started have used of the processor and of memory, as the kernel counts."""

import os
from collections.abc import Iterator
from pathlib import Path

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def processor_s(pid: int) -> float:
    """Seconds that the living ones of them have used since they were started."""
    return sum(_times(each) for each in _family(pid)) / _TICKS_A_SECOND


def memory_mib(pid: int) -> float:
    """What they hold now; what several hold together counts for each."""
    pages = sum(int((each / "statm").read_text().split()[1]) for each in _family(pid))
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _times(process: Path) -> int:
    # The name may hold spaces and brackets.
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _family(pid: int) -> Iterator[Path]:
    process = Path("/proc") / str(pid)
    yield process
    for thread in (process / "task").iterdir():
        for child in (thread / "children").read_text().split():
            yield from _family(int(child))
