"""Look at goods as a recall would, and say what may stand as evidence that they were put right."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from traceability.errors import InvalidInput, Unknown
from traceability.ledger.affected import Affected, affected
from traceability.ledger.descent import descent
from traceability.ledger.lineage import in_order
from traceability.ledger.parties import Parties, may_recall
from traceability.ledger.ports import EventStore, StoredEvent
from traceability.ledger.recalled import RecallNotice, RecallReader
from traceability.proof.history import remembering
from traceability.proof.records import first_makers, standing

MOST_FOLLOWED = 1_000_000
"""Stays of goods. A recall is asked for by who may recall, and what it leaves out stays on sale."""
_PUT_RIGHT = ("conformant", "destroyed", "disposed", "returned")


@dataclass(frozen=True, slots=True)
class Looked:
    """What is known about goods that may be recalled."""

    touched: Affected
    recalls: tuple[RecallNotice, ...]
    """That reach them already, newest first."""
    records: Mapping[str, StoredEvent]
    """By key, those that stand of all that became of the goods."""

    def check_may_recall(self, party: str, parties: Parties) -> None:
        """Raises `NotAuthorised`."""
        may_recall(parties, party, [self.touched.subject], first_makers(self.records.values()))

    def recall(self, notice: str | None = None) -> RecallNotice:
        """The one of these very goods that holds, or of several the one with this notice (URI).

        Raises `InvalidInput` if there is none, or more than one to choose from.
        """
        subject = self.touched.subject
        found = [each for each in self.recalls if each.holds and subject in each.goods]
        found = [each for each in found if notice in (None, each.notice)]
        if len(found) != 1:
            named = ", ".join(each.notice or each.key for each in found) or "none"
            raise InvalidInput(f"of {subject} itself holds {named}, want one recall")
        return found[0]


def look(subject: str, events: EventStore, reader: RecallReader) -> Looked:
    """Raises `Unknown` if there is no event of `subject` (a canonical Digital Link)."""
    telling = remembering(events.telling)
    recalls = reader.reaching(subject, telling, events).notices
    holding = events.by_keys([each.key for each in recalls if each.holds])
    recalled_at_ms = min((each.captured_at_ms for each in holding), default=None)
    found = descent(subject, telling, MOST_FOLLOWED, recalled_at_ms)
    reached = in_order(found.told, events)
    if not reached:
        raise Unknown(f"we hold no event for {subject}")
    return Looked(
        affected(subject, found, reached, recalled_at_ms),
        recalls,
        {each.key: each for each in standing(reached)},
    )


def evidence(
    looked: Looked, recall: RecallNotice, events: Sequence[str], documents: Sequence[str]
) -> Iterator[Mapping[str, str]]:
    """As a release names it: keys of events, and SHA-256 (hex) of documents that are kept.

    Raises `InvalidInput` for an event that shows no correction of these goods after the recall.
    """
    since_ms = looked.records[recall.key].captured_at_ms
    for key in events:
        held = looked.records.get(key)
        if held is None or held.captured_at_ms < since_ms:
            raise InvalidInput(
                f"{key[:80]!r} is no event of these goods that stands and is newer than the recall"
            )
        action, disposition = held.event.body.get("action"), held.event.disposition
        if action != "DELETE" and disposition not in _PUT_RIGHT:
            found = f"event {key} has action {action} and disposition {disposition}"
            raise InvalidInput(f"{found}, want DELETE, or one of {', '.join(_PUT_RIGHT)}")
        yield {"guoji:event": key}
    yield from ({"guoji:document": digest} for digest in documents)
