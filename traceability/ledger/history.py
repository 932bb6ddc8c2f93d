"""Events by time and by what they mention, each worked out once: what a trace is walked over."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from traceability.epcis.event import Role
from traceability.ledger.ports import StoredEvent

ALWAYS = datetime.min.replace(tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)

Mentioning = Callable[[Iterable[str]], Sequence[StoredEvent]]


@dataclass(frozen=True, slots=True)
class Span:
    """The time from `start` to `end`, both included."""

    start: datetime = ALWAYS
    end: datetime = FOREVER

    def holds(self, moment: datetime) -> bool:
        return self.start <= moment <= self.end

    def cut(self, other: "Span") -> "Span | None":
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start <= end else None


@dataclass(frozen=True, slots=True)
class Told:
    """An event with what the walk asks of it, worked out once."""

    stored: StoredEvent
    at: datetime
    kind: str
    action: str | None
    roles: Mapping[Role, frozenset[str]]
    counts: bool
    """Neither declared wrong by its own submitter nor such a declaration."""


class History:
    """The events that mention some identifiers, by time and by what they mention."""

    def __init__(self, found: Sequence[StoredEvent]) -> None:
        wrong = {each.name for each in found if "errorDeclaration" in each.event.body}
        told = sorted((_told(each, wrong) for each in found), key=lambda each: (each.at, each.stored.key))
        self._by_identifier: defaultdict[str, list[Told]] = defaultdict(list)
        for each in told:
            for identifier in frozenset().union(*each.roles.values()):
                self._by_identifier[identifier].append(each)

    def of(self, identifier: str, span: Span) -> list[Told]:
        return [each for each in self._by_identifier[identifier] if span.holds(each.at)]


def _told(stored: StoredEvent, wrong: set[tuple[str, str]]) -> Told:
    event = stored.event
    roles = {role: frozenset(named) for role, named in event.identifiers_by_role().items()}
    return Told(
        stored, event.event_time, event.kind, event.body.get("action"), roles, stored.name not in wrong
    )


def taken_out(content: str, bearer: str, later: Iterable[Told], kind: str) -> datetime | None:
    """When `content` first left `bearer` by an event of this kind; one without children empties it."""
    for told in later:
        if told.counts and told.kind == kind and told.action == "DELETE" and bearer in told.roles["parent"]:
            children = told.roles["child"]
            if not children or content in children:
                return told.at
    return None
