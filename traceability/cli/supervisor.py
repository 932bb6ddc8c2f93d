"""Keeps the processes of `guoji up` running, and ends them all when it ends."""

import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage
from typing import Protocol

import structlog

from traceability.children import die_with_parent

SHORTEST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
STEADY_AFTER_S = 20.0
"""A process that ran this long and then died is started again at once."""
GRACE_S = 10.0
ROOM_BYTES = 16 * 1024 * 1024
"""Less than this on a disk counts as full: NATS writes blocks of up to eight megabytes."""


class Process(Protocol):
    """What is asked of a running one; `subprocess.Popen` answers."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None:
        """Its exit code; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises `subprocess.TimeoutExpired`."""

    def terminate(self) -> None: ...
    def kill(self) -> None: ...


@dataclass(slots=True)
class Child:
    """One process, started again whenever it dies."""

    name: str
    start: Callable[[], Process]
    starves_in: Path | None = None
    """A folder without which it is of no use: once its disk was full, it must be started again."""
    starved: bool = False
    process: Process | None = None
    started_at_s: float = 0.0
    wait_s: float = SHORTEST_WAIT_S
    due_at_s: float = 0.0


def program(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        # Ctrl-C reaches only us, so that we can end them in order.
        process_group=0,
        preexec_fn=die_with_parent,
    )


class Supervisor:
    """Starts children in the order they are added, and stops them in the opposite one."""

    def __init__(self, pid_folder: Path, log: structlog.typing.FilteringBoundLogger) -> None:
        self._pids = pid_folder
        self._log = log
        self._children: list[Child] = []
        pid_folder.mkdir(parents=True, exist_ok=True)

    def add(self, child: Child) -> None:
        self._children.append(child)
        self._start(child)

    def watch(self, stop: threading.Event) -> None:
        """Start again whatever dies, until `stop`."""
        while not stop.wait(0.2):
            for child in self._children:
                self._look_after(child)

    def stop(self) -> None:
        """End the children, last one first: who uses another goes before it."""
        for child in reversed(self._children):
            if child.process is None or child.process.poll() is not None:
                continue
            child.process.terminate()
            try:
                child.process.wait(GRACE_S)
            except subprocess.TimeoutExpired:
                self._log.warning("does not end when asked, killing it", process=child.name)
                child.process.kill()
                child.process.wait()
            (self._pids / f"{child.name}.pid").unlink(missing_ok=True)

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None:
            code = child.process.poll()
            if code is None:
                self._feed(child, child.process)
                return
            steady = now - child.started_at_s > STEADY_AFTER_S
            child.wait_s = SHORTEST_WAIT_S if steady else min(child.wait_s * 2, LONGEST_WAIT_S)
            child.due_at_s = now + child.wait_s
            child.process = None
            self._log.warning("ended, starting it again", process=child.name, exit=code, in_s=child.wait_s)
        if now >= child.due_at_s:
            self._start(child)

    def _feed(self, child: Child, process: Process) -> None:
        """End it once there is room again on the disk that was full; then it is started again."""
        if child.starves_in is None:
            return
        if disk_usage(child.starves_in).free < ROOM_BYTES:
            child.starved = True
        elif child.starved:
            child.starved = False
            self._log.info("its disk was full, starting it again", process=child.name)
            process.terminate()

    def _start(self, child: Child) -> None:
        child.process = child.start()
        child.started_at_s = time.monotonic()
        with suppress(OSError):  # a disk that is full must not end us, and all parts with us
            (self._pids / f"{child.name}.pid").write_text(f"{child.process.pid}\n")
