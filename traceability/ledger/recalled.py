"""Which recalls hold for the goods of a trace, and what they say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from traceability.ledger import extensions
from traceability.ledger.ports import EventStore, StoredEvent
from traceability.proof.kinship import Kinship
from traceability.proof.recalls import EVIDENCE, Recall, Rights, is_recall, notices, recalls
from traceability.proof.records import first_makers, standing


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
    """The events that say so, and those that ended them."""


@dataclass(frozen=True, slots=True)
class RecallReader:
    """Derives the state of goods from events each time: it is kept nowhere, so nothing can go stale."""

    store: RecallStore
    rights: Rights

    def reaching(self, subject: str, trace: Sequence[StoredEvent]) -> Found:
        """Of the events of a trace, only those of its own time are in it; recalls may be of any time."""
        records = standing(trace)
        names = Kinship(records).reaching(subject)
        held = self.store.of(names)
        found = recalls(names, held, first_makers(records), self.rights)
        return Found(tuple(map(_notice, found)), tuple(held) if found else ())

    def all(self, events: EventStore) -> list[RecallNotice]:
        """Each recall there ever was, newest first, by all that it names."""
        held = self.store.all()
        roles = [each.event.identifiers_by_role() for each in held if is_recall(each)]
        named = {name for each in roles for name in (*each["epc"], *each["class"])}
        makers = first_makers(standing(events.mentioning(named)))
        return list(map(_notice, recalls(named, held, makers, self.rights)))


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
