"""A history of goods, looked up by what they are: who made them, what held them, where they were moved."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from traceability.proof.history import by_time
from traceability.proof.told import Told

SHIPPING, RECEIVING = ("shipping", "departing"), ("receiving", "arriving")


class Seen:
    """Worked out once; each look-up costs what it gives."""

    def __init__(self, subject: str, goods: Collection[str], history: Sequence[Told]) -> None:
        self.subject, self.goods, self.history = subject, frozenset(goods), history
        self.leading = [each for each in history if each.leads_on]
        """Those in which goods come into being, are used or packed: most are only seen."""
        first: dict[str, str] = {}
        for told in sorted(self.leading, key=lambda each: (each.captured_at_ms, each.key)):
            for identifier in told.words.made:
                first.setdefault(identifier, told.submitter)
        self.made: dict[str, Told] = {}
        """The first event in which each of the goods came into being, by who was the first to say so."""
        self._events: defaultdict[str, list[Told]] = defaultdict(list)
        # By themselves: a lot may be packed ten thousand times, and is shipped in none of them.
        self._moves: defaultdict[str, list[Told]] = defaultdict(list)
        self._containers: defaultdict[str, set[str]] = defaultdict(set)
        self._contents: defaultdict[str, set[str]] = defaultdict(set)
        self._packings: dict[str, Told] = {}
        for told in history:
            words = told.words
            for identifier in frozenset().union(*words.roles.values()):
                self._events[identifier].append(told)
            for identifier in moved(told) if words.step in (*SHIPPING, *RECEIVING) else ():
                self._moves[identifier].append(told)
        for told in self.leading:
            words = told.words
            for identifier in words.made:
                if first[identifier] == told.submitter:
                    self.made.setdefault(identifier, told)
            for parent in words.roles["parent"] if words.packs else ():
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
            told.key: told for each in ours for told in self._moves.get(each, ()) if told.words.step in steps
        }
        return sorted(found.values(), key=by_time)


def _closure(start: str, following: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting.extend(following.get(each, ()))
    return found


def moved(told: Told) -> frozenset[str]:
    """What the event names as the things it is about, containers as wholes."""
    return told.roles["epc"] | told.roles["class"]
