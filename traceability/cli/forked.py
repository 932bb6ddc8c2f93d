"""Roles as processes forked from one that has imported everything: they start at once, and share memory."""

import multiprocessing
import os
import subprocess
from collections.abc import Mapping
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess

from traceability.children import die_with_parent, name_process

_CONTEXT = multiprocessing.get_context("forkserver")


def make_ready() -> None:
    """Let the process from which roles are forked import what they need, meanwhile."""
    _CONTEXT.set_forkserver_preload(["traceability.cli.preloaded"])
    forkserver.ensure_running()


class Forked:
    """`guoji ROLE`, with what a supervisor asks of a `subprocess.Popen`.

    Its parent ends with us, and it with its parent. If the parent alone is killed, the next one begins anew.
    """

    def __init__(self, role: str, environment: Mapping[str, str]) -> None:
        self._process: ForkServerProcess = _CONTEXT.Process(target=_run, args=(role, dict(environment)))
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None, "it was started"
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises `subprocess.TimeoutExpired` after `timeout` seconds."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return code

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def _run(role: str, environment: Mapping[str, str]) -> None:
    from traceability.cli.main import main

    die_with_parent()
    name_process(f"guoji-{role}")
    # Ctrl-C reaches only `guoji up`, so that it can end its parts in order.
    os.setpgid(0, 0)
    os.environ.update(environment)
    raise SystemExit(main([role]))
