"""The ports of `guoji up`: the same after each start, for devices, overlays and labels were told them."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import structlog

from traceability.errors import Refused
from traceability.ports import take_port


class KeptPorts:
    """Remembers in a file on which port a part listened in the place of a taken one."""

    def __init__(self, file: Path, log: structlog.typing.FilteringBoundLogger) -> None:
        self._file = file
        self._log = log
        self._last: dict[str, int] = {}
        # Never written, or torn by a loss of power: then each is chosen as at the first start.
        with suppress(OSError, ValueError):
            self._last = json.loads(file.read_text("utf-8"))

    def port(self, part: str, host: str, wanted: int) -> int:
        """The last one if nobody has it, else `wanted` (0 for any), else another, and says so."""
        asked = f"{part} {wanted}"
        usual = self._last.get(asked, wanted)
        port = next(_free(host, usual, wanted))
        if usual not in (0, port):
            self._log.warning("port is taken", of=part, wanted=usual, using=port)
        elif wanted not in (0, port):
            self._log.info("port as last time", of=part, wanted=wanted, using=port)
        if port != usual:
            self._last[asked] = port
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(json.dumps(self._last), "utf-8")
        return port


def _free(host: str, *wanted: int) -> Iterator[int]:
    for port in (*wanted, 0):
        with suppress(Refused):
            yield take_port(host, port)
