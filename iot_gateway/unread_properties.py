"""Spares paho a table of properties for each message: most of its time to receive one, and we read none."""

from paho.mqtt import _packet
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties, VariableByteIntegers


class _Unread:
    """Properties of which only the length matters: the payload begins behind them."""

    def unpack(self, packet: bytes) -> tuple["_Unread", int]:
        length, size = VariableByteIntegers.decode(packet)  # type: ignore[no-untyped-call]
        return self, size + length


_UNREAD = _Unread()


def leave_unread() -> None:
    """From now on, for each MQTT 5 client of this process: no message of theirs has any properties to read.

    paho 2 has no setting for it. Those of all other packets are read as ever.
    """
    _packet.Properties = _unread_in_messages  # type: ignore[attr-defined, assignment]


def _unread_in_messages(kind: int) -> Properties | _Unread:
    return _UNREAD if kind == PacketTypes.PUBLISH else Properties(kind)  # type: ignore[no-untyped-call]
