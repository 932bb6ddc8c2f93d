"""Replay a slice of real measurements at a new time: every value as recorded, every gap as long as it was."""

import gzip
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import groupby

from demo.slices import DATA, rows
from iot_gateway.simulate.moment import Moment

METRIC = {
    "air_temperature": ("air_temperature", Decimal(1)),
    "relative_humidity": ("relative_humidity", Decimal(1)),
    "pressure": ("pressure", Decimal(100)),
    "rainfall_10min": ("rainfall", Decimal("0.001")),
    "wind_speed": ("wind_speed", Decimal(1)),
    "par_density": ("par", Decimal(1)),
    "soil_moisture_vwc": ("soil_moisture", Decimal("0.01")),
}
"""For each metric of a source: its name in the telemetry table of metrics, and the factor to its unit."""


def replay(name: str, ends_at_ms: int) -> Iterator[Moment]:
    """The moments of the slice `name`, oldest first, all shifted by the one constant that ends them on time.

    Rows of one time make one.
    """
    *_, newest = rows(DATA / f"{name}.csv.gz")
    offset_ms = ends_at_ms - _ms(newest["ts_utc_iso"])
    for time, together in groupby(rows(DATA / f"{name}.csv.gz"), key=lambda row: row["ts_utc_iso"]):
        yield Moment(_ms(time) + offset_ms, dict(map(_measured, together)))


@cache
def span_ms(name: str) -> int:
    """Milliseconds from the first to the last row of the slice `name`."""
    first, *_, newest = rows(DATA / f"{name}.csv.gz")
    return _ms(newest["ts_utc_iso"]) - _ms(first["ts_utc_iso"])


def laboratory_sheet() -> bytes:
    """The laboratory's slice as the CSV file it is, which the story's laboratory report points to."""
    return gzip.decompress((DATA / "strawberry_lab.csv.gz").read_bytes())


def laboratory_values(metric: str) -> tuple[float, ...]:
    """What the laboratory measured of `metric`, one value a fruit."""
    return tuple(
        float(row["value"]) for row in rows(DATA / "strawberry_lab.csv.gz") if row["metric"] == metric
    )


def _measured(row: Mapping[str, str]) -> tuple[str, float]:
    metric, factor = METRIC[row["metric"]]
    return metric, float(Decimal(row["value"]) * factor)


def _ms(iso: str) -> int:
    return int(datetime.fromisoformat(iso).timestamp()) * 1000
