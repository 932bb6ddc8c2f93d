"""Keep what opens the commitments in events, and show it to those with a right to see it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from traceability.errors import CheckFailed, Erased, InvalidInput, NotAuthorised, Unknown
from traceability.ledger.grant import Grant
from traceability.ledger.ports import EventStore
from traceability.proof.on_air_segment import ON_AIR
from traceability.proof.personal import Disclosure, check_disclosure, committed, parse_disclosures


@dataclass(frozen=True, slots=True)
class Kept:
    """Personal data, as it was handed in beside its event."""

    disclosure: Disclosure
    event_key: str
    submitter: str
    """GLN of the party that handed it in, which is the event's submitter."""
    kept_at_ms: int


@dataclass(frozen=True, slots=True)
class Erasure:
    """That a value is gone for good. Nothing in it is personal."""

    commitment: str
    erased_at_ms: int
    reason: str

    @property
    def erased_at(self) -> datetime:
        return datetime.fromtimestamp(self.erased_at_ms / 1000, UTC)

    def __str__(self) -> str:
        return f"erased on {self.erased_at:%Y-%m-%d}: {self.reason}"


class PersonalStore(Protocol):
    """Keeps personal data until it is erased, and remembers what was erased."""

    def keep(self, new: Sequence[Kept]) -> None:
        """Keep those that are not kept yet, in one durable commit.

        Raises `Erased`, and keeps none, if one of them was erased: that is for good.
        """

    def kept(self, commitments: Sequence[str]) -> list[Kept]:
        """Those of `commitments` whose value is here, in no order."""

    def erasures(self, commitments: Sequence[str]) -> Mapping[str, Erasure]:
        """Those of `commitments` that were erased."""


@dataclass(frozen=True, slots=True)
class Personal:
    events: EventStore
    store: PersonalStore
    now: Callable[[], datetime]

    def hand_in(self, body: bytes, event_key: str, party: str) -> tuple[str, ...]:
        """Keep disclosures of the commitments in one event of `party` (GLN); their commitments.

        Sending them again does no harm. Raises `Unknown` without the event, `NotAuthorised` for another
        party's, `InvalidInput` for a disclosure that opens nothing in it, `Erased` for one that was erased.
        """
        event = self.events.by_key(event_key)
        if event.submitter != party:
            raise NotAuthorised(f"event {event_key} is of party {event.submitter}, the token is for {party}")
        disclosures, fields = parse_disclosures(body), committed(event.event.body)
        for disclosure in disclosures:
            try:
                check_disclosure(disclosure, fields)
            except CheckFailed as error:
                raise InvalidInput(str(error)) from error
        kept_at_ms = int(self.now().timestamp() * 1000)
        self.store.keep([Kept(each, event_key, party, kept_at_ms) for each in disclosures])
        return tuple(each.commitment for each in disclosures)

    def show(self, commitment: str, grant: Grant) -> Kept:
        """For the party that handed it in, and administrators; what was said on air, not for some keys alone.

        Raises `Erased` with date and reason, `Unknown` for what was never handed in, `NotAuthorised`.
        """
        if (erasure := self.store.erasures([commitment]).get(commitment)) is not None:
            raise Erased(f"the value of {commitment} was {erasure}")
        kept = self.store.kept([commitment])
        if not kept:
            raise Unknown(f"no value of {commitment} was ever handed in here")
        if grant.role != "admin" and grant.party != kept[0].submitter:
            raise NotAuthorised(f"the value of {commitment} is kept for the party that handed it in")
        if grant.about and ON_AIR in self.events.by_key(kept[0].event_key).event.body:
            raise NotAuthorised(
                f"the value of {commitment} was said on air, where any goods are spoken of, and the token is "
                f"for keys that begin with {' or '.join(grant.about)}"
            )
        return kept[0]


@dataclass(frozen=True, slots=True)
class PersonalField:
    """A field of an event that holds a commitment, and what became of its value."""

    name: str
    commitment: str
    erased_at: datetime | None
    """None: not erased here. Whoever recorded it may show it to those with a right to see it."""


def personal_fields(
    events: Iterable[Mapping[str, object]], store: PersonalStore
) -> list[tuple[PersonalField, ...]]:
    """Of each of `events`, in their order."""
    found = [committed(event) for event in events]
    erased = store.erasures([field.commitment for fields in found for field in fields])
    return [
        tuple(
            PersonalField(
                field.name,
                field.commitment,
                erased[field.commitment].erased_at if field.commitment in erased else None,
            )
            for field in fields
        )
        for fields in found
    ]
