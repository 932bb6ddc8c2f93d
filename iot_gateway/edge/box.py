"""The box at work: one thread takes in, one forwards; if either cannot go on, both end."""

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

import structlog

from iot_gateway.edge.forward import Forwarder
from iot_gateway.edge.kept import KeptFile
from iot_gateway.edge.take_in import Answering, take_in
from iot_gateway.gateway import Inbox
from iot_gateway.logins import Address
from traceability.log.note import NoteVerifier


def run(
    inbox: Inbox,
    answer: Answering,
    kept: KeptFile,
    uplinks: Mapping[str, Address],
    gateways: Sequence[NoteVerifier],
    stop: threading.Event,
    log: structlog.typing.FilteringBoundLogger,
) -> None:
    """Until `stop`. `uplinks`: each device at the broker of the centre. Raises `Refused`."""
    forwarder = Forwarder(uplinks, gateways, kept, answer, log)
    with ThreadPoolExecutor(2) as threads:
        parts = [
            threads.submit(take_in, inbox, kept, gateways, answer, stop, log),
            threads.submit(forwarder.run, stop),
        ]
        wait(parts, return_when=FIRST_EXCEPTION)
        stop.set()
    for part in parts:
        part.result()
