"""One device's line to the centre: connects again and again, and says how it stands."""

import math
import time
from collections.abc import Callable

import structlog

from iot_gateway.edge.kept import Kept, KeptFile
from iot_gateway.edge.lanes import Lanes
from iot_gateway.edge.uplink import Uplink

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
"""Between two tries to connect."""
SAY_FROM = 100
"""A smaller backlog is not worth a line."""
SAY_EVERY_S = 30.0

CONNECTED = "there"


class Line:
    def __init__(
        self,
        device: str,
        kept: KeptFile,
        connect: Callable[[], Uplink],
        log: structlog.typing.FilteringBoundLogger,
    ) -> None:
        self.lanes = Lanes(device, kept)
        self._device = device
        self._kept = kept
        self._connect = connect
        self._log = log.bind(device=device)
        self._uplink: Uplink | None = None
        self._state = ""
        self._pause_s = SHORTEST_PAUSE_S
        self._connect_at_s = self._say_at_s = -math.inf
        self._says_backlog = False

    def close(self) -> None:
        if self._uplink is not None:
            self._uplink.close()

    def step(self) -> None:
        """Do what is due now, and wait for nothing."""
        now_s = time.monotonic()
        if self._uplink is None:
            if now_s >= self._connect_at_s:
                self._uplink = self._connect()
        elif self._uplink.lost is not None:
            self._end(self._uplink.lost, now_s)
        elif self._uplink.is_there.is_set():
            if self._state != CONNECTED:
                self._begin()
            self.lanes.send(now_s, self._send)
            self._say_backlog(now_s)

    def _send(self, kept: Kept) -> bool:
        return self._uplink is not None and self._uplink.send(kept.message.topic, kept.message.payload)

    def _begin(self) -> None:
        self.lanes.begin()
        self._state, self._pause_s = CONNECTED, SHORTEST_PAUSE_S
        self._kept.say_uplink(self._device, CONNECTED)
        self._log.info("uplink is there")

    def _end(self, why: str, now_s: float) -> None:
        if why != self._state:
            self._log.warning("uplink is away, trying again", reason=why)
            self._kept.say_uplink(self._device, why)
        self._state, self._uplink = why, None
        self._connect_at_s = now_s + self._pause_s
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)

    def _say_backlog(self, now_s: float) -> None:
        if now_s < self._say_at_s:
            return
        self._say_at_s = now_s + SAY_EVERY_S
        backlog = self.lanes.backlog()
        if backlog >= SAY_FROM:
            self._log.info("forwarding kept readings", without_receipt=f"{backlog:,}")
        elif self._says_backlog:
            self._log.info("the kept readings have their receipts")
        self._says_backlog = backlog >= SAY_FROM
