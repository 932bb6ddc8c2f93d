"""The year of the orchard station that the finder is measured on, and the labels made by hand."""

import csv
import gzip
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from demo.replay import METRIC
from demo.slices import rows

HERE = Path(__file__).parent
SLICE = HERE / "orchard.csv.gz"
SITE = HERE / "site.toml"
LABELS = HERE / "labels.csv"
ASIDE = (("2015-08-15T00:00:00Z", "2015-10-15T00:00:00Z"), ("2015-12-01T00:00:00Z", "2016-01-02T00:00:00Z"))
"""Set aside before any threshold was chosen: nothing was tuned on these weeks."""
SOURCE_METRICS = (
    "air_temperature",
    "relative_humidity",
    "pressure",
    "rainfall_10min",
    "wind_speed",
    "par_density",
)


@dataclass(frozen=True, slots=True)
class Record:
    """What the station measured at one time, by metric, in the units of the telemetry table."""

    at_ms: int
    values: dict[str, float]


@dataclass(frozen=True, slots=True)
class Label:
    """A stretch that a person saw on the plots. docs/findings.md says how."""

    metric: str | None
    first_ms: int
    last_ms: int
    must: str
    """The kind that has to be found; "any", or "doubtful" where nobody can tell."""
    also: frozenset[str]
    """Kinds that are no mistake here."""


def ms(iso: str) -> int:
    return int(datetime.fromisoformat(iso).timestamp()) * 1000


def utc(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def records() -> Iterator[Record]:
    with gzip.open(SLICE, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield Record(ms(row.pop("ts_utc_iso")), dict(_measured(name, row[name]) for name in row))


def labels() -> list[Label]:
    with LABELS.open(encoding="utf-8", newline="") as lines:
        return [
            Label(
                row["metric"] or None,
                ms(row["first_utc"]),
                ms(row["last_utc"]),
                row["must"],
                frozenset(filter(None, row["also"].split("|"))),
            )
            for row in csv.DictReader(lines)
        ]


def cut(source: Path) -> bytes:
    """Six metrics of the full file, one row a time, values as text as they stand; gzipped, always alike."""
    wide: dict[str, dict[str, str]] = {}
    for row in rows(source):
        if row["metric"] in SOURCE_METRICS:
            wide.setdefault(row["ts_utc_iso"], {})[row["metric"]] = row["value"]
    text = io.StringIO()
    writer = csv.DictWriter(text, ("ts_utc_iso", *SOURCE_METRICS), lineterminator="\n")
    writer.writeheader()
    writer.writerows({"ts_utc_iso": time} | values for time, values in wide.items())
    return gzip.compress(text.getvalue().encode(), mtime=0)


def _measured(name: str, value: str) -> tuple[str, float]:
    metric, factor = METRIC[name]
    return metric, float(Decimal(value) * factor)


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        print("usage: python -m bench.findings.orchard macleish_orchard.csv.gz", file=sys.stderr)
        return 64
    SLICE.write_bytes(cut(Path(arguments[0])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
