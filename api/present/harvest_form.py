"""The harvest form with what was typed so far, and the harvest as it is read back before it is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.harvest_form import KILOGRAMS, OTHER, offset_of, suggested_lot
from api.present import measures
from api.present.farm import harvested_amount
from api.present.farm_devices import place_numbers
from api.present.text import plain
from api.words import Words, message
from traceability.farm.harvest import Harvest
from traceability.farm.known import Known, Plot, Product
from traceability.ledger.ports import StoredEvent

_UNITS = {"kg": message("kg"), "jin": message("jin (half a kilogram)"), "t": message("tonnes")}
FIELDS = (
    "form", "weight", "product", "gtin", "name", "plot", "plot_code", "plot_name", "lot", "at", "offset",
    "photo",
)  # fmt: skip
_TIME = "%Y-%m-%dT%H:%M"
"""As a field for day and time has it."""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class HarvestFormView:
    is_new: bool
    """Whether nobody has typed anything yet."""
    typed: Mapping[str, str]
    """By each of `FIELDS`; hostile."""
    errors: Mapping[str, str]
    """By each of `FIELDS`; empty for one that is right."""
    is_wrong: bool
    products: tuple[Choice, ...]
    plots: tuple[Choice, ...]
    units: tuple[Choice, ...]
    lot_hint: str
    at: str
    now_ms: int
    zone: str


@dataclass(frozen=True, slots=True)
class ReviewView:
    lines: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str], ...]
    """What the form sends on: every choice as it was understood."""
    before: tuple[str, ...]
    """What was recorded of this lot already."""


def form_view(
    fields: Mapping[str, str], errors: Mapping[str, str], known: Known, now: datetime, words: Words
) -> HarvestFormView:
    zone = offset_of(fields, words)
    here = now.astimezone(zone)
    products = [(each.gtin, product_name(each, words)) for each in known.products]
    plots = [(each.link, plot_name(each, words)) for each in known.plots]
    return HarvestFormView(
        is_new="weight" not in fields,
        typed={name: plain(fields.get(name, "")) for name in FIELDS},
        errors={name: errors.get(name, "") for name in FIELDS},
        is_wrong=bool(errors),
        products=_choices(products, fields.get("product"), words.say("Another product")),
        plots=_choices(plots, fields.get("plot"), words.say("Another plot")),
        units=tuple(
            Choice(unit, words.say(_UNITS[unit]), unit == fields.get("unit", "kg")) for unit in KILOGRAMS
        ),
        lot_hint=suggested_lot(known.plots[0] if known.plots else None, here),
        at=fields.get("at") or here.strftime(_TIME),
        now_ms=round(now.timestamp() * 1000),
        zone=zone_name(here),
    )


def review_view(
    harvest: Harvest, fields: Mapping[str, str], before: Sequence[StoredEvent], words: Words
) -> ReviewView:
    photo = (
        words.say("fingerprint {start}…", start=harvest.photo[:12]) if harvest.photo else words.say("none")
    )
    return ReviewView(
        lines=(
            (words.say("Product"), product_name(harvest.product, words)),
            (words.say("Lot"), harvest.lot),
            (words.say("Weight"), measures.amount(harvest.kilograms, "KGM", words)),
            (words.say("Plot"), plot_name(harvest.plot, words)),
            (words.say("When"), f"{harvest.at:%Y-%m-%d %H:%M} {zone_name(harvest.at)}"),
            (words.say("Photo"), photo),
        ),
        fields=(
            ("form", str(harvest.form)),
            ("product", harvest.product.gtin),
            ("name", words.name(harvest.product.name) or ""),
            ("lot", harvest.lot),
            ("weight", fields.get("weight", "")),
            ("unit", fields.get("unit", "kg")),
            ("plot", harvest.plot.link),
            ("plot_name", words.name(harvest.plot.name) or ""),
            ("at", harvest.at.strftime(_TIME)),
            ("offset", str(round((harvest.at.utcoffset() or timedelta()).total_seconds() / 60))),
            ("photo", harvest.photo or ""),
        ),
        before=tuple(
            f"{harvested_amount(each, words)} · {words.moment(each.event.event_time)}" for each in before
        ),
    )


def product_name(product: Product, words: Words) -> str:
    name = words.name(product.name)
    return f"{name} · {product.gtin}" if name else product.gtin


def plot_name(plot: Plot, words: Words) -> str:
    name, numbers = words.name(plot.name), plain(place_numbers(plot.link))
    return f"{name} · {numbers}" if name else numbers


def zone_name(at: datetime) -> str:
    return f"UTC{at.isoformat()[-6:]}"


def _choices(known: Sequence[tuple[str, str]], chosen: str | None, other: str) -> tuple[Choice, ...]:
    """What is known, what was chosen before if that is another thing, and "other"; else the first."""
    offered = [*known, (OTHER, other)]
    if chosen is not None and chosen not in dict(offered):
        offered.insert(0, (chosen, plain(chosen.rpartition("/")[2])))
    chosen = offered[0][0] if chosen is None else chosen
    return tuple(Choice(value, name, value == chosen) for value, name in offered)
