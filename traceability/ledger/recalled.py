"""Which recalls hold for the goods of a trace, and what they say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from traceability.epcis.evidence import EVIDENCE, cited
from traceability.ledger import extensions
from traceability.ledger.ports import EventStore, StoredEvent
from traceability.proof.ancestry import ancestry
from traceability.proof.history import Telling
from traceability.proof.recalls import Recall, Rights, is_recall, notices, recalls


class RecallStore(Protocol):
    def of(self, identifiers: Iterable[str]) -> list[StoredEvent]:
        """All recalls and releases in which one of the canonical identifiers stands, in no order."""

    def all(self) -> list[StoredEvent]:
        """All recalls and releases, oldest first."""


@dataclass(frozen=True, slots=True)
class RecallNotice:
    """A recall that reaches goods. Texts are by language, and hostile."""

    key: str
    notice: str | None
    """URI."""
    goods: tuple[str, ...]
    """Whose recall it is: the goods themselves, what they were made from, hold or lie in."""
    at: datetime
    by: str
    """GLN."""
    party: Mapping[str, str]
    """What it calls itself; may be empty."""
    is_entitled: bool
    """Whether it may recall these goods; otherwise this is only what it claims."""
    reason: Mapping[str, str]
    advice: Mapping[str, str]
    """What whoever has the goods should do."""
    level: str | None
    """As whoever recalled it graded it."""
    released_at: datetime | None
    evidence: int
    """How many records and documents the release names."""

    @property
    def holds(self) -> bool:
        return self.is_entitled and self.released_at is None


@dataclass(frozen=True, slots=True)
class Found:
    """The recalls that reach the goods of a trace, newest first."""

    notices: tuple[RecallNotice, ...] = ()
    events: tuple[StoredEvent, ...] = ()
    """The events that say so, those that ended them, and those by which they reach the goods."""
    names: frozenset[str] = frozenset()
    """Canonical Digital Links: a recall that reaches the goods names one of them."""


@dataclass(frozen=True, slots=True)
class RecallReader:
    """Derives the state of goods from events each time: it is kept nowhere, so nothing can go stale."""

    store: RecallStore
    rights: Rights

    def reaching(self, subject: str, telling: Telling, events: EventStore) -> Found:
        """Whenever they were recorded, and whenever the goods were made. `telling` is that of `events`."""
        kin = ancestry(subject, telling)
        held = _backed(self.store.of(kin.names), events)
        found = recalls(held, kin.told, self.rights, subject) if held else []
        if not found:
            return Found(names=kin.names)
        leading = events.by_keys([each.key for each in kin.told])
        return Found(tuple(map(_notice, found)), (*held, *leading), kin.names)

    def all(self, events: EventStore) -> list[RecallNotice]:
        """Each recall there ever was, newest first, by all that it names."""
        held = _backed(self.store.all(), events)
        roles = [each.event.identifiers_by_role() for each in held if is_recall(each)]
        named = {name for each in roles for name in (*each["epc"], *each["class"])}
        told = {each.key: each for found in events.telling(named).values() for each in found}
        return list(map(_notice, recalls(held, list(told.values()), self.rights)))


def _backed(held: Sequence[StoredEvent], events: EventStore) -> list[StoredEvent]:
    """Without releases that name an event which is not here."""
    wanted = {each.key: set(cited(each.event.body.get(EVIDENCE))) for each in held}
    known = {each.key for each in events.by_keys(list(set().union(*wanted.values())))}
    return [each for each in held if wanted[each.key] <= known]


def _notice(recall: Recall[StoredEvent]) -> RecallNotice:
    record, body = recall.record, recall.record.event.body
    level = body.get("guoji:recallLevel")
    evidence = None if recall.release is None else recall.release.event.body.get(EVIDENCE)
    return RecallNotice(
        key=record.key,
        notice=next(notices(record), None),
        goods=recall.goods,
        at=record.event.event_time,
        by=record.submitter,
        party=extensions.party_name(record.event),
        is_entitled=recall.is_entitled,
        reason=extensions.texts(body.get("guoji:reason")),
        advice=extensions.texts(body.get("guoji:advice")),
        level=level if isinstance(level, str) else None,
        released_at=None if recall.release is None else recall.release.event.event_time,
        evidence=len(evidence) if isinstance(evidence, list) else 0,
    )
