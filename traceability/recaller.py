"""Recall goods and end a recall, for commands, the page and programs alike: look, plan, then record."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from traceability.alerts.alert import Notice
from traceability.alerts.ports import Undelivered
from traceability.alerts.recall import News, notice_key, notices
from traceability.epcis.event import Event
from traceability.errors import InvalidInput, NotAuthorised, Unknown
from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.ledger.affected import Affected
from traceability.ledger.capture import as_stored
from traceability.ledger.grant import ADMIN, Grant
from traceability.ledger.parties import Register
from traceability.ledger.permission import Permission
from traceability.ledger.ports import Captured, EventStore, StoredEvent
from traceability.ledger.recall import Order, check_new, recall_events, release_events
from traceability.ledger.recalled import RecallNotice, RecallReader, RecallStore
from traceability.ledger.recalling import Looked, evidence, look


class RecallKeeper(RecallStore, Protocol):
    def keep(
        self, events: Sequence[StoredEvent], notices: Sequence[Notice], now_ms: int
    ) -> tuple[Captured, ...]:
        """Record events and put notices into the outbox, in one durable commit."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A recall, or the end of one, of which nothing is recorded yet."""

    kind: Literal["recalled", "released"]
    order: Order
    touched: Affected
    events: Sequence[Event]
    """The recall or release itself, then its holds or their end."""
    targets: Mapping[str, Sequence[str]]
    """Of each party (GLN) that can be told, the names of its targets."""

    @property
    def told(self) -> Mapping[str, Sequence[str]]:
        """For each party touched but the one in whose name it is: its targets; none is told by hand."""
        return told(self.touched, self.targets, self.order.party)


