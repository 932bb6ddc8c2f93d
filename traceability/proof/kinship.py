"""Which goods a recall reaches: what goods consist of, what became of them, what they lie in."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from traceability.epcis.event import canonical
from traceability.proof.quantity import master_data
from traceability.proof.records import Record, makers


class Kinship:
    """Made in one go from records that stand."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._sources: defaultdict[str, set[str]] = defaultdict(set)
        self._products: defaultdict[str, set[str]] = defaultdict(set)
        self._contents: defaultdict[str, set[str]] = defaultdict(set)
        """Of a container, after the last event."""
        self._containers: defaultdict[str, set[str]] = defaultdict(set)
        """That goods ever lay in: whoever took them out may have said so late."""
        self._held: defaultdict[str, set[str]] = defaultdict(set)
        """The other way: what ever lay in a container, without lots, of which only some did."""
        took: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for each in [each for each in records if each.event.kind == "TransformationEvent"]:
            took[_transformation(each)].update(each.event.identifiers_by_role()["input"])
        for each in makers(records):
            self._make(each, took[_transformation(each)])
        for each in sorted(records, key=lambda each: (each.event.event_time, each.key)):
            if each.event.kind == "AggregationEvent":
                self._pack(each)

    def reaching(self, subject: str) -> set[str]:
        """The goods whose recall holds for `subject`: itself, all that it was made from, holds or lies in.

        Not what lies beside it. A recalled container says nothing of a lot of which some lies in it.
        """
        whole = _closure([subject], lambda name: self._sources[name] | self._contents[name])
        return whole | _closure((name for name in whole if not is_lot(name)), self._containers.__getitem__)

    def reached_from(self, recalled: str) -> set[str]:
        """The goods for which a recall of `recalled` holds, and every container that some of them lay in.

        A container that was emptied and used again is among them: better one too many.
        """
        units = [] if is_lot(recalled) else _closure([recalled], self._held.__getitem__)
        return _closure([recalled, *units], lambda name: self._products[name] | self._containers[name])

    def lying_in(self, name: str) -> set[str]:
        """The containers that it lies in after the last event, and what those lie in."""
        return _closure(
            [name], lambda each: {box for box in self._containers[each] if each in self._contents[box]}
        )

    def _make(self, record: Record, took: Iterable[str]) -> None:
        roles = record.event.identifiers_by_role()
        made = [*roles["output"], *roles["epc"]]
        whole = master_data(record.event.body).get("guoji:lot")
        labelled = [canonical(whole)] if isinstance(whole, str) else []
        for source in (*took, *labelled):
            for each in made:
                self._sources[each].add(source)
                self._products[source].add(each)

    def _pack(self, record: Record) -> None:
        roles, action = record.event.identifiers_by_role(), record.event.body.get("action")
        for parent in roles["parent"]:
            if action == "ADD":
                self._contents[parent].update(roles["child"])
                self._held[parent].update(child for child in roles["child"] if not is_lot(child))
                for child in roles["child"]:
                    self._containers[child].add(parent)
            elif action == "DELETE":
                self._contents[parent] -= set(roles["child"]) or set(self._contents[parent])


def _transformation(record: Record) -> tuple[str, str]:
    """Several events of one party with one transformationID are one transformation (EPCIS 2.0, 7.4.5)."""
    shared = record.event.body.get("transformationID")
    return record.submitter, canonical(shared) if isinstance(shared, str) else record.key


def is_lot(name: str) -> bool:
    """Whether a canonical Digital Link names a lot: a class, of which some may lie anywhere."""
    return "/10/" in name and "/21/" not in name


def _closure(start: Iterable[str], following: Callable[[str], Iterable[str]]) -> set[str]:
    reached: set[str] = set()
    ahead = list(start)
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += following(name)
    return reached
