"""What a device measured at one moment, before it becomes a message."""

from collections.abc import Mapping
from typing import NamedTuple


class Moment(NamedTuple):
    taken_at_ms: int
    """By the device's own clock."""
    values: Mapping[str, float | bool]
    """By metric, in the unit of the telemetry table of metrics."""
