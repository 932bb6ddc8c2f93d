"""What is watched, and when it is wrong long enough to wake somebody."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from traceability.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A threshold on a metric, or the time after which a device is silent."""

    name: str
    devices: tuple[str, ...] = ()
    """Aliases, with * and ?; none: all that travel or stand with goods."""
    metric: str | None = None
    """None for a rule about silence."""
    low: float | None = None
    high: float | None = None
    hysteresis: float = 0
    """By how much a value must be back inside to count as right again."""
    after_ms: int
    """How long it must be wrong."""
    settle_ms: int
    """How long it must be right again: a value that comes and goes is one alert."""
    escalate_after_ms: int | None = None
    """Without an acknowledgement for so long, the targets for escalation are told too."""

    def __post_init__(self) -> None:
        bounds = [bound for bound in (self.low, self.high) if bound is not None]
        if (self.metric is None) is bool(bounds):
            raise InvalidInput(f"rule {self.name}: a metric wants low or high, and silence wants neither")
        room = bounds[1] - bounds[0] if len(bounds) == 2 else float("inf")
        if not 0 <= 2 * self.hysteresis <= room:
            raise InvalidInput(
                f"rule {self.name}: its limits are {room:g} apart, want twice {self.hysteresis:g}"
            )

    def is_for(self, alias: str, cold_chain: bool) -> bool:
        if not self.devices:
            return cold_chain
        return any(fnmatchcase(alias, pattern) for pattern in self.devices)

    def judge(self, value: float) -> bool | None:
        """True if `value` is wrong, False if it is right, None if it is not yet right by the hysteresis."""
        if self.beyond(value) > 0:
            return True
        return None if self.beyond(value) > -self.hysteresis else False

    def beyond(self, value: float) -> float:
        """How far `value` is outside; below zero, how far it is from getting there."""
        above = [] if self.high is None else [value - self.high]
        below = [] if self.low is None else [self.low - value]
        return max(above + below)

    @property
    def limits(self) -> str:
        if self.metric is None:
            return f"silent for {self.after_ms // 1000} s"
        low = "" if self.low is None else f"from {self.low:g} "
        high = "" if self.high is None else f"to {self.high:g}"
        return f"{self.metric} {low}{high}".rstrip()
