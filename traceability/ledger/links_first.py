"""Who was here first with what an anchor of links names: with its goods, or with codes for them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from traceability.gs1 import digital_link
from traceability.ledger.codes_store import KeptSet
from traceability.proof.history import Telling
from traceability.proof.records import owner_by_filling
from traceability.proof.spelling import plain
from traceability.proof.told import Told, spellings_of


@dataclass(frozen=True, slots=True)
class First:
    at_ms: int
    by: str
    """GLN of the party."""


Firsts = Callable[[Collection[str]], Mapping[str, First]]
"""By anchor; what was never made here, and has no codes from here, is not there."""


def firsts(
    anchors: Collection[str], telling: Telling, sets: Callable[[], Iterable[KeptSet]]
) -> dict[str, First]:
    """Who was the first to make what each anchor (canonical Digital Link) names, or to issue codes for it.

    Whoever says so later does not count (`first_makers`), also if the first was declared wrong since.
    """
    goods = {name: (name, plain(name), spellings_of(plain(name))) for name in anchors}
    told = telling({each for names in goods.values() for each in names})
    issued = _issued(sets()) if anchors else {}
    found = {}
    for anchor, names in goods.items():
        about = [each for name in names for each in told.get(name, ())]
        if first := min([*_made(plain(anchor), about), *issued.get(anchor, ())], default=None, key=_when):
            found[anchor] = first
    return found


def _made(goods: str, told: Iterable[Told]) -> Iterator[First]:
    """By all who say that they made them, or filled what only its filler has."""
    for each in told:
        filled = each.roles["parent"] if each.words.packs else ()
        boxes = (box for box in filled if owner_by_filling(box, each.submitter))
        if goods in map(plain, (*each.words.made, *boxes)):
            yield First(each.captured_at_ms, each.submitter)


def _issued(sets: Iterable[KeptSet]) -> dict[str, list[First]]:
    """By product."""
    found: dict[str, list[First]] = {}
    for each in sets:
        first = First(each.new.issued_at_ms, each.new.party)
        found.setdefault(digital_link.product(each.new.gtin), []).append(first)
    return found


def _when(first: First) -> int:
    return first.at_ms
