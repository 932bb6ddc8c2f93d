"""One transformation: what it took, what it gave, and what it says it lost."""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from traceability.proof.accounts import ZERO, Draw, OverDrawn

Amounts = defaultdict[str, Fraction]
"""By unit."""


def _none() -> Amounts:
    return defaultdict(Fraction)


@dataclass(slots=True)
class Turning:
    """What one transformation took and gave; several events with one transformationID are one."""

    took: Amounts = field(default_factory=_none)
    gave: Amounts = field(default_factory=_none)
    lost: Amounts = field(default_factory=_none)
    """As it states itself."""
    made: dict[str, None] = field(default_factory=dict)
    events: dict[str, None] = field(default_factory=dict)
    is_measured: bool = True

    @property
    def is_comparable(self) -> bool:
        """Whether all is measured, in one unit; and something went in, if not by another's records."""
        return self.is_measured and len(self.took) == 1 and {*self.gave} <= {*self.took}

    def grown(self) -> OverDrawn | None:
        """That more came out than went in."""
        if not self.is_comparable:
            return None
        ((unit, took),) = self.took.items()
        gave = self.gave.get(unit, ZERO) + self.lost.get(unit, ZERO)
        if gave <= took:
            return None
        return OverDrawn(next(iter(self.made), ""), Draw.MADE, took, gave, unit, tuple(self.events))
