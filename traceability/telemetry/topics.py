"""The MQTT topics of a device: `guoji/v1/<alias>/readings` and `guoji/v1/<alias>/receipts`."""

from traceability.errors import InvalidInput
from traceability.telemetry.device import check_alias

ALL = "guoji/v1/#"
"""What a gateway subscribes to: also the topics that nobody should use, so that nothing on them is lost."""

_ROOT = "guoji/v1/"


def readings(alias: str) -> str:
    return f"{_ROOT}{alias}/readings"


def receipts(alias: str) -> str:
    return f"{_ROOT}{alias}/receipts"


def of_device(alias: str) -> str:
    """Filter for everything that a device may use."""
    return f"{_ROOT}{alias}/#"


def alias_in(topic: str) -> str | None:
    """The device that a topic belongs to, whatever it is for; None if it names none."""
    alias = topic.removeprefix(_ROOT).split("/")[0]
    try:
        check_alias(alias)
    except InvalidInput:
        return None
    return alias if topic.startswith(_ROOT) else None