@dataclass(frozen=True, slots=True)
class Recaller:
    events: EventStore
    recalls: RecallKeeper
    permission: Permission
    parties: Callable[[], Register]
    keep_document: Callable[[bytes], str]
    """Its SHA-256 in hex."""
    read_targets: Callable[[], Mapping[str, Sequence[str]]]
    """As `Planned.targets`. Raises `InvalidInput` for a malformed file."""
    undelivered: Callable[[], Sequence[Undelivered]]
    public_url: str
    now: Callable[[], datetime]

    def look(self, subject: str) -> Looked:
        """Raises `Unknown` if there is no event of `subject` (a canonical Digital Link)."""
        return look(subject, self.events, self._reader())

    def plan(self, order: Order, looked: Looked, targets: Mapping[str, Sequence[str]]) -> Planned:
        """Raises `InvalidInput`, or `NotAuthorised` if the party may not recall these goods."""
        looked.check_may_recall(order.party, self.parties())
        check_new(order, looked.recalls)
        return Planned("recalled", order, looked.touched, recall_events(order, looked.touched), targets)

    def propose(self, order: Order, grant: Grant) -> Planned:
        """What whoever holds a grant would recall. Raises as `look` and `plan` do."""
        planned = self.plan(order, self.look(order.subject), self.targets())
        # The holds name whatever the goods became, of any owner: who may recall these may hold those.
        self.permission.check(planned.events[:1], grant)
        return planned

    def end(
        self,
        order: Order,
        looked: Looked,
        recall: RecallNotice,
        keys: Sequence[str],
        documents: Sequence[bytes],
    ) -> Planned:
        """The end of `recall` by events (keys) and documents, which are kept at once.

        Raises `InvalidInput` where that is no evidence, `NotAuthorised` for another's recall.
        """
        if order.party != recall.by and not self.parties().is_authority(order.party):
            raise NotAuthorised(
                f"the recall is of party {recall.by}: only it or an authority may end it, not {order.party}"
            )
        # Kept before the release names them: one that nobody can see any more would be no evidence.
        digests = [self.keep_document(document) for document in documents]
        proof = list(evidence(looked, recall, keys, digests))
        events = release_events(order, recall, looked.touched, proof)
        return Planned("released", order, looked.touched, events, self.targets())

    def propose_end(
        self,
        recall: RecallNotice,
        reason: Mapping[str, str],
        keys: Sequence[str],
        documents: Sequence[bytes],
        grant: Grant,
    ) -> Planned:
        """What whoever holds a grant would end. Raises as `end` does."""
        if not recall.holds:
            raise InvalidInput(f"recall {recall.notice or recall.key} does not hold: it cannot be ended")
        subject = only_goods(recall)
        order = Order(recall.notice, subject, grant.submitter, reason, {}, None, self.now())
        planned = self.end(order, self.look(subject), recall, keys, documents)
        self.permission.check(planned.events[:1], grant)
        return planned

    def record(self, planned: Planned) -> tuple[Captured, ...]:
        """The events, the recall or release first, and the notices: one commit."""
        order, now_ms = planned.order, int(self.now().timestamp() * 1000)
        kept = [as_stored(each, order.party, now_ms, secrets.token_bytes(16)) for each in planned.events]
        told = notices(self._news(planned), _holding(planned), planned.targets)
        return self.recalls.keep(kept, list(told), now_ms)

    def targets(self) -> Mapping[str, Sequence[str]]:
        """As `Planned.targets`; none of a malformed file, for which no recall may wait."""
        return self._reachable()[0]

    def why_none_is_told(self) -> str | None:
        """What is wrong with the file that says who can be told how."""
        return self._reachable()[1]

    def _reachable(self) -> tuple[Mapping[str, Sequence[str]], str | None]:
        try:
            return self.read_targets(), None
        except InvalidInput as error:
            return {}, str(error)

    def names(self) -> Mapping[str, str]:
        """Of the parties that are registered here, by GLN."""
        return {gln: party.name for gln, party in self.parties().parties.items()}

    def listed(self, grant: Grant) -> list[RecallNotice]:
        """Newest first: those in the name of the grant's party; an administrator and an authority see all."""
        sees_all = grant.role == ADMIN or self.parties().is_authority(grant.submitter)
        found = self._reader().all(self.events)
        return [each for each in found if sees_all or each.by == grant.submitter]

    def one(self, key: str, grant: Grant) -> RecallNotice:
        """By the key of its event. Raises `Unknown`, also for one that the grant does not list."""
        for each in self.listed(grant):
            if each.key == key:
                return each
        raise Unknown(f"there is no recall {key[:80]!r} that this token may see")

    def touched(self, recall: RecallNotice) -> list[Affected]:
        """Of each of its goods; of none where it is only claimed: who has them is not for everybody."""
        return [self.look(each).touched for each in recall.goods] if recall.is_entitled else []

    def late(self, recall: RecallNotice, parties: Collection[str]) -> Mapping[str, Sequence[str]]:
        """Of these parties (GLN), those that a notice did not reach so far: by which targets."""
        kind = "recalled" if recall.released_at is None else "released"
        keys = {notice_key(recall.notice or "-", kind, party): party for party in parties}
        found: dict[str, list[str]] = {}
        for each in self.undelivered():
            if each.notice.key in keys:
                found.setdefault(keys[each.notice.key], []).append(each.notice.target)
        return found

    def _reader(self) -> RecallReader:
        return RecallReader(self.recalls, self.parties())

    def _news(self, planned: Planned) -> News:
        order = planned.order
        return News(
            kind=planned.kind,
            notice=order.notice or "-",
            subject=order.subject,
            by=order.party,
            at=order.at.isoformat(timespec="seconds"),
            reason=order.reason,
            advice=order.advice,
            level=order.level,
            page=self.public_url + order.subject.removeprefix(CANONICAL_STEM),
        )


def only_goods(recall: RecallNotice) -> str:
    """Its goods. Raises `InvalidInput` for a recall that came as an event about several."""
    if len(recall.goods) != 1:
        raise InvalidInput(f"the recall names {len(recall.goods)} goods: see guoji recalls of each")
    return recall.goods[0]


def told(touched: Affected, targets: Mapping[str, Sequence[str]], by: str) -> Mapping[str, Sequence[str]]:
    """For each party touched but the one that recalls: its targets; none is told by hand."""
    return {party: targets.get(party, ()) for party in touched.parties if party != by}


def _holding(planned: Planned) -> Mapping[str, Sequence[str]]:
    return {party: [each.goods for each in planned.touched.with_party(party)] for party in planned.told}
