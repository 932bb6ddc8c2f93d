"""The bytes in which a simulated device says a message."""

from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from iot_gateway.simulate.chance import uniform
from iot_gateway.simulate.encode import encode_moments
from iot_gateway.simulate.stream import Message, Way
from traceability.telemetry.private_key import DeviceSigner

_GARBAGE_BYTES = 40
_NO_SENML = b"\xff"
"""Begins neither JSON in UTF-8 nor an array in CBOR nor anything signed."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How a device writes: under its alias, signed if it has a key."""

    alias: str
    seed: int
    signer: DeviceSigner | None = None

    def payload(self, message: Message) -> bytes:
        """The same message has the same bytes, since signatures are deterministic."""
        if message.way is Way.GARBAGE:
            chance = (uniform(self.seed, self.alias, message.at_ms, at) for at in range(_GARBAGE_BYTES))
            return _NO_SENML + bytes(int(256 * each) for each in chance)
        signer = self._stranger() if message.way is Way.FORGED else self.signer
        return encode_moments(self.alias, message.epoch, message.number, message.moments, signer)

    def _stranger(self) -> DeviceSigner:
        secret = sha256(f"stranger/{self.seed}/{self.alias}".encode()).digest()
        return DeviceSigner(Ed25519PrivateKey.from_private_bytes(secret))
