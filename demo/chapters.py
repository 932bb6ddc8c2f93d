"""What happens to the lot, event by event, from planting to shelf."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo import cast
from demo.cast import Party
from demo.laboratory import PAPERS, inspecting
from demo.shapes import (
    Event,
    at_place,
    came_into_being,
    event,
    fitted,
    handed_to,
    kilograms,
    packed,
    seen,
    taken_off,
    told,
    unpacked,
)
from traceability.laboratory.sign import LaboratoryKey
from traceability.telemetry.device import Device

Told = tuple[Party, Event]

GROWN_FOR = timedelta(days=75)
PACKED_OUT = timedelta(hours=3, minutes=10)
CODED = timedelta(hours=3, minutes=30)
LABELLED = timedelta(hours=3, minutes=50)
IN_CASES = timedelta(hours=4)
ON_PALLET = timedelta(hours=4, minutes=20)
INSPECTED = timedelta(hours=6)
LOGGER_ON = timedelta(hours=7, minutes=10)
SHIPPED = timedelta(hours=7, minutes=30)
RECEIVED = timedelta(hours=47, minutes=30)
LOGGER_OFF = timedelta(hours=47, minutes=40)
PROBE_ON = timedelta(hours=47, minutes=50)
OFF_PALLET = timedelta(hours=48)
OUT_OF_CASES = timedelta(hours=48, minutes=10)
STOCKED = timedelta(hours=49, minutes=30)
"""After the harvest."""
A_CASE = timedelta(minutes=3)

HARVESTED_KG = 31.5
CULLED_KG = 2.3
SHRUNK_KG = 0.4
PACKED_KG = 28.8
CASE_KG = 7.2
ITEM_KG = 0.3
CASES = 4


@dataclass(frozen=True, slots=True)
class Lot:
    """The packed lot, what it was made of and what it travels in: all canonical Digital Links."""

    code: str
    """AI 10."""
    link: str
    field_link: str
    """The loose fruit that it was packed from."""
    items: tuple[str, ...]
    cases: tuple[str, ...]
    pallet: str
    harvested_at: datetime


def chapters(
    lot: Lot,
    stations: Sequence[tuple[Device, datetime]],
    sheet_url: str,
    sheet_sha256: str,
    laboratory: LaboratoryKey | None,
) -> list[Told]:
    """Every event with the party that tells it, oldest first; `stations` come with when they were fitted."""
    tested = inspecting(lot.harvested_at + INSPECTED, lot.link, sheet_url, sheet_sha256, laboratory)
    told_events = [
        *_measuring(lot, stations),
        *_growing(lot),
        *_packing(lot),
        (cast.LABORATORY, tested),
        *_travelling(lot),
        *_selling(lot),
    ]
    return sorted(told_events, key=lambda pair: datetime.fromisoformat(pair[1]["eventTime"]))


def making(lot: Lot) -> list[Told]:
    """Those of these events by which the lot came to be, before any item of it bears a code."""
    return [*_growing(lot), (cast.PACKHOUSE, _pack_out(lot))]


def _measuring(lot: Lot, stations: Sequence[tuple[Device, datetime]]) -> Iterator[Told]:
    for instrument, at in stations:
        yield cast.FARM, fitted(at, cast.FARM, cast.FIELD, cast.FIELD.link, instrument)
    at = lot.harvested_at
    yield (
        cast.CARRIER,
        fitted(at + LOGGER_ON, cast.CARRIER, cast.DOCK, lot.pallet, cast.LOGGER),
    )
    yield (
        cast.CARRIER,
        taken_off(at + LOGGER_OFF, cast.CARRIER, cast.ARRIVALS, lot.pallet, cast.LOGGER),
    )
    yield (
        cast.SHOP,
        fitted(at + PROBE_ON, cast.SHOP, cast.COLD_CABINET, cast.COLD_CABINET.link, cast.CABINET_PROBE),
    )


def _growing(lot: Lot) -> Iterator[Told]:
    at = lot.harvested_at
    ilmd = {
        "guoji:name": told(cast.BULK.name),
        "guoji:variety": told(cast.BULK.variety),
        "guoji:growingSince": (at - GROWN_FOR).isoformat(timespec="milliseconds"),
        "guoji:harvestDate": f"{at:%Y-%m-%d}",
    }
    goods = [kilograms(lot.field_link, HARVESTED_KG)]
    to_packhouse = [{"type": "location", "destination": cast.LINE.link}]
    yield (
        cast.FARM,
        came_into_being(at, cast.FARM, cast.FIELD, ilmd, quantityList=goods, destinationList=to_packhouse),
    )


def _packing(lot: Lot) -> Iterator[Told]:
    at, packhouse, line = lot.harvested_at, cast.PACKHOUSE, cast.LINE
    yield packhouse, _pack_out(lot)
    content = {"guoji:value": ITEM_KG, "guoji:uom": "KGM"}
    labels = {"guoji:name": told(cast.PUNNET.name), "guoji:lot": lot.link, "guoji:netContent": content}
    yield packhouse, came_into_being(at + LABELLED, packhouse, line, labels, epcList=list(lot.items))
    for number, case in enumerate(lot.cases):
        # The first case holds the labelled punnets; they are counted one by one, the others by weight.
        items = lot.items if number == 0 else ()
        loose = kilograms(lot.link, CASE_KG - ITEM_KG * len(items))
        yield packhouse, packed(at + IN_CASES + number * A_CASE, packhouse, line, case, items, [loose])
    yield packhouse, packed(at + ON_PALLET, packhouse, line, lot.pallet, lot.cases)


def _pack_out(lot: Lot) -> Event:
    return event(
        "TransformationEvent",
        lot.harvested_at + PACKED_OUT,
        cast.PACKHOUSE,
        cast.LINE,
        inputQuantityList=[kilograms(lot.field_link, HARVESTED_KG)],
        outputQuantityList=[kilograms(lot.link, PACKED_KG)],
        bizStep="commissioning",
        disposition="active",
        bizLocation=at_place(cast.LINE),
        ilmd={
            "guoji:name": told(cast.PUNNET.name),
            "guoji:variety": told(cast.PUNNET.variety),
            "guoji:storageRange": {"guoji:low": 0, "guoji:high": 4, "guoji:uom": "CEL"},
        },
    ) | {
        "guoji:massBalance": {
            "guoji:input": HARVESTED_KG,
            "guoji:output": PACKED_KG,
            "guoji:culled": CULLED_KG,
            "guoji:shrinkage": SHRUNK_KG,
            "guoji:uom": "KGM",
        }
    }


def _travelling(lot: Lot) -> Iterator[Told]:
    note = {"type": "desadv", "bizTransaction": f"{PAPERS}/despatch-{lot.code}"}
    receipt = {"type": "recadv", "bizTransaction": f"{PAPERS}/receipt-{lot.code}"}
    yield (
        cast.PACKHOUSE,
        seen(
            lot.harvested_at + SHIPPED,
            cast.PACKHOUSE,
            cast.DOCK,
            "shipping",
            "in_transit",
            epcList=[lot.pallet],
            bizTransactionList=[note],
            destinationList=[
                *handed_to(cast.CARRIER),
                {"type": "location", "destination": cast.ARRIVALS.link},
            ],
        ),
    )
    yield (
        cast.SHOP,
        seen(
            lot.harvested_at + RECEIVED,
            cast.SHOP,
            cast.ARRIVALS,
            "receiving",
            "in_progress",
            epcList=[lot.pallet],
            bizLocation=at_place(cast.ARRIVALS),
            bizTransactionList=[note, receipt],
        ),
    )


def _selling(lot: Lot) -> Iterator[Told]:
    at, shop = lot.harvested_at, cast.SHOP
    yield shop, unpacked(at + OFF_PALLET, shop, cast.ARRIVALS, lot.pallet)
    for number, case in enumerate(lot.cases):
        yield shop, unpacked(at + OUT_OF_CASES + number * A_CASE, shop, cast.ARRIVALS, case)
    yield (
        shop,
        seen(
            at + STOCKED,
            shop,
            cast.COLD_CABINET,
            "stocking",
            "sellable_accessible",
            epcList=list(lot.items),
            quantityList=[kilograms(lot.link, PACKED_KG - ITEM_KG * len(lot.items))],
            bizLocation=at_place(cast.COLD_CABINET),
        ),
    )
