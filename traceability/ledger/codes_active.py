"""Which codes are active: by the first event that stands and brings what bears them into being."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from traceability.proof.code import IssuedCodes
from traceability.proof.history import Telling, declared_wrong
from traceability.proof.told import Told, spellings_of


@dataclass(frozen=True, slots=True)
class Activation:
    """By which event a code became active."""

    key: str
    at: datetime
    """When it happened, as its party says."""
    captured_at_ms: int
    party: str
    """GLN."""


def activations(issued: IssuedCodes, items: Collection[str], telling: Telling) -> dict[str, Activation]:
    """Of those items (canonical Digital Links) of one set that are active. One query for any number."""
    told = telling([name for item in items for name in (item, spellings_of(item))])
    found = {}
    for item in items:
        events = {each.key: each for name in (item, spellings_of(item)) for each in told.get(name, ())}
        making = sorted(_making(issued, item, list(events.values())), key=lambda each: each.captured_at_ms)
        for first in making[:1]:
            found[item] = Activation(first.key, first.at, first.captured_at_ms, first.submitter)
    return found


def _making(issued: IssuedCodes, item: str, told: Collection[Told]) -> Iterator[Told]:
    """Those that count: none that its own party declared wrong, nor the declaration, which bears its name."""
    wrong = declared_wrong(told)
    for each in told:
        if each.name not in wrong and issued.why_not_activated(each.words, each.submitter, item) is None:
            yield each
