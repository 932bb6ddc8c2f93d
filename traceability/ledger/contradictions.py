"""Where the events of a trace contradict each other, or leave out what must have been."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from itertools import pairwise

from traceability.ledger.geo import kilometres
from traceability.ledger.seen import RECEIVING, SHIPPING, Seen, moved
from traceability.proof.history import by_time
from traceability.proof.told import Told

FASTEST_KMH = 1_000
"""No freight goes faster: that of an airliner."""


class Kind(Enum):
    SHIPPED_BEFORE_MADE = "shipped-before-made"
    USED_BEFORE_MADE = "used-before-made"
    TWO_PLACES = "two-places"
    TWO_CONTAINERS = "two-containers"
    RECEIVED_NOT_SHIPPED = "received-not-shipped"
    CYCLE = "cycle"
    REPORT_DIFFERS = "report-differs"
    """The event says something else than the signed report that it carries."""
    MISSING_LINK = "missing-link"
    OPEN = "open"
    """Shipped and not received yet: no contradiction, only not the end."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    kind: Kind
    identifier: str
    """Of the goods: a canonical Digital Link."""
    events: tuple[str, ...]
    """Keys of the events that contradict each other, or that something is missing to; by time."""


def contradictions(subject: str, goods: Collection[str], history: Sequence[Told]) -> list[Contradiction]:
    """`history` are the events that count, by time; `goods` what of them belongs to the trace.

    Others that lie beside them, on one pallet or in one shipment, have histories of their own.
    """
    seen = Seen(subject, goods, history)
    checks: tuple[Callable[[Seen], Iterator[Contradiction]], ...] = (
        _too_early,
        _in_two_places,
        _in_two_containers,
        _never_shipped,
        _in_circles,
        _missing,
        _still_open,
    )
    return [found for check in checks for found in check(seen)]


def _too_early(seen: Seen) -> Iterator[Contradiction]:
    for identifier, made in seen.made.items():
        if identifier not in seen.goods:
            continue
        earlier = [each for each in seen.of(identifier) if each.at_us < made.at_us]
        for told in earlier:
            if told.words.step in SHIPPING and identifier in moved(told):
                yield Contradiction(Kind.SHIPPED_BEFORE_MADE, identifier, _keys(told, made))
                break
            if identifier in told.roles["input"] or (told.words.packs and identifier in told.roles["child"]):
                yield Contradiction(Kind.USED_BEFORE_MADE, identifier, _keys(told, made))
                break


def _in_two_places(seen: Seen) -> Iterator[Contradiction]:
    for identifier in sorted(seen.goods):
        if not _is_one_thing(identifier):
            continue
        where = [each for each in seen.of(identifier) if each.roles["place"] and _is_there(each, identifier)]
        for one, other in pairwise(where):
            if _too_far(one, other):
                yield Contradiction(Kind.TWO_PLACES, identifier, _keys(one, other))
                break


def _too_far(one: Told, other: Told) -> bool:
    here, there = one.words.read_point, other.words.read_point
    if here is None or there is None or _location(here) == _location(there):
        return False
    distance = kilometres(here, there)
    if distance is None:
        return one.at_us == other.at_us
    return distance > FASTEST_KMH * ((other.at - one.at) / timedelta(hours=1)) + 1


def _in_two_containers(seen: Seen) -> Iterator[Contradiction]:
    for identifier in sorted(seen.goods):
        if not _is_one_thing(identifier):
            continue
        packings = [
            each for each in seen.of(identifier) if each.words.packs and identifier in each.roles["child"]
        ]
        for one, other in pairwise(packings):
            if _still_in(seen, identifier, one, other):
                yield Contradiction(Kind.TWO_CONTAINERS, identifier, _keys(one, other))
                break


def _still_in(seen: Seen, identifier: str, one: Told, other: Told) -> bool:
    first, second = (next(iter(each.roles["parent"]), "") for each in (one, other))
    if first in seen.containers(second) or second in seen.containers(first):
        return False
    between = [
        each
        for each in seen.of(first)
        if one.at_us <= each.at_us <= other.at_us and each.words.action == "DELETE"
    ]
    return not any(not each.roles["child"] or identifier in each.roles["child"] for each in between)


