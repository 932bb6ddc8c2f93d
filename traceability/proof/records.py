"""Which records may count: those that stand, and of what made goods, the word of whoever made them first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from traceability.epcis.event import Event
from traceability.errors import InvalidInput
from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.log.merkle import leaf_hash
from traceability.proof.proof_file import Proof


class Record(Protocol):
    """A captured event, from a store or from a proof file."""

    @property
    def key(self) -> str: ...
    @property
    def event(self) -> Event: ...
    @property
    def submitter(self) -> str: ...
    @property
    def captured_at_ms(self) -> int: ...
    @property
    def name(self) -> tuple[str, str]:
        """What it has in common with the error declaration of its own submitter that voids it."""


R = TypeVar("R", bound=Record)

NOBODY = ""
"""No GLN: of a crate that was filled before anybody said that they made it."""
_RETURNABLE = f"{CANONICAL_STEM}/8003/"
_FILLED_ONCE = f"{CANONICAL_STEM}/00/", f"{CANONICAL_STEM}/01/"


@dataclass(frozen=True, slots=True)
class Proven:
    """What a proof file holds of a record."""

    key: str
    event: Event
    submitter: str
    captured_at_ms: int
    name: tuple[str, str]

    @classmethod
    def of(cls, proof: Proof) -> "Proven":
        """Raises `InvalidInput` for an event without type or time, or that cannot be hashed."""
        event, entry = Event(proof.event, list(proof.context)), proof.entry
        if not isinstance(proof.event.get("type"), str) or not isinstance(proof.event.get("eventTime"), str):
            raise InvalidInput("an event has no type or no time, want both")
        name = event.hash().uri, entry.submitter
        return cls(leaf_hash(entry.to_bytes()).hex(), event, entry.submitter, entry.captured_at_ms, name)


def standing(records: Sequence[R]) -> list[R]:
    """Those that their own submitter has not declared wrong, without the declarations."""
    wrong = {each.name for each in records if "errorDeclaration" in each.event.body}
    return [each for each in records if each.name not in wrong]


def first_makers(records: Iterable[Record]) -> dict[str, str]:
    """Who (GLN) was the first to say that they made each of the goods, or filled them.

    Anybody with a token can say that they made somebody else's lot, too; being later, they do not count.
    """
    first: dict[str, str] = {}
    for each in sorted(records, key=lambda each: (each.captured_at_ms, each.key)):
        for goods, maker in begun(each.event, each.submitter):
            first.setdefault(goods, maker)
    return first


def makers(records: Sequence[R]) -> list[R]:
    """The records that made goods, each by the party that was the first to say that it made them."""
    first = first_makers(records)
    return [each for each in records if any(first[goods] == each.submitter for goods in made(each.event))]


def begun(event: Event, submitter: str) -> Iterator[tuple[str, str]]:
    """The goods that an event makes, and the containers that it fills, which few ever say to have made.

    With whose (GLN) they are, if this is the first event that says so.
    """
    yield from ((goods, submitter) for goods in made(event))
    if (event.kind, event.body.get("action")) == ("AggregationEvent", "ADD"):
        for box in event.identifiers_by_role()["parent"]:
            yield box, owner_by_filling(box, submitter)


def owner_by_filling(container: str, filler: str) -> str:
    """Whose (GLN) a container is that nobody said to have made: nobody's, if others may fill it later."""
    return filler if container.startswith(_FILLED_ONCE) else NOBODY


def is_shared(container: str) -> bool:
    """Whether it goes round, such as a crate of a pool: it is of whoever fills it, for that time."""
    return container.startswith(_RETURNABLE)


def made(event: Event) -> Iterator[str]:
    """The goods that an event says come into being."""
    kind, action = event.kind, event.body.get("action")
    if kind == "TransformationEvent" or (kind, action) == ("ObjectEvent", "ADD"):
        roles = event.identifiers_by_role()
        yield from (*roles["output"], *roles["class"], *roles["epc"])
