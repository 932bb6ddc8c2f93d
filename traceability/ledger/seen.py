"""A history of goods, looked up by what they are: who made them, what held them, where they were moved."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from traceability.ledger.history import Told
from traceability.proof.records import first_makers

SHIPPING, RECEIVING = ("shipping", "departing"), ("receiving", "arriving")


class Seen:
    """Worked out once; each look-up costs what it gives."""

    def __init__(self, subject: str, goods: Collection[str], history: Sequence[Told]) -> None:
        self.subject, self.goods, self.history = subject, frozenset(goods), history
        first = first_makers([each.stored for each in history])
        self.made: dict[str, Told] = {}
        """The first event in which each of the goods came into being, by who was the first to say so."""
        self._events: defaultdict[str, list[Told]] = defaultdict(list)
        # By themselves: a lot may be packed ten thousand times, and is shipped in none of them.
        self._moves: defaultdict[str, list[Told]] = defaultdict(list)
        self._containers: defaultdict[str, set[str]] = defaultdict(set)
        self._contents: defaultdict[str, set[str]] = defaultdict(set)
        self._packings: dict[str, Told] = {}
        for told in history:
            for identifier in frozenset().union(*told.roles.values()):
                self._events[identifier].append(told)
            for identifier in moved(told) if step(told) in (*SHIPPING, *RECEIVING) else ():
                self._moves[identifier].append(told)
            for identifier in made(told):
                if first.get(identifier) == told.stored.submitter:
                    self.made.setdefault(identifier, told)
            for parent in told.roles["parent"] if packs(told) else ():
                self._pack(parent, told)

    def _pack(self, parent: str, told: Told) -> None:
        self._packings.setdefault(parent, told)
        self._contents[parent] |= told.roles["child"]
        for child in told.roles["child"]:
            self._containers[child].add(parent)

    def of(self, identifier: str) -> Sequence[Told]:
        return self._events[identifier]

    def packing_of(self, identifier: str) -> Told | None:
        """The event in which something was first put into it."""
        return self._packings.get(identifier)

    def containers(self, identifier: str) -> set[str]:
        """It, and all that ever held it."""
        return _closure(identifier, self._containers)

    def moves(self, identifier: str, steps: Collection[object]) -> list[Told]:
        """Events by time in which it, what held it, or what it held, took one of these steps."""
        ours = self.containers(identifier) | _closure(identifier, self._contents)
        found = {
            told.stored.key: told
            for each in ours
            for told in self._moves.get(each, ())
            if step(told) in steps
        }
        return sorted(found.values(), key=lambda each: (each.at, each.stored.key))


def _closure(start: str, following: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting.extend(following.get(each, ()))
    return found


def made(told: Told) -> frozenset[str]:
    """What comes into being here."""
    if told.kind == "ObjectEvent" and told.action == "ADD":
        return told.roles["class"] | told.roles["epc"]
    return told.roles["output"]


def packs(told: Told) -> bool:
    return told.kind == "AggregationEvent" and told.action == "ADD"


def moved(told: Told) -> frozenset[str]:
    """What the event names as the things it is about, containers as wholes."""
    return told.roles["epc"] | told.roles["class"]


def step(told: Told) -> object:
    return told.stored.event.body.get("bizStep")
