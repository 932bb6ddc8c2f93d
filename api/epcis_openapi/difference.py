"""One difference of a JSON document from another: where, what stands there instead, and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final


class _Missing(Enum):
    LEFT_OUT = "left out"


LEFT_OUT: Final = _Missing.LEFT_OUT


@dataclass(frozen=True, slots=True)
class Made:
    """What stands at a place is made of the object that it stands in."""

    of: Callable[[Mapping[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Difference:
    at: tuple[str, ...]
    """Names that lead from the top to what differs; "*" and "?" in one stand for any letters."""
    ours: object
    """What stands there instead, a `Made`, or `LEFT_OUT`. A last name that gets a value has no "*"."""
    why: str
