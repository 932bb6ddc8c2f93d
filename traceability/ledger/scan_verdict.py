"""What the scans of an item come to: how often, since when, what about them is odd. Never that it is fake."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from traceability.ledger.scan import DAY_MS, HOUR_MS, Cell, Scan, Scanned


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on scans are odd, each with its reason."""

    crowd: int = 12
    """Networks within an hour. A family at one table has a few, even if each phone has its own; a shop shows
    one item to a handful of people an hour. Phones behind one carrier's address count as one network, so a
    crowd is missed rather than made up."""
    flood: int = 60
    """Posts within an hour from fewer networks: more than people do by hand, and anybody can do it alone."""
    flight_km_h: float = 1_000
    """Airliners cruise at 900, and nobody gets from gate to gate without waiting."""
    near_km: float = 500
    """Two cells nearer than this are no journey: an address often stands for the capital of its province,
    and a phone that leaves the wireless network of a shop changes its address without moving."""
    witnesses: float = 3
    """Networks that saw the item at each end of a journey: one person has two or three, at one end. A network
    whose phone says where it is counts as half, for that costs nothing to make up."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Many phones in a short time."""

    from_ms: int
    to_ms: int
    networks: int


@dataclass(frozen=True, slots=True)
class Flood:
    """Many posts in a short time from few networks: one person can do that to a stranger's fruit."""

    from_ms: int
    posts: int
    networks: int


@dataclass(frozen=True, slots=True)
class Travel:
    """Two places that no flight connects in the time between."""

    here: Cell
    here_ms: int
    there: Cell
    there_ms: int
    kilometres: float


Odd = Crowd | Flood | Travel
_Networks = Mapping[Cell | None, Mapping[bytes, float]]
"""Of each cell the networks that were in it, with what each counts."""


@dataclass(frozen=True, slots=True)
class ScanVerdict:
    """Of the scans since the goods were handed on; those before, and those of the trade, are counted apart.

    The scan that asks is not among them, but what is odd is found with it.
    """

    scans: int
    devices: int
    """At most so many phones: one counts twice after a new salt, in another network or another app."""
    only_mine: bool
    """Whether all that is known of them looks like the phone that asks; so also where there are none."""
    first_ms: int | None
    """None while there is none."""
    apart: int
    not_kept: int
    sample_since_ms: int | None
    odd: tuple[Odd, ...]
    days: tuple[tuple[int, int], ...]
    """Of each of the last days with scans: its start (UTC+8) in milliseconds, and how many."""


MOST_DAYS = 7
_BEIJING_MS = 8 * HOUR_MS


def judge(
    seen: Scanned,
    since_ms: int,
    mine: Scan | None = None,
    odd_from_ms: int = 0,
    limits: Limits | None = None,
) -> ScanVerdict:
    """Of all scans of an item, for whoever scans it now (`mine`).

    `since_ms`: when it was last handed on: what came before is counted apart, as the trade's. `odd_from_ms`:
    what is older is odd no more. Odd is what any shopper did, also before the hand-over: else whoever records
    one hides what was seen.
    """
    counted = [each for each in seen.scans if each.last_ms >= since_ms and not each.by_party]
    posts = sum(each.posts for each in counted)
    firsts = [each.first_ms for each in counted]
    if seen.first_ms is not None and seen.first_ms >= since_ms and counted:
        firsts.append(seen.first_ms)  # known for longer than its row is kept
    shoppers = [each for each in (*seen.scans, *([mine] if mine else ())) if not each.by_party]
    recent = [each for each in shoppers if each.last_ms >= odd_from_ms]
    odd = () if seen.sample_since_ms is not None else tuple(_odd(recent, limits or Limits()))
    return ScanVerdict(
        scans=posts,
        devices=len({each.device for each in counted if not each.is_of_many})
        + sum(each.posts for each in counted if each.is_of_many),
        only_mine=mine is not None
        and not seen.not_kept
        and all(each.device == mine.device and not each.is_of_many for each in counted),
        first_ms=min(firsts, default=None),
        apart=sum(each.posts for each in seen.scans) - posts,
        not_kept=seen.not_kept,
        sample_since_ms=seen.sample_since_ms,
        odd=odd,
        days=_days(counted),
    )


