"""Numbers with their units and bounds, as a sentence states them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf

from traceability.claims.data import load

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is said to lie from `low` to `high`, both inclusive, in the unit that facts are held in."""

    low: float
    high: float
    dimension: str
    """As in rules/units.toml; "" for a bare number."""
    step: float
    """What one more in the last digit that was said amounts to: 1 for "12", 0.1 for "12.5"."""
    about: bool
    span: Span
    """In the text, bounding words included."""

    @property
    def is_exact(self) -> bool:
        return self.low == self.high

    def agrees_with(self, value: float) -> bool:
        """A stated value agrees with what rounds to it; "about" gives it a tenth more on each side."""
        slack = self.step / 2 if self.is_exact else 0.0
        if self.about:
            # A guessed range is wide already.
            slack += (0.1 if self.is_exact else 0.05) * abs(self.low if self.low > -inf else self.high)
        return self.low - slack - 1e-9 <= value <= self.high + slack + 1e-9


SOMETHING = Quantity(1e-6, inf, "residue", 0, False, (0, 0))
"""More than nothing."""
_NUMBER = r"\d+(?:,\d{3})+|\d+(?:\.\d+)?"


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_TABLE = load("units")
_UNITS = [
    (row["dimension"], row["factor"], re.compile(rf"(?:{_alternatives(row['names'])})(?![a-z])"))
    for row in _TABLE["unit"]
]
_UNIT = rf"(?:{_alternatives(name for row in _TABLE['unit'] for name in row['names'])})(?![a-z])"
_QUANTITY = re.compile(
    rf"(?<![\d.a-z/])(?P<first>-?(?:{_NUMBER}))(?P<ten_thousand>万)?(?P<more>多)?(?:\s|-(?=[a-z]))?(?P<unit1>{_UNIT})?"
    rf"(?:\s?(?:到|至|~|-|–|—|to|and)\s?(?P<second>-?(?:{_NUMBER}))\s?(?P<unit2>{_UNIT})?)?"
)


def _bounding(where: str, frame: str) -> dict[str, re.Pattern[str]]:
    """The comparators that stand `where`, each in a `frame` that holds them at the number."""
    return {
        name.removesuffix(f"_{where}"): re.compile(frame.format(_alternatives(words)))
        for name, words in _TABLE["comparators"].items()
        if name.endswith(where)
    }


_BEFORE_IT = _bounding("before", r"(?:{})\s?$")
_AFTER_IT = _bounding("after", r"\s?(?:{})")
_BEFORE = 40
"""Characters in which a bounding word may stand before its number."""


def quantities(text: str) -> Iterator[Quantity]:
    """Every number in `text` (in normal form), from left to right. "10 to 13 degrees" is one quantity."""
    start = 0
    while (match := _QUANTITY.search(text, start)) is not None:
        found = _read(text, match)
        yield found
        start = max(match.end(), found.span[1])


def _read(text: str, match: re.Match[str]) -> Quantity:
    is_range = _is_range(text, match)
    dimension, factor = _unit(match["unit2"] if is_range and match["unit2"] else match["unit1"])
    first = _number(match["first"]) * (10_000 if match["ten_thousand"] else 1) * factor
    step = factor * 10.0 ** -len(match["first"].partition(".")[2])
    if is_range:
        low, high = sorted((first, _number(match["second"]) * factor))
        about = text.endswith("约", 0, match.start())
        bounded = _Bounded(low, high, about, match.start() - about, match.end())
    else:
        end = max(match.end(name) for name in ("first", "ten_thousand", "more", "unit1"))
        more = first and (match["more"] or text.startswith("多", end))
        bounded = _bounded(
            text, first, match.start(), end, most=_most(match["first"]) * first if more else None
        )
    low, high = bounded.low, bounded.high
    if dimension == "fahrenheit":
        dimension, step = "temperature", step * 5 / 9
        low, high = ((value - 32) * 5 / 9 for value in (low, high))
    return Quantity(low, high, dimension, step, bounded.about, (bounded.start, bounded.end))


def _is_range(text: str, match: re.Match[str]) -> bool:
    """ "10 to 13 degrees", but not "10 kg to 13 shops", and "10 and 13" only behind "between"."""
    if match["second"] is None or (match["unit1"] and not match["unit2"]):
        return False
    return " and " not in match[0] or text[: match.start()].endswith("between ")


@dataclass(frozen=True, slots=True)
class _Bounded:
    low: float
    high: float
    about: bool
    start: int
    end: int


def _most(stated: str) -> float:
    """ "40多" is less than 50, "12多" less than 13: by how much the value may be more."""
    whole = float(stated.replace(",", ""))
    zeros = len(stated) - len(stated.rstrip("0")) if "." not in stated else 0
    return 1 + (10.0**zeros if whole >= 1 else whole) / whole


def _bounded(text: str, value: float, start: int, end: int, most: float | None) -> _Bounded:
    before = _longest(_BEFORE_IT, lambda pattern: pattern.search(text[max(0, start - _BEFORE) : start]))
    after = _longest(_AFTER_IT, lambda pattern: pattern.match(text[end : end + _BEFORE]))
    start -= max(before.values(), default=0)
    end += max(after.values(), default=0)
    bounds = [(length, name) for hit in (before, after) for name, length in hit.items() if name != "about"]
    # Words on both sides, or one that ends in another ("not over", "over"): the longer says more.
    kind = max(bounds)[1] if bounds else None
    if kind == "at_least":
        return _Bounded(value, inf, False, start, end)
    if kind == "at_most":
        return _Bounded(-inf, value, False, start, end)
    if most is not None:
        return _Bounded(value, most, True, start, end)
    return _Bounded(value, value, "about" in before | after, start, end)


def _longest(
    patterns: Mapping[str, re.Pattern[str]], match: Callable[[re.Pattern[str]], re.Match[str] | None]
) -> dict[str, int]:
    """How long the match of each kind of bound is."""
    found = {name: match(pattern) for name, pattern in patterns.items()}
    return {name: len(hit[0]) for name, hit in found.items() if hit}


def _unit(name: str | None) -> tuple[str, float]:
    if name is None:
        return "", 1.0
    return next((dimension, factor) for dimension, factor, pattern in _UNITS if pattern.fullmatch(name))


def _number(text: str) -> float:
    return float(text.replace(",", ""))
