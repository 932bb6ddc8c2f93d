"""What was really done to a device's messages: a line on each fault, to compare findings with."""

import json
from hashlib import sha256

from iot_gateway.simulate.stream import Message
from traceability.telemetry.clock import iso


def told(alias: str, message: Message, payload: bytes) -> list[str]:
    """One line of JSON for each fault that shows in `message`; docs/simulator.md explains it."""
    return [
        json.dumps(
            {
                "device": alias,
                "fault": fault,
                "epoch": message.epoch,
                "number": message.number,
                "at": iso(message.at_ms),
                "from": iso(message.moments[0].taken_at_ms),
                "to": iso(message.moments[-1].taken_at_ms),
                "sha256": sha256(payload).hexdigest(),
            }
        )
        for fault in message.faults
    ]
