"""How produce is kept and what a field bears of it: the profiles that come with us, and an operator's own."""

import math
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from traceability.cold_chain.shelf_life import Band, ShelfLife
from traceability.errors import InvalidInput
from traceability.gs1.keys import gtin

_MINUTE_MS = 60_000
_LONGEST_SEASON = 365
_WANTED = {"zh", "en", "low", "high", "hysteresis", "limits", "shelf_life"}
_POSSIBLE = _WANTED | {"chilling_below", "allowed_consecutive_min", "allowed_cumulative_min", "yield"}


@dataclass(frozen=True, slots=True)
class Yield:
    """The most that anybody need believe."""

    kilograms_per_hectare: int
    days: int
    """Within so many, as a season's harvest lasts."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Temperatures in degrees Celsius."""

    name: str
    # A mapping has no hash, and what is worked out for goods of one profile is kept by it.
    title: Mapping[str, str] = field(hash=False)
    """By language."""
    low: float
    high: float
    hysteresis: float
    limits: str
    """Where its limits are from."""
    shelf_life: ShelfLife
    chilling_below: float | None = None
    allowed_consecutive_ms: int | None = None
    """The longest excursion that does it no harm; None where nobody says so."""
    allowed_cumulative_ms: int | None = None
    bears: Yield | None = None
    """None where no source at hand says how much."""

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise InvalidInput(f"profile {self.name}: its range goes from {self.low} to {self.high}")
        if self.hysteresis < 0:
            raise InvalidInput(f"profile {self.name}: its hysteresis is {self.hysteresis}, want 0 or more")


@dataclass(frozen=True, slots=True)
class Profiles:
    by_name: Mapping[str, Profile]
    by_gtin: Mapping[str, str]
    """Name of a profile by GTIN-14."""

    def named(self, name: str) -> Profile:
        if name not in self.by_name:
            raise InvalidInput(f"there is no profile {name!r}; there are {', '.join(sorted(self.by_name))}")
        return self.by_name[name]

    def of_gtin(self, number: str) -> Profile | None:
        name = self.by_gtin.get(number)
        return None if name is None else self.by_name[name]


@cache
def shipped() -> Profiles:
    return _parse(files(__package__).joinpath("profiles.toml").read_text("utf-8"), Profiles({}, {}), {})


def read_profiles(text: str) -> Profiles:
    """Ours, and what an operator's TOML adds: `[profile.NAME]`, `[q10.NAME]`, and in `[gtin]` whose is which.

    Raises `InvalidInput` that names what is wrong.
    """
    return _parse(text, shipped(), _shipped_bands())


@cache
def _shipped_bands() -> Mapping[str, tuple[Band, ...]]:
    document = tomllib.loads(files(__package__).joinpath("profiles.toml").read_text("utf-8"))
    return {name: _bands(table) for name, table in document["q10"].items()}


def _parse(text: str, known: Profiles, known_bands: Mapping[str, tuple[Band, ...]]) -> Profiles:
    try:
        document = tomllib.loads(text)
        _check_keys("the file", document, set(), {"profile", "q10", "gtin"})
        bands = {**known_bands, **{name: _bands(table) for name, table in document.get("q10", {}).items()}}
        own = {name: _profile(name, row, bands) for name, row in document.get("profile", {}).items()}
        found = Profiles(
            {**known.by_name, **own}, {gtin(key): name for key, name in document.get("gtin", {}).items()}
        )
    except (tomllib.TOMLDecodeError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInput(f"cold-chain profiles: {error}") from error
    for name in found.by_gtin.values():
        found.named(name)
    return found


def _profile(name: str, row: Mapping[str, Any], bands: Mapping[str, tuple[Band, ...]]) -> Profile:
    _check_keys(f"profile {name}", row, _WANTED, _POSSIBLE)
    life = row["shelf_life"]
    _check_keys(f"profile {name}: shelf_life", life, {"celsius", "days", "q10", "source"})
    if life["q10"] not in bands:
        raise InvalidInput(
            f"profile {name}: there is no q10.{life['q10']}; there are {', '.join(sorted(bands))}"
        )
    fewest, most = map(_number, life["days"])
    chilling = row.get("chilling_below")
    return Profile(
        name=name,
        title={"zh": str(row["zh"]), "en": str(row["en"])},
        low=_number(row["low"]),
        high=_number(row["high"]),
        hysteresis=_number(row["hysteresis"]),
        limits=str(row["limits"]),
        shelf_life=ShelfLife(_number(life["celsius"]), (fewest, most), bands[life["q10"]]),
        chilling_below=None if chilling is None else _number(chilling),
        allowed_consecutive_ms=_minutes(row.get("allowed_consecutive_min")),
        allowed_cumulative_ms=_minutes(row.get("allowed_cumulative_min")),
        bears=None if "yield" not in row else _yield(f"profile {name}: yield", row["yield"]),
    )


def _yield(where: str, table: Mapping[str, Any]) -> Yield:
    _check_keys(where, table, {"tonnes_per_hectare", "days", "source"})
    kilograms, days = round(_number(table["tonnes_per_hectare"]) * 1000), table["days"]
    if kilograms <= 0 or not isinstance(days, int) or not 1 <= days <= _LONGEST_SEASON:
        raise InvalidInput(
            f"{where}: has {table['tonnes_per_hectare']} t and {days!r} days, "
            f"want more than nothing in 1 to {_LONGEST_SEASON} whole days"
        )
    return Yield(kilograms, days)


def _bands(table: Mapping[str, Any]) -> tuple[Band, ...]:
    _check_keys("q10", table, {"source", "bands"})
    return tuple(Band(*map(_number, row)) for row in table["bands"])


def _minutes(stated: object) -> int | None:
    return None if stated is None else round(_number(stated) * _MINUTE_MS)


def _number(stated: object) -> float:
    if isinstance(stated, bool) or not isinstance(stated, int | float) or not math.isfinite(stated):
        raise InvalidInput(f"cold-chain profiles: {stated!r} stands where a number should")
    return float(stated)


def _check_keys(
    where: str, table: Mapping[str, Any], wanted: Collection[str], possible: Collection[str] | None = None
) -> None:
    """A misspelt name must not read as one that is absent."""
    missing, odd = set(wanted) - set(table), set(table) - set(wanted if possible is None else possible)
    if missing or odd:
        raise InvalidInput(f"{where}: lacks {sorted(missing)}, has {sorted(odd)} that means nothing here")
