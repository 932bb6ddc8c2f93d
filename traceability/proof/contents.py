"""What lies in which item or logistic unit at one moment of a history, in exact amounts."""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

Goods = tuple[str, str]
"""A lot, and the unit that its amounts are in."""

Load = dict[Goods, Fraction]


class Contents:
    """Changed step by step along a history. An item is a container too: of its own content."""

    def __init__(self) -> None:
        self._amounts: defaultdict[str, Load] = defaultdict(dict)
        self._nested: defaultdict[str, set[str]] = defaultdict(set)
        self._bearer: dict[str, str] = {}

    def put(self, container: str, goods: Goods, amount: Fraction) -> None:
        _add(self._amounts[container], goods, amount)

    def nest(self, container: str, unit: str) -> None:
        """`unit` lies in `container` from now on, and nowhere else."""
        self.part(unit)
        self._bearer[unit] = container
        self._nested[container].add(unit)

    def part(self, unit: str) -> None:
        """`unit` lies in nothing any more."""
        bearer = self._bearer.pop(unit, None)
        if bearer is not None:
            self._nested[bearer].discard(unit)

    def nested(self, container: str) -> list[str]:
        return sorted(self._nested[container])

    def take(self, container: str, lot: str | None = None, most: Fraction | None = None) -> Load:
        """Take loose goods out of `container` and say which: all, all of a lot, or at most so much."""
        held = self._amounts[container]
        chosen = [goods for goods in held if lot in (None, goods[0])]
        taken = {goods: held[goods] if most is None else min(most, held[goods]) for goods in chosen}
        for goods, amount in taken.items():
            held[goods] -= amount
        return taken

    def load(self, containers: Iterable[str]) -> Load:
        """All that lies in `containers`, and in what lies in them, once."""
        whole: Load = {}
        for unit in self._within(containers):
            for goods, amount in self._amounts[unit].items():
                _add(whole, goods, amount)
        return whole

    def empty(self, containers: Iterable[str]) -> Load:
        """Take all of it out, for good."""
        within = self._within(containers)
        whole = self.load(within)
        for unit in within:
            self._amounts[unit].clear()
        return whole

    def _within(self, containers: Iterable[str]) -> dict[str, None]:
        """The containers and all that is in them; packing in a circle ends."""
        found: dict[str, None] = {}
        waiting = list(containers)
        while waiting:
            unit = waiting.pop()
            if unit not in found:
                found[unit] = None
                waiting.extend(self._nested[unit])
        return found


def _add(load: Load, goods: Goods, amount: Fraction) -> None:
    load[goods] = load[goods] + amount if goods in load else amount