def _odd(scans: Sequence[Scan], limits: Limits) -> Iterator[Odd]:
    crowd = _crowd(scans)
    if crowd is not None and crowd.networks >= limits.crowd:
        yield crowd
    else:
        yield from _flood(scans, limits)
    yield from _travel(scans, limits)


def _crowd(scans: Sequence[Scan]) -> Crowd | None:
    """The hour that saw the most networks."""
    ordered = sorted(scans, key=lambda each: each.first_ms)
    within: Counter[bytes] = Counter()
    start, most = 0, None
    for scan in ordered:
        within[scan.network] += 1
        while scan.first_ms - ordered[start].first_ms > HOUR_MS:
            within[ordered[start].network] -= 1
            within += Counter()  # those of whom none is left go
            start += 1
        if most is None or len(within) > most.networks:
            most = Crowd(ordered[start].first_ms, scan.first_ms, len(within))
    return most


def _flood(scans: Sequence[Scan], limits: Limits) -> Iterator[Flood]:
    """The hour with the most posts, if that is odd."""
    posts: Counter[int] = Counter()
    for scan in scans:
        posts[scan.hour] += scan.posts
    for hour, count in posts.most_common(1):
        if count >= limits.flood:
            networks = {each.network for each in scans if each.hour == hour}
            yield Flood(hour * HOUR_MS, count, len(networks))


def _travel(scans: Sequence[Scan], limits: Limits) -> Iterator[Travel]:
    """The widest of the journeys that cannot be and that enough others saw at both ends.

    Neighbours in time are enough: if each hop can be flown, so can all of them together.
    """
    placed = sorted((each for each in scans if each.cell), key=lambda each: each.first_ms)
    seen = _networks_by_cell(placed)
    hops = [
        Travel(one.cell, one.first_ms, other.cell, other.first_ms, one.cell.kilometres(other.cell))
        for one, other in pairwise(placed)
        if one.cell and other.cell
    ]
    # Of each two cells the last: how many copies there are makes it no slower.
    impossible = {(each.here, each.there): each for each in hops if _is_impossible(each, limits)}
    found = [each for each in impossible.values() if _is_seen_at_both_ends(each, seen, limits)]
    if found:
        yield max(found, key=lambda travel: travel.kilometres)


def _is_impossible(hop: Travel, limits: Limits) -> bool:
    hours = (hop.there_ms - hop.here_ms) / HOUR_MS
    return hop.kilometres > max(limits.near_km, limits.flight_km_h * hours)


def _is_seen_at_both_ends(hop: Travel, seen: _Networks, limits: Limits) -> bool:
    here, there = _witnesses(hop.here, seen), _witnesses(hop.there, seen)
    both = here.keys() & there.keys()  # says of itself that it is in two places
    return all(
        sum(weight for network, weight in end.items() if network not in both) >= limits.witnesses
        for end in (here, there)
    )


def _witnesses(end: Cell, seen: _Networks) -> Mapping[bytes, float]:
    """Networks that were in a cell or beside it, with what each counts."""
    weights: dict[bytes, float] = {}
    for cell in end.around():
        for network, weight in seen.get(cell, {}).items():
            weights[network] = max(weight, weights.get(network, 0))
    return weights


def _networks_by_cell(placed: Sequence[Scan]) -> _Networks:
    seen: dict[Cell | None, dict[bytes, float]] = {}
    for scan in placed:
        weights = seen.setdefault(scan.cell, {})
        weights[scan.network] = max(0.5 if scan.told else 1, weights.get(scan.network, 0))
    return seen


def _days(scans: Sequence[Scan]) -> tuple[tuple[int, int], ...]:
    days: Counter[int] = Counter()
    for scan in scans:
        days[(scan.first_ms + _BEIJING_MS) // DAY_MS * DAY_MS - _BEIJING_MS] += scan.posts
    return tuple(sorted(days.items())[-MOST_DAYS:])
