"""Who has some of a lot, and how much by the records: it may be with many parties at once."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from traceability.ledger.ports import StoredEvent
from traceability.proof.accounts import ZERO
from traceability.proof.books import ENDINGS, RECEIVING, SHIPPING
from traceability.proof.quantity import Quantity, quantities
from traceability.proof.spelling import plain
from traceability.proof.told import words_of

_IN, _OUT, _SEEN, _BACK = "in", "out", "seen", "back"
_FIELDS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_Amounts = defaultdict[str, Fraction]
"""By unit."""


@dataclass(slots=True)
class Share:
    """What one party has of a lot; open while the records are walked, then only read."""

    last: StoredEvent
    """By which it is known, or where it had dealings with it last."""
    is_claimed: bool = True
    """Whether nobody handed it any, so that there is only its own word."""
    _made: _Amounts = field(default_factory=lambda: defaultdict(Fraction))
    _announced: _Amounts = field(default_factory=lambda: defaultdict(Fraction))
    _received: _Amounts = field(default_factory=lambda: defaultdict(Fraction))
    _went: _Amounts = field(default_factory=lambda: defaultdict(Fraction))
    _is_measured: bool = True

    @property
    def left(self) -> Mapping[str, Fraction] | None:
        """By unit, how much it should still have; None where it may have some, and nobody knows how much."""
        units = {*self._made, *self._announced, *self._received}
        if not self._is_measured or not units or self.is_claimed:
            return None
        left = {unit: max(self._came(unit) - self._went[unit], ZERO) for unit in units}
        # What was announced and never said to be received may be on its way still.
        on_its_way = any(ZERO < self._received[unit] < self._announced[unit] for unit in units)
        return None if on_its_way and not any(left.values()) else left

    def _came(self, unit: str) -> Fraction:
        return self._made[unit] + max(self._announced[unit], self._received[unit])

    def come(self, quantity: Quantity, record: StoredEvent, *, by_others: bool = False) -> None:
        kind = self._announced if by_others else self._received if _receives(record) else self._made
        if quantity.amount is None:
            self._is_measured = False
        else:
            kind[quantity.unit] += quantity.amount

    def go(self, quantity: Quantity, sign: int) -> None:
        self._went[quantity.unit] += sign * (quantity.amount or ZERO)


def shares(
    records: Sequence[StoredEvent], claimed: Collection[str], believed: Collection[str], lot: str
) -> dict[str, Share]:
    """By GLN, every party that ever had some of `lot` (a plain name) by `records`, in their order.

    `claimed` are the keys of those by parties that nobody handed it to, `believed` of those by which some may
    have gone. Whoever passed some on to nobody that is named has it still.
    """
    found: dict[str, Share] = {}
    for record in records:
        own = _share(found, record.submitter, record, record.key in claimed)
        for way, quantity in _moves(lot, record):
            others = _others(record) if way in (_OUT, _BACK) else []
            if way == _IN:
                own.come(quantity, record)
            elif record.key in believed and (others or not _is_shipping(record)):
                own.go(quantity, -1 if way == _BACK else 1)
            for party in others if way == _OUT else ():
                share = _share(found, party, record, record.key in claimed)
                share.come(quantity, record, by_others=True)
    return found


def _others(record: StoredEvent) -> list[str]:
    return [each for each in words_of(record.event).receivers if each != record.submitter]


def _share(found: dict[str, Share], party: str, record: StoredEvent, is_claimed: bool) -> Share:
    share = found.setdefault(party, Share(record))
    share.last = record
    share.is_claimed &= is_claimed
    return share


def _moves(lot: str, record: StoredEvent) -> Iterator[tuple[str, Quantity]]:
    """What an event says became of some of the lot, at whoever says so."""
    for name in _FIELDS:
        for quantity in quantities(record.event.body, name):
            if plain(quantity.lot) == lot:
                yield _way(name, record), quantity


def _way(name: str, record: StoredEvent) -> str:
    action, step = record.event.body.get("action"), record.event.step
    match name, action:
        case ("outputQuantityList", _) | ("childQuantityList", "DELETE"):
            return _IN
        case ("inputQuantityList", _) | ("childQuantityList", "ADD"):
            return _OUT
    if step == "void_shipping":
        return _BACK
    if action == "DELETE" or step in ENDINGS or step in SHIPPING:
        return _OUT
    return _IN if action == "ADD" or step in RECEIVING else _SEEN


def _is_shipping(record: StoredEvent) -> bool:
    return record.event.step in (*SHIPPING, "void_shipping")


def _receives(record: StoredEvent) -> bool:
    return record.event.step in RECEIVING
