"""What the makers of goods say of them, or of what they were made from: never of what became of them."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from traceability.epcis.event import canonical
from traceability.ledger import extensions
from traceability.proof.records import Record, first_makers, made

T = TypeVar("T")
_MOST_NAMES = 3
_BETWEEN = {"zh": "、", "en": ", "}


def product(subject: str, records: Sequence[Record]) -> Mapping[str, str]:
    """The name that the goods were given last; of a box with several kinds of goods, all their names.

    `records` stand, are by holders of the goods, and come by event time.
    """
    said = nearest(subject, records, lambda each: extensions.texts(_master(each).get("guoji:name")))
    names = [name for at, name in enumerate(said) if name not in said[:at]]
    if len(names) < 2:
        return names[0] if names else {}
    shown = names[:_MOST_NAMES]
    more = "…" if names[_MOST_NAMES:] else ""
    return {
        language: between.join(name.get(language) or next(iter(name.values())) for name in shown) + more
        for language, between in _BETWEEN.items()
    }


def storage_range(subject: str, records: Sequence[Record]) -> tuple[float, float] | None:
    """Lowest and highest temperature (degrees Celsius) that all of the goods bear; of the same records."""
    ranges = nearest(subject, records, lambda each: extensions.storage_range(each.event))
    if not ranges:
        return None
    low, high = max(low for low, _ in ranges), min(high for _, high in ranges)
    return (low, high) if low <= high else None


def nearest(subject: str, records: Sequence[Record], says: Callable[[Record], T | None]) -> list[T]:
    """What `says` finds last where the subject came into being; if nothing, where its sources did, and so on.

    Sources are what it was made from, the lot that it is an item of, and what a box holds.
    """
    said: dict[str, T] = {}
    for each, goods in _made(records):
        if stated := says(each):
            said[goods] = stated
    sources = _sources(records)
    found, seen, generation = [], {subject}, [subject]
    while generation:
        found += [said[goods] for goods in generation if goods in said]
        silent = [goods for goods in generation if goods not in said]
        further = dict.fromkeys(source for goods in silent for source in sources[goods])
        generation = [source for source in further if source not in seen]
        seen.update(generation)
    return found


def _made(records: Sequence[Record]) -> list[tuple[Record, str]]:
    """Each record with each of the goods that it made, as the first to say so."""
    first = first_makers(records)
    return [(each, goods) for each in records for goods in made(each.event) if first[goods] == each.submitter]


def _sources(records: Sequence[Record]) -> defaultdict[str, dict[str, None]]:
    sources: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for each, goods in _made(records):
        sources[goods][_turning(each)] = None
        if isinstance(lot := _master(each).get("guoji:lot"), str):
            sources[goods][canonical(lot)] = None
    for each in records:
        roles = each.event.identifiers_by_role()
        sources[_turning(each)] |= dict.fromkeys(roles["input"])
        for parent in roles["parent"] if each.event.kind == "AggregationEvent" else ():
            sources[parent] |= dict.fromkeys(roles["child"])
    return sources


def _turning(record: Record) -> str:
    """Several events with one transformationID are one transformation."""
    return f"{record.submitter} {record.event.body.get('transformationID') or record.key}"


def _master(record: Record) -> Mapping[str, object]:
    return extensions.master_data(record.event)
