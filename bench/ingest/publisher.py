"""Runs publish.c, compiled on the way: devices that cost next to nothing."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("publish.c")
WINDOW = 64
"""Messages that one connection sends ahead of the broker's acknowledgement."""


@dataclass(frozen=True, slots=True)
class Published:
    from_ns: int
    """Of the monotonic clock, when the first one left."""
    until_ns: int
    """When the last one was acknowledged by the broker."""
    acknowledged: int


def compile_publisher(folder: Path) -> Path:
    program = folder / "publish"
    subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program, SOURCE], check=True)
    return program


@contextmanager
def published(program: Path, port: int, files: Sequence[Path], rate: float = 0) -> Iterator[Published]:
    """Returns when the broker has acknowledged all; within the context the devices take their receipts."""
    words = [str(program), "127.0.0.1", str(port), str(WINDOW), str(rate), *map(str, files)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Published(*map(int, process.stdout.readline().split()))
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()
