"""Structured log lines on stderr: for people, or one JSON object a line for machines."""

import io
import sys
from contextlib import suppress
from typing import TextIO

import structlog

from traceability.cli.terminal import printable


def journal(role: str, as_json: bool) -> structlog.typing.FilteringBoundLogger:
    """The log of one process. Every line carries the role: they are read mixed."""
    shape: list[structlog.typing.Processor] = (
        [structlog.processors.JSONRenderer(ensure_ascii=False)]
        if as_json
        else [_printable, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    logger: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(_Tolerant(sys.stderr)),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
    )
    return logger.bind(role=role)


class _Tolerant(io.StringIO):
    """A disk that is full must not end a role because it cannot say so."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def _printable(_logger: object, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Names of devices and lots come from outside: they must not steer the operator's terminal."""
    return {key: printable(value) if isinstance(value, str) else value for key, value in line.items()}
