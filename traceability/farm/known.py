"""What a party has harvested before, so that nobody types it again: products, plots, its own name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from traceability.epcis.event import Event
from traceability.errors import InvalidInput
from traceability.gs1 import digital_link
from traceability.ledger import extensions
from traceability.ledger.ports import StoredEvent
from traceability.telemetry.device import Device

_KEPT = ("guoji:name", "guoji:variety")
"""Of the lot master data of an earlier harvest: what is as true of the next one."""


@dataclass(frozen=True, slots=True)
class Product:
    gtin: str
    """14 digits."""
    master_data: Mapping[str, Any]
    """As it stands in an event: name and variety; hostile."""

    @property
    def name(self) -> Mapping[str, str]:
        return extensions.texts(self.master_data.get("guoji:name"))


@dataclass(frozen=True, slots=True)
class Plot:
    link: str
    """Canonical Digital Link (414, or 414 with 254)."""
    name: Mapping[str, str]
    """By language; may be empty; hostile."""

    @property
    def part(self) -> str | None:
        """Its extension (254)."""
        return dict(digital_link.parse(self.link).path).get("254")


@dataclass(frozen=True, slots=True)
class Known:
    products: tuple[Product, ...]
    """The one harvested last is first."""
    plots: tuple[Plot, ...]
    """Where was harvested, the last one first; then where devices stand, but for simulated ones."""
    party_name: Mapping[str, str]
    """What the party calls itself; may be empty."""


def known(harvests: Sequence[StoredEvent], devices: Iterable[Device]) -> Known:
    """`harvests` of one party, newest first."""
    products: dict[str, Product] = {}
    plots: dict[str, Plot] = {}
    for each in harvests:
        for gtin in _gtins(each.event):
            master_data = extensions.master_data(each.event)
            kept = {name: master_data[name] for name in _KEPT if name in master_data}
            products.setdefault(gtin, Product(gtin, kept))
        for link in each.event.identifiers_by_role()["place"][:1]:
            _add(plots, Plot(link, extensions.place_name(each.event)))
    for device in devices:
        if not device.staged:
            _add(plots, Plot(device.place, {}))
    names = (extensions.party_name(each.event) for each in harvests)
    return Known(tuple(products.values()), tuple(plots.values()), next((name for name in names if name), {}))


def _gtins(event: Event) -> Iterable[str]:
    for link in event.identifiers_by_role()["class"]:
        try:
            yield dict(digital_link.parse(link).path)["01"]
        except (InvalidInput, KeyError):
            continue


def _add(plots: dict[str, Plot], plot: Plot) -> None:
    try:
        is_place = "414" in dict(digital_link.parse(plot.link).path)
    except InvalidInput:
        return
    if is_place and (plot.link not in plots or not plots[plot.link].name):
        plots[plot.link] = plot
