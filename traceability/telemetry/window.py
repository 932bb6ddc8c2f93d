"""The readings of one device that no batch holds yet: what the next batch is made from."""

from dataclasses import dataclass

from traceability.telemetry.reading import Reading


@dataclass(frozen=True, slots=True)
class Window:
    """Arrivals `from_arrival` to `to_arrival` of one device, all of one epoch."""

    device: str
    """Alias."""
    number: int
    """Of the batch it will make: 1 for a device's first."""
    from_arrival: int
    to_arrival: int
    readings: tuple[Reading, ...]
    """As they arrived; at least one."""
    conflicts: tuple[int, ...]
    """The number of each message whose number came before with other content, as they arrived."""
    previous_root: bytes
    """`batch.NO_BATCH` if there is none."""
    previous_epoch: int | None
    """Epoch of the device's previous batch."""
    sealed_through: int
    """Highest number in an earlier batch of this epoch; 0 if there is none."""

    @property
    def epoch(self) -> int:
        return self.readings[0].epoch
