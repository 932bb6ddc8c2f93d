"""Processes that are started, killed and started again, each with a log of its own."""

import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from traceability.children import die_with_parent


@dataclass(slots=True)
class Processes:
    folder: Path
    """For their logs."""
    _running: dict[str, tuple[subprocess.Popen[bytes], Path]] = field(default_factory=dict)
    _number: Iterator[int] = field(default_factory=count)

    def start(self, name: str, command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        log = self.folder / f"{name}-{next(self._number)}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                cwd=Path(__file__).parents[2],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                preexec_fn=die_with_parent,
            )
        self._running[name] = process, log
        return process

    def end(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        process, _ = self._running.pop(name)
        process.send_signal(number)
        process.communicate()

    def tell_to_end(self, *names: str) -> None:
        """Close their standard input, and wait until they have ended."""
        for process in [self._running[name][0] for name in names]:
            assert process.stdin is not None
            process.stdin.close()
        for name in names:
            self._running.pop(name)[0].wait()

    def pid_of(self, name: str) -> int:
        return self._running[name][0].pid

    def log_of(self, name: str) -> Path:
        """Of the newest process of this name."""
        return self._running[name][1]

    def wait_until_said(self, name: str, words: str, within_s: float = 300) -> None:
        """Until its newest process has said `words`. Raises `TimeoutError` with what it said instead."""
        process, log = self._running[name]
        give_up_at_s = time.monotonic() + within_s
        while words not in (said := log.read_text(errors="replace")):
            if process.poll() is not None or time.monotonic() > give_up_at_s:
                raise TimeoutError(f"{name} has not said {words!r}, but:\n{said}")
            time.sleep(0.02)

    def close(self) -> None:
        for name in reversed(list(self._running)):
            self.end(name, signal.SIGTERM)