def _never_shipped(seen: Seen) -> Iterator[Contradiction]:
    """Only of what came into being in this history: where others began theirs is not known here."""
    found: dict[str, Contradiction] = {}
    for receipt in (each for each in seen.history if each.words.step in RECEIVING):
        for identifier in sorted((moved(receipt) & seen.goods) - found.keys()):
            began = seen.made.get(identifier) or seen.packing_of(identifier)
            if began is None or _same_place(began, receipt):
                continue
            if not any(each.at_us <= receipt.at_us for each in seen.moves(identifier, SHIPPING)):
                found[identifier] = Contradiction(
                    Kind.RECEIVED_NOT_SHIPPED, identifier, _keys(began, receipt)
                )
    yield from found.values()


def _in_circles(seen: Seen) -> Iterator[Contradiction]:
    """Goods that were made, over however many steps, from themselves."""
    turns = [each for each in seen.leading if each.words.kind == "TransformationEvent"]
    given: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for told in turns:
        given[_transformation(told)] |= told.roles["output"]
    sources: dict[str, dict[str, Told]] = {}
    for told in turns:
        for made in given[_transformation(told)]:
            sources.setdefault(made, {}).update(dict.fromkeys(told.roles["input"], told))
    told_of: set[str] = set()
    for start in sorted(sources):
        circle = _way_back(start, sources)
        if circle and start not in told_of:
            told_of |= {made for told in circle for made in told.roles["output"]}
            yield Contradiction(Kind.CYCLE, start, _keys(*circle))


def _transformation(told: Told) -> tuple[str, str]:
    """The same for all events that are one."""
    return told.words.transformation or told.key, told.submitter


def _way_back(start: str, sources: dict[str, dict[str, Told]]) -> list[Told]:
    """The transformations that lead from `start` back to it; none if none do."""
    ways: dict[str, list[Told]] = {start: []}
    waiting = [start]
    while waiting:
        made = waiting.pop()
        for source, told in sources.get(made, {}).items():
            if source == start:
                return [*ways[made], told]
            if source not in ways:
                ways[source] = [*ways[made], told]
                waiting.append(source)
    return []


def _missing(seen: Seen) -> Iterator[Contradiction]:
    for told in seen.leading:
        for source in sorted(told.roles["input"] & seen.goods):
            if source not in seen.made and not seen.packing_of(source):
                yield Contradiction(Kind.MISSING_LINK, source, _keys(told))
    subject = seen.subject
    if seen.history and subject not in seen.made and not seen.packing_of(subject):
        yield Contradiction(Kind.MISSING_LINK, subject, _keys(seen.history[0]))


def _still_open(seen: Seen) -> Iterator[Contradiction]:
    """Of the subject alone: other goods' histories are followed only while they belong to it."""
    shipped, received = seen.moves(seen.subject, SHIPPING), seen.moves(seen.subject, RECEIVING)
    if shipped and not any(each.at_us >= shipped[-1].at_us for each in received):
        yield Contradiction(Kind.OPEN, seen.subject, _keys(shipped[-1]))


def _is_there(told: Told, identifier: str) -> bool:
    return any(identifier in told.roles[role] for role in ("epc", "parent", "child", "output", "input"))


def _is_one_thing(identifier: str) -> bool:
    """Whether this names one item or logistic unit, and not a lot, which is in many places."""
    return "/21/" in identifier or "/00/" in identifier


def _location(place: str) -> str:
    return place.partition("/254/")[0]


def _same_place(one: Told, other: Told) -> bool:
    here, there = one.words.read_point, other.words.read_point
    return here is None or there is None or _location(here) == _location(there)


def _keys(*events: Told) -> tuple[str, ...]:
    in_order = sorted(events, key=by_time)
    return tuple(dict.fromkeys(each.key for each in in_order))
