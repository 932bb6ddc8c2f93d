"""Which codes are active: by the first event that stands and brings what bears them into being."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from traceability.ledger.codes_store import Code
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


def activations(issued: IssuedCodes, codes: Collection[Code], telling: Telling) -> dict[str, Activation]:
    """By serial, of those codes of one set that are active. One query for any number."""
    told = telling([name for code in codes for name in _names(code)])
    found = {}
    for code in codes:
        events = {each.key: each for name in _names(code) for each in told.get(name, ())}
        making = sorted(_making(issued, code, list(events.values())), key=lambda each: each.captured_at_ms)
        for first in making[:1]:
            found[code.serial] = Activation(first.key, first.at, first.captured_at_ms, first.submitter)
    return found


def _names(code: Code) -> tuple[str, str]:
    return code.item, spellings_of(code.item)


def _making(issued: IssuedCodes, code: Code, told: Collection[Told]) -> Iterator[Told]:
    """Those that count: captured while the code was out, and none that its own party declared wrong.

    Nor does the declaration, which bears the name of what it declares wrong.
    """
    wrong = declared_wrong(told)
    for each in told:
        if each.name in wrong or not code.was_out(each.captured_at_ms):
            continue
        if issued.why_not_activated(each.words, each.submitter, code.item) is None:
            yield each
