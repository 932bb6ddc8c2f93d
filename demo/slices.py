"""Cut the small slices of real measurements that the demonstration replays out of the full data sets."""

import csv
import gzip
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"
COLUMNS = ("device_id", "ts_utc_iso", "metric", "value", "unit")


@dataclass(frozen=True, slots=True)
class Cut:
    """Which rows of a source file make one slice. The rows themselves are copied as they are."""

    name: str
    source: str
    first: str
    """UTC time of the first row, as the source writes it; the text sorts as the times do."""
    last: str
    metrics: frozenset[str]
    device: str | None = None
    """None takes every device."""

    def takes(self, row: dict[str, str]) -> bool:
        return (
            self.first <= row["ts_utc_iso"] <= self.last
            and row["metric"] in self.metrics
            and self.device in (None, row["device_id"])
        )


_WEATHER = frozenset(
    {"air_temperature", "relative_humidity", "pressure", "rainfall_10min", "wind_speed", "par_density"}
)
_SOIL = frozenset({"soil_moisture_vwc"})

# Every series ends early in its own local morning (Massachusetts, Sydney), as the harvest that it is shifted
# to: day stays day under one constant offset.
CUTS = (
    # The loose wire (23 to 25 November), pressure that drops to zero, and the first hours of the failed
    # humidity probe.
    Cut("weather", "macleish_orchard", "2015-11-08T11:40:00Z", "2015-11-27T11:30:00Z", _WEATHER),
    # A sound station that says nothing for 80 minutes on 9 March.
    Cut("weather_gap", "macleish_orchard", "2015-03-04T11:40:00Z", "2015-03-11T11:30:00Z", _WEATHER),
    Cut("soil_1", "simpact_soil", "2022-11-15T20:00:00Z", "2022-12-04T19:00:00Z", _SOIL, "simpact-SENS0012"),
    Cut("soil_2", "simpact_soil", "2022-11-15T20:00:00Z", "2022-12-04T19:00:00Z", _SOIL, "simpact-SENS0023"),
    Cut(
        "strawberry_lab",
        "strawberry_brix",
        "2021-10-29T00:00:00Z",
        "2021-10-29T23:59:59Z",
        frozenset({"soluble_solids", "firmness"}),
    ),
)


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a gzipped CSV file with `COLUMNS`, as text."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def cut(wanted: Cut, source_dir: Path) -> bytes:
    """The slice as a gzipped CSV file: the same bytes each time, for its header holds no time and no name."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row for row in rows(source_dir / f"{wanted.source}.csv.gz") if wanted.takes(row))
    return gzip.compress(text.getvalue().encode(), mtime=0)


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("usage: python -m demo.slices SOURCE_DIR (the folder of the full *.csv.gz)", file=sys.stderr)
        return 64
    for wanted in CUTS:
        content = cut(wanted, Path(arguments[0]))
        (DATA / f"{wanted.name}.csv.gz").write_bytes(content)
        print(f"{wanted.name}: {len(content)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
