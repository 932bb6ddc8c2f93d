"""The table of metrics: what each is measured in, and how an event names it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Metric:
    """A row of metrics.json. Rows are added, never changed: sealed events were computed with them."""

    name: str
    unit: str | None
    """SenML unit that a record must carry (RFC 8428, section 12.1); None for a boolean."""
    type: str
    """EPCIS measurement type."""
    uom: str
    """UNECE Rec 20 code of the values in events."""
    factor: Decimal
    """Value in `uom` = value in `unit` times this."""
    decimals: int
    """Places that values in events are rounded to, half away from zero."""

    def scaled(self, value: float) -> int:
        """`value` (in `unit`) in `uom`, as a whole number of `10**-decimals`.

        Starts from the shortest decimal that reads back as this double, which every language prints alike.
        """
        exact = Decimal(repr(float(value))) * self.factor * 10**self.decimals
        return int(exact.to_integral_value(ROUND_HALF_UP))

    def unscaled(self, steps: int) -> float:
        """The inverse of `scaled`, as the double that is written into an event."""
        return float(Decimal(steps).scaleb(-self.decimals))


def _load() -> Mapping[str, Metric]:
    rows = json.loads(files(__package__).joinpath("metrics.json").read_text("utf-8"))
    return {name: Metric(name=name, **row | {"factor": Decimal(row["factor"])}) for name, row in rows.items()}


METRICS = _load()
