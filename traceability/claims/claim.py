"""One claim that was found in a sentence, before anybody asks whether it is true."""

from dataclasses import dataclass

from traceability.claims.moments import Moment
from traceability.claims.quantities import Quantity
from traceability.claims.rulebook import Rule


@dataclass(frozen=True, slots=True)
class Claim:
    rule: Rule
    words: str
    """The words that gave it away, in normal form."""
    clause: str
    """The clause that holds them, in normal form."""
    negated: bool
    value: Moment | Quantity | None = None
    name: str = ""
    """Of the place or variety that is claimed; "" for other claims."""
