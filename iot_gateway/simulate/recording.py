"""Measurements that somebody recorded, out of a CSV file."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path

from iot_gateway.simulate.moment import Moment
from traceability.errors import InvalidInput
from traceability.telemetry.metrics import METRICS


def read_moments(file: Path) -> list[Moment]:
    """The measurements in `file`; rows of one time make one. Raises `InvalidInput`, naming the line."""
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            rows = list(_rows(file, stream))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"cannot read {file}: {error}") from error
    if not rows:
        raise InvalidInput(f"{file} holds no measurements")
    by_time = groupby(rows, key=lambda row: row[0])
    return [
        Moment(taken_at_ms, {metric: value for _, metric, value in together})
        for taken_at_ms, together in by_time
    ]


def _rows(file: Path, stream: Iterable[str]) -> Iterator[tuple[int, str, float | bool]]:
    for line, row in enumerate(csv.DictReader(stream), 2):
        try:
            taken_at = datetime.fromisoformat(row["ts_utc_iso"])
            metric = METRICS[row["metric"]]
            value = float(row["value"])
        except (KeyError, ValueError, TypeError) as error:
            raise InvalidInput(f"{file}, line {line}: {error} is missing, unknown or malformed") from error
        if taken_at.tzinfo is None:
            raise InvalidInput(f"{file}, line {line}: the time {row['ts_utc_iso']} has no time zone")
        yield round(taken_at.timestamp() * 1000), metric.name, value if metric.unit else bool(value)
