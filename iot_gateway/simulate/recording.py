"""Measurements that somebody recorded, out of a CSV file."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from math import isfinite, nan
from pathlib import Path

from iot_gateway.simulate.moment import Moment
from traceability.errors import InvalidInput
from traceability.gs1.quoting import quoted
from traceability.telemetry.metrics import METRICS


def read_moments(file: Path) -> list[Moment]:
    """The measurements in `file`; rows of one time make one. Raises `InvalidInput`, naming the line."""
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            rows = list(_rows(file, stream))
    except OSError as error:
        raise InvalidInput(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file} is not UTF-8: in Excel, save it as 'CSV UTF-8'") from error
    except csv.Error as error:
        raise InvalidInput(f"{file} is no CSV file: {error}") from error
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
            yield _measured(row)
        except InvalidInput as error:
            raise InvalidInput(f"{file}, line {line}: {error}") from error


def _measured(row: Mapping[str, str | None]) -> tuple[int, str, float | bool]:
    """Time in ms, metric, value."""
    at, name, value = (_cell(row, column) for column in ("ts_utc_iso", "metric", "value"))
    if name not in METRICS:
        raise InvalidInput(f"metric {quoted(name)} is none of {', '.join(METRICS)}")
    return _time_ms(at), name, _number(value) if METRICS[name].unit else bool(_number(value))


def _cell(row: Mapping[str, str | None], column: str) -> str:
    if column not in row:
        raise InvalidInput(f"there is no column {column}; the first line names ts_utc_iso, metric and value")
    cell = row[column]
    if cell is None:
        raise InvalidInput(f"the line ends before {column}")
    return cell


def _time_ms(text: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"ts_utc_iso {quoted(text)}: want e.g. 2026-11-22T12:00:00Z") from error
    if at.tzinfo is None:
        raise InvalidInput(f"ts_utc_iso {quoted(text)} has no time zone: want e.g. 2026-11-22T12:00:00Z")
    return round(at.timestamp() * 1000)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not isfinite(number):
        raise InvalidInput(f"value {quoted(text)}: want a number alone, such as 4.2")
    return number
