"""Whether a plot gave more within one season than its crop bears there (docs/balance.md)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any, Protocol

from traceability.cold_chain.profiles import Profile
from traceability.ledger.ports import StoredEvent
from traceability.proof.plots import Picking, pickings
from traceability.proof.quantity import exact

MOST_HARVESTS = 5_000
"""At the plots of one trace, the newest: one page must not add up for minutes."""


class Plots(Protocol):
    def harvests_at(
        self, places: Iterable[str], parties: Iterable[str], at_most: int
    ) -> Sequence[StoredEvent]:
        """The newest harvests that parties (GLN) captured at places (canonical Digital Links).

        Declarations that one was wrong are among them.
        """


@dataclass(frozen=True, slots=True)
class OverYield:
    """With this lot, more was picked on a plot than it bears."""

    lot: str
    """Canonical Digital Link, as the plot's."""
    plot: str
    party: str
    """GLN of who picked it, and states how large the plot is."""
    crop: Profile
    hectares: Fraction
    bears: Fraction
    """At most, within a season; in kilograms, as what was picked."""
    picked: Fraction
    events: tuple[str, ...]
    """Keys of the season's pickings up to this one, by time."""


def judge_plots(
    harvests: Sequence[StoredEvent], store: Plots, crop_of: Callable[[str], Profile | None]
) -> list[OverYield]:
    """Of the lots of these harvests, those with which their plots gave too much, all their lots together."""
    ours = [
        each
        for each in pickings(harvests)
        if (crop := crop_of(each.lot)) is not None and crop.bears is not None
    ]
    if not ours:
        return []
    there = store.harvests_at({each.plot for each in ours}, {each.party for each in ours}, MOST_HARVESTS)
    found = over_yields(pickings(there), crop_of, {each.lot for each in ours})
    # Others may harvest the same lot on the same plot, on paper.
    told = {(each.lot, each.plot, each.party) for each in ours}
    return [each for each in found if (each.lot, each.plot, each.party) in told]


def over_yields(
    picked: Sequence[Picking], crop_of: Callable[[str], Profile | None], lots: Collection[str]
) -> list[OverYield]:
    """Those of `lots` with which a plot gave too much, each with the worst season. `picked` is by time."""
    areas: dict[tuple[str, str], Fraction] = {}
    crops: dict[str, Profile] = {}
    groups: dict[tuple[str, str, str], list[Picking]] = {}
    for each in picked:
        place, crop = (each.plot, each.party), crop_of(each.lot)
        if each.hectares is not None:
            # Nobody makes a plot larger by saying so once more.
            areas[place] = min(each.hectares, areas.get(place, each.hectares))
        if crop is not None and crop.bears is not None:
            crops[crop.name] = crop
            groups.setdefault((*place, crop.name), []).append(each)
    return [
        found
        for (plot, party, name), of_plot in groups.items()
        if (plot, party) in areas
        for found in _beyond(of_plot, areas[plot, party], crops[name], lots)
    ]


def _beyond(
    picked: Sequence[Picking], hectares: Fraction, crop: Profile, lots: Collection[str]
) -> Iterator[OverYield]:
    """Of one crop on one plot: a season is any stretch of as many days as its harvest lasts."""
    assert crop.bears is not None
    season, most = timedelta(days=crop.bears.days), hectares * crop.bears.kilograms_per_hectare
    worst: dict[str, tuple[Fraction, int, int]] = {}
    total, first = Fraction(0), 0
    for last, each in enumerate(picked):
        total += each.kilograms
        while picked[first].at <= each.at - season:
            total -= picked[first].kilograms
            first += 1
        if each.lot in lots and total > worst.get(each.lot, (most, 0, 0))[0]:
            worst[each.lot] = total, first, last + 1
    for lot, (weight, start, end) in worst.items():
        keys = tuple(dict.fromkeys(each.key for each in picked[start:end]))
        yield OverYield(lot, picked[0].plot, picked[0].party, crop, hectares, most, weight, keys)


def over_yield_json(over: OverYield) -> dict[str, Any]:
    """Amounts as in the balance: texts with all their decimals."""
    return {
        "lot": over.lot,
        "plot": over.plot,
        "party": over.party,
        "profile": over.crop.name,
        "hectares": exact(over.hectares),
        "bears_kg": exact(over.bears),
        "picked_kg": exact(over.picked),
        "events": list(over.events),
    }
