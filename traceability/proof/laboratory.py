"""What a laboratory found: values with their limits, methods and uncertainty, as a credential states them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from traceability.errors import InvalidInput
from traceability.proof.shape import a_number, names, take

MAX_RESULTS = 1_000
SMALLEST = 1e-9
"""Of limits of every kind."""

_NUMBER = int | float
_REQUIRED = {"analyte": str | dict, "unit": str}
_OPTIONAL = {
    "cas": str,
    "value": _NUMBER,
    "below": str,
    "limit": dict,
    "method": str,
    "lod": _NUMBER,
    "loq": _NUMBER,
    "uncertainty": _NUMBER,
    "conclusion": str,
}


@dataclass(frozen=True, slots=True)
class Limit:
    value: float
    standard: str
    """With its version, e.g. "GB 2763-2021": limits change from one to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    analyte: Mapping[str, str]
    """Name by language; the text is hostile."""
    unit: str
    """UNECE Rec 20 code, of all numbers here."""
    value: float | None
    below: str | None
    """"LOD" or "LOQ" where nothing above that was found; then there is no value."""
    limit: Limit | None = None
    cas: str | None = None
    method: str | None = None
    lod: float | None = None
    """Limit of detection."""
    loq: float | None = None
    """Limit of quantification."""
    uncertainty: float | None = None
    """Expanded, with k = 2: the true value lies within value ± this with about 95 %."""
    conclusion: str | None = None
    """"pass" or "fail", the laboratory's own word."""

    @classmethod
    def parse(cls, value: object, where: str) -> "Result":
        """Raises `InvalidInput`, also where value, limit and conclusion contradict each other."""
        found = take(value, where, _REQUIRED, _OPTIONAL)
        for name in ("lod", "loq"):
            if found[name] is not None:
                a_number(found[name], f"{name} of {where}", SMALLEST)
        for name, least in (("value", -1e9), ("uncertainty", 0.0)):
            if found[name] is not None:
                a_number(found[name], f"{name} of {where}", least)
        found["analyte"] = names(found["analyte"], f"analyte of {where}")
        found["limit"] = None if found["limit"] is None else _limit(found["limit"], f"limit of {where}")
        result = cls(**found)
        result._check(where)
        return result

    def _check(self, where: str) -> None:
        if (self.value is None) == (self.below is None):
            raise InvalidInput(f"{where} needs either a value or below, and not both")
        if self.below is not None and (self.below not in ("LOD", "LOQ") or self.bound is None):
            raise InvalidInput(f"{where} is below {self.below[:20]!r}, want LOD or LOQ, and its number")
        if self.conclusion not in (None, "pass", "fail"):
            raise InvalidInput(f"conclusion of {where} is {self.conclusion!r:.40}, want pass or fail")
        if self.conclusion == "pass" and self.is_above:
            raise InvalidInput(f"{where} says pass, and {self.value:g} is above its limit")

    @property
    def bound(self) -> float | None:
        """The number of what it is below."""
        return self.lod if self.below == "LOD" else self.loq

    @property
    def is_above(self) -> bool:
        return self.value is not None and self.limit is not None and self.value > self.limit.value


def _limit(value: object, where: str) -> Limit:
    found = take(value, where, {"value": _NUMBER, "standard": str}, {})
    if not found["standard"]:
        raise InvalidInput(f"{where} names no standard")
    return Limit(a_number(found["value"], f"value of {where}", SMALLEST), found["standard"])


def result_json(result: Result) -> dict[str, Any]:
    """What `Result.parse` reads."""
    limit = None if result.limit is None else {"value": result.limit.value, "standard": result.limit.standard}
    told = {"analyte": dict(result.analyte), "unit": result.unit, "limit": limit}
    told |= {name: getattr(result, name) for name in _OPTIONAL if name != "limit"}
    return {name: value for name, value in told.items() if value is not None}
