"""Processes that we start: they end with us, and are known by name."""

import ctypes
import signal
import sys

# Loaded here, since a forked child of a process with threads must not load libraries.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15


def die_with_parent() -> None:
    """For `preexec_fn`. Linux only: a parent killed with -9 takes its children along; no port stays taken."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def name_process(name: str) -> None:
    """What `top` and `pgrep` call this one from now on: the first 15 bytes of `name`. Linux only."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_NAME, name.encode())
