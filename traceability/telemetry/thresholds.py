"""The table of thresholds: from where on a value is odd, per metric, per site, and for what travels."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from typing import Any

from traceability.errors import InvalidInput
from traceability.telemetry.device import Device
from traceability.telemetry.metrics import METRICS

_Table = Mapping[str, Mapping[str, Any]]
"""By metric, the numbers that it sets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one metric, in its unit; thresholds.toml says what each is. What has no limit is not looked for."""

    low: float
    high: float
    stuck_after_s: float | None = None
    stuck_within: float = 0
    rests: tuple[float, float] | None = None
    jump: float | None = None
    noise: float | None = None
    differs: float | None = None

    def allow(self, value: float) -> bool:
        return self.low <= value <= self.high

    def may_rest_at(self, value: float) -> bool:
        return self.rests is not None and self.rests[0] <= value <= self.rests[1]


@dataclass(frozen=True, slots=True)
class Thresholds:
    metric: _Table
    travelling: _Table
    site: Mapping[str, _Table]
    """By the Digital Link of a place (414, or 414 with 254). What holds for a 414 holds for all its parts."""

    def of(self, device: Device) -> Mapping[str, Limits]:
        """Of each metric. A site's numbers go before those of what travels, and these before the metric's."""
        special = [self.travelling] if device.cold_chain else []
        # The shorter link first: a part of a site goes before the site.
        special += [self.site[place] for place in sorted(self.site) if _is_in(device.place, place)]
        return _limits(_merged(self.metric, *special))


def parse_thresholds(text: str, onto: Thresholds | None = None) -> Thresholds:
    """Thresholds from TOML, in the form of thresholds.toml; what `text` leaves out is as in `onto`.

    Raises `InvalidInput` that names what is wrong.
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"thresholds are no TOML: {error}") from error
    if unknown := said.keys() - {"metric", "travelling", "site"}:
        raise InvalidInput(f"thresholds have the part {min(unknown)!r}, want metric, travelling or site")
    old = onto or Thresholds({}, {}, {})
    sites = _named(said.get("site", {}), "site")
    return Thresholds(
        _merged(old.metric, _table(said.get("metric", {}), "metric")),
        _merged(old.travelling, _table(said.get("travelling", {}), "travelling")),
        {**old.site, **{place: _table(table, f"site {place}") for place, table in sites.items()}},
    )


def _table(said: object, where: str) -> _Table:
    for name, row in _named(said, where).items():
        if name not in METRICS:
            raise InvalidInput(f"{where}: {name!r} is not in the table of metrics")
        for field, value in _named(row, f"{where}.{name}").items():
            _check_number(field, value, f"{where}.{name}")
    return _named(said, where)


def _named(said: object, where: str) -> Mapping[str, Any]:
    if not isinstance(said, dict):
        raise InvalidInput(f"thresholds: {where} is {str(said)[:80]!r}, want a table")
    return said


def _check_number(field: str, value: object, where: str) -> None:
    if field not in _FIELDS:
        raise InvalidInput(f"{where} sets {field!r}, want one of {', '.join(_FIELDS)}")
    numbers = value if field == "rests" else [value]
    wanted = 2 if field == "rests" else 1
    if (
        not isinstance(numbers, list)
        or len(numbers) != wanted
        or any(type(each) not in (int, float) or each != each for each in numbers)
    ):
        raise InvalidInput(f"{where}: {field} is {str(value)[:80]}, want {wanted} number{'s'[: wanted - 1]}")


def _limits(table: _Table) -> Mapping[str, Limits]:
    return {name: Limits(**row) for name, row in table.items()}


def _merged(first: _Table, *later: _Table) -> _Table:
    """Later tables go before earlier ones, number by number."""
    merged = {name: dict(row) for name, row in first.items()}
    for table in later:
        for name, row in table.items():
            merged.setdefault(name, {}).update(row)
    return merged


def _is_in(place: str, site: str) -> bool:
    return place == site or place.startswith(f"{site}/254/")


_FIELDS = tuple(field.name for field in fields(Limits))

THRESHOLDS = parse_thresholds(files(__package__).joinpath("thresholds.toml").read_text("utf-8"))
"""The ones that come with the program."""

LIMITS = _limits(THRESHOLDS.metric)
"""What holds for every device, by metric."""
