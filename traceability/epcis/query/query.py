"""A query as plain values: every condition must hold, each by one of its values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from traceability.epcis.event import Event

Value = str | float | bool | datetime
Test = Literal["EQ", "EXISTS", "GE", "GT", "LE", "LT"]
Order = Literal["eventTime", "recordTime"]


class Recorded(Protocol):
    """An event as a repository holds it."""

    @property
    def event(self) -> Event: ...

    @property
    def event_hash(self) -> str:
        """`ni:` URI (CBV 2.0): the name of an event that brings none."""

    @property
    def captured_at_ms(self) -> int:
        """Its recordTime."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds if a value in one of `fields` of the event stands in the relation `test` to one of ours."""

    test: Test
    fields: tuple[str, ...]
    """As `fields_of` names them."""
    values: tuple[Value, ...] = ()
    """Normalised as `fields_of` does; none for EXISTS, one for a comparison."""


@dataclass(frozen=True, slots=True)
class Query:
    """A SimpleEventQuery. One without conditions is answered by every event."""

    conditions: tuple[Condition, ...] = ()
    order_by: Order | None = None
    descending: bool = True
    event_count_limit: int | None = None
    """Only so many, the first in the order asked for."""
    max_event_count: int | None = None
    """An answer of more events is an error."""
