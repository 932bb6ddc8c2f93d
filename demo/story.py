"""The story of one lot of strawberries, from field to livestream shop, told so that it ends now."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial

from demo import cast
from demo.chapters import CASES, LOGGER_OFF, LOGGER_ON, PROBE_ON, STOCKED, Lot, chapters, making
from demo.replay import laboratory_sheet, replay, span_ms
from demo.shapes import Event
from demo.truck import cabinet, truck
from iot_gateway.simulate.moment import Moment
from traceability.errors import InvalidInput
from traceability.gs1 import digital_link
from traceability.laboratory.sign import LaboratoryKey
from traceability.telemetry.device import Device

LOCAL = timezone(timedelta(hours=8))
"""China Standard Time, where the story plays."""

MOST_ITEMS = 20
ENOUGH = STOCKED + timedelta(minutes=30)
"""From harvest to now, at least."""

REPLAYED = (
    (cast.WEATHER, "weather", 600),
    (cast.WEATHER_2, "weather_gap", 600),
    (cast.SOIL_1, "soil_1", 3_600),
    (cast.SOIL_2, "soil_2", 3_600),
)
"""Which station replays which slice, and each how many seconds."""


@dataclass(frozen=True, slots=True)
class Submission:
    """An EPCIS event and the party that captures it. Its @context is `demo.shapes.CONTEXT`."""

    submitter: str
    """GLN."""
    event: Event


@dataclass(frozen=True, slots=True)
class Track:
    """What one device sends: all that lies before now at once, the rest as its time comes."""

    alias: str
    every_s: int
    """How often it measures when nothing is wrong."""
    moments: Callable[[], Iterator[Moment]]
    """Starts from the beginning each time it is called."""
    live: bool
    """Whether it goes on past now, without end."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file that an event names by address and digest."""

    url: str
    """Ends in the digest."""
    sha256: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Story:
    parties: tuple[cast.Party, ...]
    places: tuple[cast.Place, ...]
    devices: tuple[Device, ...]
    product: cast.Product
    lot: Lot
    submissions: tuple[Submission, ...]
    """By event time."""
    tracks: tuple[Track, ...]
    documents: tuple[Document, ...]
    spare: tuple[str, ...]
    """Links of items whose codes were issued and are on nothing."""


def tell(
    now: datetime,
    base_url: str,
    serials: Sequence[str],
    laboratory: LaboratoryKey | None = None,
    spare: Sequence[str] = (),
) -> Story:
    """The whole story, for items with these `serials` (AI 21), ending at `now`.

    `laboratory` signs its report; without one the report is unsigned. `spare` serials go on nothing.
    The fruit was harvested at half past six in the morning, on the last day that leaves time for the rest. So
    stories told minutes apart hold the same events. Raises `InvalidInput`.
    """
    if now.tzinfo is None:
        raise InvalidInput("now has no time zone")
    if not 1 <= len(serials) <= MOST_ITEMS:
        raise InvalidInput(f"{len(serials)} item serials, want 1 to {MOST_ITEMS}")
    lot = _lot(_harvest_before(now), serials)
    sheet = _document(base_url, laboratory_sheet())
    told = chapters(lot, _stations(lot), sheet.url, sheet.sha256, laboratory)
    return Story(
        parties=cast.PARTIES,
        places=cast.PLACES,
        devices=cast.INSTRUMENTS,
        product=cast.PUNNET,
        lot=lot,
        submissions=tuple(Submission(party.gln, event) for party, event in told),
        tracks=_tracks(lot, now),
        documents=(sheet,),
        spare=_items(spare),
    )


def packed_out(now: datetime) -> tuple[Lot, tuple[Submission, ...]]:
    """The lot while nothing bears a code, and the events that made it: the first of those of `tell`."""
    lot = _lot(_harvest_before(now), ())
    return lot, tuple(Submission(party.gln, event) for party, event in making(lot))


def _harvest_before(now: datetime) -> datetime:
    latest = now.astimezone(LOCAL) - ENOUGH
    morning = latest.replace(hour=6, minute=30, second=0, microsecond=0)
    return morning if morning <= latest else morning - timedelta(days=1)


def _lot(harvested_at: datetime, serials: Sequence[str]) -> Lot:
    code = f"HY{harvested_at:%y%m%d}"
    # The number of the day keeps the logistic units of two days apart.
    first = harvested_at.toordinal() % 10_000_000 * 10
    return Lot(
        code=code,
        link=digital_link.lot(cast.PUNNET.gtin, code),
        field_link=digital_link.lot(cast.BULK.gtin, f"F3-{harvested_at:%y%m%d}"),
        items=_items(serials),
        cases=tuple(cast.sscc(first + number) for number in range(1, CASES + 1)),
        pallet=cast.sscc(first),
        harvested_at=harvested_at,
    )


def _items(serials: Sequence[str]) -> tuple[str, ...]:
    return tuple(digital_link.item(cast.PUNNET.gtin, serial) for serial in serials)


def _stations(lot: Lot) -> list[tuple[Device, datetime]]:
    """Each is fitted as its series begins."""
    return [
        (instrument, lot.harvested_at - timedelta(milliseconds=span_ms(series)))
        for instrument, series, _ in REPLAYED
    ]


def _tracks(lot: Lot, now: datetime) -> tuple[Track, ...]:
    harvest_ms = _ms(lot.harvested_at)
    logger_on, logger_off = (_ms(lot.harvested_at + moment) for moment in (LOGGER_ON, LOGGER_OFF))
    probe_on = _ms(lot.harvested_at + PROBE_ON)
    return (
        *(
            Track(instrument.alias, every_s, partial(replay, series, harvest_ms), live=False)
            for instrument, series, every_s in REPLAYED
        ),
        Track(cast.LOGGER.alias, 120, partial(truck, logger_on, logger_off, cast.TRUCK_SEED), live=False),
        Track(
            cast.CABINET_PROBE.alias,
            60,
            partial(cabinet, probe_on, _ms(now), cast.CABINET_SEED),
            live=True,
        ),
    )


def _document(base_url: str, content: bytes) -> Document:
    digest = hashlib.sha256(content).hexdigest()
    return Document(f"{base_url.rstrip('/')}/documents/{digest}", digest, "text/csv", content)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
