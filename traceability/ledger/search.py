"""What whoever queries the events asks of the store: pages of events, and the words and things that occur."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from traceability.epcis.query.query import Query
from traceability.ledger.ports import StoredEvent

Kind = Literal["eventType", "epc", "bizStep", "bizLocation", "readPoint", "disposition"]
"""What is listed of the events."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in an order of events: what it is ordered by, then the event's number in the store."""

    at: int
    number: int


@dataclass(frozen=True, slots=True)
class Page:
    events: tuple[StoredEvent, ...]
    """In the order that the query asks for."""
    end: Position | None
    """After it the next page begins; None if there is none. That may turn out to be empty."""


class Search(Protocol):
    """Finds events, each question with an effort that does not grow with the store."""

    def find(self, query: Query, after: Position | None, at_most: int) -> Page:
        """The first answers after a position; fewer than `at_most` too, if many had to be looked at."""

    def check_count(self, query: Query) -> None:
        """Raises `QueryTooLarge` if more events answer than its `max_event_count`, or too many to tell."""

    def values(self, kind: Kind, after: bytes, at_most: int) -> Sequence[tuple[bytes, str]]:
        """What occurs in events, each once, with the key after which the next begins; the first is b""."""

    def occurs(self, kind: Kind, value: str) -> bool:
        """Whether any event has it; spelled as `fields_of` does."""

    def only_for(self, party: str) -> "Search":
        """The same, as if there were no events but those that concern a party (`readers_of`).

        What occurs is then read out of them, and `QueryTooLarge` raised where that are too many.
        """
