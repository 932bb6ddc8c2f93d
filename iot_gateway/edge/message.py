"""One message of a device, as the box keeps it: its exact bytes, and by what a receipt will name it."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from traceability.errors import InvalidInput
from traceability.telemetry import topics
from traceability.telemetry.authenticate import content_digest, senml_in
from traceability.telemetry.senml import open_pack


@dataclass(frozen=True, slots=True)
class Message:
    device: str
    topic: str
    payload: bytes
    number: tuple[int, int] | None
    """Epoch and sequence; None if they cannot be read. Whether it is signed well, the gateway judges."""

    @classmethod
    def of(cls, topic: str, payload: bytes) -> Self | None:
        """None if the topic belongs to no device: nobody may send it on."""
        alias = topics.alias_in(topic)
        return None if alias is None else cls(alias, topic, payload, _number(alias, topic, payload))

    @property
    def digest(self) -> bytes:
        """Tells contents apart."""
        return content_digest(self.payload, self.device)

    @property
    def whole(self) -> bytes:
        """Tells messages apart: SHA-256 of the payload."""
        return sha256(self.payload).digest()


def _number(alias: str, topic: str, payload: bytes) -> tuple[int, int] | None:
    if topic != topics.readings(alias):
        return None
    try:
        pack = open_pack(senml_in(payload), alias)
    except InvalidInput:
        return None
    return pack.epoch, pack.sequence
