"""Enter a history into accounts: each event once, by its time."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction

from traceability.epcis.event import canonical
from traceability.proof.accounts import ZERO, Account
from traceability.proof.contents import Contents, Goods, Load
from traceability.proof.quantity import (
    PIECE,
    Quantity,
    is_measured,
    master_data,
    names,
    net_content,
    quantities,
    stated_losses,
)
from traceability.proof.records import Record, first_makers
from traceability.proof.turning import Turning

SHIPPING, RECEIVING = ("shipping", "departing"), ("receiving", "arriving")
ENDINGS = ("sampling", "destroying", "retail_selling", "dispensing")
"""After these steps goods are gone, also where the action is OBSERVE."""


class Books:
    """Made in one go from records that stand, by event time; read `accounts` and `turnings`."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.accounts: dict[Goods, Account] = {}
        self.turnings: defaultdict[tuple[str, str], Turning] = defaultdict(Turning)
        self._contents = Contents()
        self._labelled: set[str] = set()
        self._open: set[tuple[str, str]] = set()
        """Lots with the places (GLN) that received nobody knows how much of them."""
        self._first = first_makers(records)
        self._of_a_piece: dict[str, tuple[Fraction, str]] = {}
        # What came counts whenever it came: a form may be filled in at the end of the day.
        for each in records:
            self._learn(each)
        for each in records:
            self._supply(each)
        self._bound()
        for each in records:
            self._enter(each)

    def _learn(self, record: Record) -> None:
        """What one piece of a lot holds, as whoever made it first says."""
        content = net_content(record.event.body)
        if content is None:
            return
        roles = record.event.identifiers_by_role()
        whole = master_data(record.event.body).get("guoji:lot")
        lots = [*roles["output"], *roles["class"], *([canonical(whole)] if isinstance(whole, str) else [])]
        for lot in lots:
            if self._first.get(lot) == record.submitter:
                self._of_a_piece.setdefault(lot, content)

    def _supply(self, record: Record) -> None:
        kind, body = record.event.kind, record.event.body
        if kind == "ObjectEvent" and body.get("action") == "ADD":
            for account, amount in self._made(record, "quantityList"):
                account.harvested += amount
        elif kind == "TransformationEvent":
            for account, amount in self._made(record, "outputQuantityList"):
                account.made += amount
            for item, account, amount in self._made_items(record):
                account.made += amount
                self._contents.put(item, (account.lot, account.unit), amount)

    def _made(self, record: Record, name: str) -> Iterator[tuple[Account, Fraction]]:
        for quantity in quantities(record.event.body, name):
            if self._first[quantity.lot] == record.submitter:
                account, amount = self._measured(quantity)
                account.sources[record.key] = None
                account.makers.add(_place(record))
                if amount is None:
                    account.unmeasured[record.key] = None
                    account.is_bounded = False
                else:
                    yield account, amount

    def _made_items(self, record: Record) -> Iterator[tuple[str, Account, Fraction]]:
        """Items that came out of a transformation are counted together, by their product."""
        content = net_content(record.event.body)
        for item in names(record.event.body, "outputEPCList") if content else ():
            product, _, serial = item.partition("/21/")
            if content and serial and self._first[item] == record.submitter:
                account = self._account(product, content[1])
                account.sources[record.key] = None
                account.makers.add(_place(record))
                yield item, account, content[0]

    def _bound(self) -> None:
        """A lot that came in two units has no bound in either."""
        units: defaultdict[str, list[Account]] = defaultdict(list)
        for account in self.accounts.values():
            units[account.lot].append(account)
        for several in units.values():
            if len(several) > 1:
                for account in several:
                    account.is_bounded = False

    def _enter(self, record: Record) -> None:
        body = record.event.body
        match record.event.kind, body.get("action"), record.event.step:
            case "TransformationEvent", _, _:
                self._turn(record)
            case "AggregationEvent", "ADD", _:
                self._pack(record)
            case "AggregationEvent", "DELETE", _:
                self._unpack(record)
            case "ObjectEvent", action, step:
                self._enter_object(record, action, step)

    def _enter_object(self, record: Record, action: object, step: object) -> None:
        units = names(record.event.body, "epcList")
        if action == "ADD":
            self._label(record)
        elif action == "DELETE" and step == "decommissioning":
            # The code ends here; what it stood on need not.
            self._release(self._contents.empty(units))
            self._end(record, [])
        elif action == "DELETE" or step in ENDINGS:
            self._end(record, units)
        elif step in SHIPPING:
            self._ship(record, 1)
        elif step == "void_shipping":
            self._ship(record, -1)
        elif step in RECEIVING:
            self._receive(record)

    def _turn(self, record: Record) -> None:
        body = record.event.body
        group = body.get("transformationID")
        turning = self.turnings[group if isinstance(group, str) else record.key, record.submitter]
        turning.events[record.key] = None
        units = names(body, "inputEPCList")
        turning.is_measured &= all(self._contents.load([unit]) for unit in units)
        for account, amount in self._drawn(record, "inputQuantityList", units):
            account.use(amount, record.key, gone=False)
            turning.took[account.unit] += amount
        for quantity in quantities(body, "outputQuantityList"):
            account, given = self._measured(quantity)
            turning.gave[account.unit] += given or ZERO
        for _, account, amount in self._made_items(record):
            account.hold(amount, record.key)
            turning.gave[account.unit] += amount
        turning.made |= dict.fromkeys(record.event.identifiers_by_role()["output"])
        turning.is_measured &= is_measured(body)
        for unit, amount in stated_losses(body):
            turning.lost[unit] += amount

    def _drawn(self, record: Record, name: str, units: list[str]) -> list[tuple[Account, Fraction]]:
        """What an event takes for good: amounts of lots, and all that lies in items and containers."""
        load = self._contents.empty(units)
        self._release(load)
        return [*self._amounts(record, name), *((self._account(*goods), load[goods]) for goods in load)]

    def _amounts(self, record: Record, name: str) -> Iterator[tuple[Account, Fraction]]:
        for quantity in quantities(record.event.body, name):
            account, amount = self._measured(quantity)
            if amount is None:
                account.unmeasured[record.key] = None
            else:
                yield account, amount

    def _end(self, record: Record, units: list[str]) -> None:
        for account, amount in self._drawn(record, "quantityList", units):
            account.use(amount, record.key, gone=True)

    def _label(self, record: Record) -> None:
        """Each item holds what its label says, else what one piece of its lot does."""
        body, lot = record.event.body, master_data(record.event.body).get("guoji:lot")
        if not isinstance(lot, str):
            return
        account, amount = self._measured(Quantity(canonical(lot), Fraction(1), PIECE), net_content(body))
        for item in names(body, "epcList"):
            if item not in self._labelled and self._first[item] == record.submitter and amount is not None:
                self._labelled.add(item)
                self._contents.put(item, (account.lot, account.unit), amount)
                account.hold(amount, record.key)

    def _pack(self, record: Record) -> None:
        body = record.event.body
        for parent in names(body, "parentID"):
            for unit in names(body, "childEPCs"):
                self._contents.nest(parent, unit)
            for account, amount in self._amounts(record, "childQuantityList"):
                self._contents.put(parent, (account.lot, account.unit), amount)
                account.hold(amount, record.key)

    def _unpack(self, record: Record) -> None:
        body = record.event.body
        units, amounts = names(body, "childEPCs"), list(quantities(body, "childQuantityList"))
        for parent in names(body, "parentID"):
            for unit in units if units or amounts else self._contents.nested(parent):
                self._contents.part(unit)
            for quantity in amounts:
                account, amount = self._measured(quantity)
                self._release(self._contents.take(parent, account.lot, amount))
            if not units and not amounts:
                self._release(self._contents.take(parent))

    def _release(self, load: Load) -> None:
        for goods, amount in load.items():
            self._account(*goods).release(amount)

    def _moved(self, record: Record) -> Iterator[tuple[Account, Fraction]]:
        yield from self._amounts(record, "quantityList")
        load = self._contents.load(names(record.event.body, "epcList"))
        yield from ((self._account(*goods), amount) for goods, amount in load.items())

    def _ship(self, record: Record, sign: int) -> None:
        place = _place(record)
        for account, amount in self._moved(record):
            is_bounded = (account.lot, place) not in self._open
            account.ship(sign * amount, place, record.key, is_bounded=is_bounded)

    def _receive(self, record: Record) -> None:
        place = _place(record)
        for account, amount in self._moved(record):
            account.receive(amount, place, record.key)
        for quantity in quantities(record.event.body, "quantityList"):
            if quantity.amount is None:
                self._open.add((quantity.lot, place))

    def _measured(
        self, quantity: Quantity, content: tuple[Fraction, str] | None = None
    ) -> tuple[Account, Fraction | None]:
        """Pieces are counted by what one of them holds, where that is known."""
        content = content or self._of_a_piece.get(quantity.lot)
        if quantity.unit != PIECE or content is None:
            return self._account(quantity.lot, quantity.unit), quantity.amount
        amount = None if quantity.amount is None else quantity.amount * content[0]
        return self._account(quantity.lot, content[1]), amount

    def _account(self, lot: str, unit: str) -> Account:
        return self.accounts.setdefault((lot, unit), Account(lot, unit))


def _place(record: Record) -> str:
    """The location (GLN) without what is inside it; without one, whoever says so."""
    match record.event.body.get("readPoint"):
        case {"id": str(place)}:
            return canonical(place).partition("/254/")[0]
    return record.submitter
