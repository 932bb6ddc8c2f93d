"""What became of a lot: lineage the other way, to all that was made, packed and labelled of it."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from traceability.ledger.lineage import MOST_STAYS, Stay, Walk, containers
from traceability.proof.history import History, Span, Telling, by_time
from traceability.proof.spelling import lot_in, plain, spelled
from traceability.proof.told import Told, is_goods, labels_of


@dataclass(frozen=True, slots=True)
class Descent:
    lot: str
    told: tuple[Told, ...]
    """Its events by time, voided ones and the declarations that void them included."""
    claimed: frozenset[str]
    """Keys of those by parties that never held what they are about, and of all that follows from these."""
    is_cut: bool
    """Whether it reaches further than was followed."""


def descent(lot: str, telling: Telling, most: int = MOST_STAYS, until_ms: int | None = None) -> Descent:
    """Walk from `lot` to what was made and labelled of it, through containers as long as it was in them.

    One query a generation, as in `lineage`. Who makes goods says what they are made of: those of a party that
    was never handed the lot are followed too, though what it says of the lot itself is claimed. With
    `until_ms`, what was declared wrong from that moment on is followed as well.
    """
    walk = Walk(telling, until_ms)
    events: dict[str, Told] = {}
    stand: set[str] = set()
    seen: set[Stay] = set()
    generation = {Stay(lot, Span(), opened=True)}
    while generation and len(seen) + len(generation) <= most:
        seen |= generation
        following: set[Stay] = set()
        goods = {stay.identifier for stay in generation}
        walk.history.learn(goods | {labels_of(each) for each in goods})
        for stay, told in walk.look_up(generation):
            labels = walk.history.of(labels_of(stay.identifier), Span()) if stay.opened else []
            its_own = [*told, *labels]
            events.update({each.key: each for each in its_own})
            held = {each.key for each in walk.standing(stay, its_own)}
            stand |= held if not stay.claimed else set()
            following.update(_made(stay, its_own, held, walk.history))
            following.update(_boxes(stay, walk.leading(stay, told)))
        generation = following - seen
    ordered = sorted(events.values(), key=by_time)
    not_held = frozenset(each.key for each in ordered if walk.history.counts(each)) - stand
    return Descent(lot, tuple(ordered), not_held, bool(generation))


def _made(stay: Stay, told: Sequence[Told], held: Set[str], history: History) -> Iterator[Stay]:
    for each in told:
        if not (each.leads_on and history.counts(each)):
            continue
        made = _of_lot(each, stay.identifier)
        if stay.identifier in each.roles["input"]:
            made.update(*(part.roles["output"] for part in history.parts(each)))
        claimed = stay.claimed or each.key not in held
        yield from (Stay(one, Span(), opened=True, claimed=claimed) for one in made if is_goods(one))


def _of_lot(told: Told, lot: str) -> set[str]:
    """The items that come into being as of this lot, in every spelling that they go by."""
    labelled = {each for each in told.words.made if lot in (told.words.lot, lot_in(each)) and "/21/" in each}
    return {name for each in labelled for name in (each, plain(each), spelled(each, lot)) if name}


def _boxes(stay: Stay, told: Sequence[Told]) -> Iterator[Stay]:
    for each in told:
        if each.words.packs and stay.identifier in each.roles["child"]:
            yield from containers(stay, each)
