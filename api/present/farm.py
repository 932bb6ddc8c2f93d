"""The farmer's page: how it all is in one line, then alerts, devices and the last harvests."""

from dataclasses import dataclass

from api.present import measures
from api.present.farm_alerts import QUICK_COMMENTS, AlertCard, alert_card
from api.present.farm_devices import DeviceCard, device_card, device_name, place_names
from api.present.text import plain
from api.words import Words
from traceability.farm.farm import Farmer, Overview
from traceability.gs1 import digital_link
from traceability.ledger.ports import StoredEvent

LAST_HARVESTS = 5
MOST_PAST_ALERTS = 5


@dataclass(frozen=True, slots=True)
class HarvestLine:
    key: str
    lot: str
    amount: str
    at: str
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class FarmView:
    name: str
    gln: str
    state: str
    """Of the worst device: as a card has it; "none" without devices."""
    headline: str
    open_alerts: tuple[AlertCard, ...]
    past_alerts: tuple[AlertCard, ...]
    quick_comments: tuple[tuple[str, str], ...]
    devices: tuple[DeviceCard, ...]
    harvests: tuple[HarvestLine, ...]
    now: str


def farm_view(found: Overview, farmer: Farmer, words: Words) -> FarmView:
    now_ms = round(found.now.timestamp() * 1000)
    places = place_names(found.known.plots, words)
    names = {each.device.alias: device_name(each.device, words) for each in found.devices}
    cards = tuple(device_card(each, places, now_ms, words) for each in found.devices)
    alerts = [alert_card(each, names, now_ms, words) for each in found.alerts]
    return FarmView(
        name=words.name(found.known.party_name) or words.say("My farm"),
        gln=farmer.party,
        state=cards[0].state if cards else "none",
        headline=_headline(cards, words),
        open_alerts=tuple(each for each in alerts if each.state != "resolved"),
        past_alerts=tuple(each for each in alerts if each.state == "resolved")[:MOST_PAST_ALERTS],
        quick_comments=tuple((key, words.say(text)) for key, text in QUICK_COMMENTS.items()),
        devices=cards,
        harvests=tuple(_harvest(each, each.key in found.voided, words) for each in found.harvests),
        now=words.moment(found.now),
    )


def lot_number(stored: StoredEvent) -> str:
    [link, *_] = stored.event.identifiers_by_role()["class"]
    return plain(dict(digital_link.parse(link).path).get("10", link))


def harvested_amount(stored: StoredEvent, words: Words) -> str:
    first = stored.event.body["quantityList"][0]
    quantity, uom = first.get("quantity"), first.get("uom", "")
    return measures.amount(quantity, str(uom), words) if isinstance(quantity, int | float) else ""


def _harvest(stored: StoredEvent, is_wrong: bool, words: Words) -> HarvestLine:
    at = words.moment(stored.event.event_time)
    return HarvestLine(stored.key, lot_number(stored), harvested_amount(stored, words), at, is_wrong)


def _headline(cards: tuple[DeviceCard, ...], words: Words) -> str:
    """The worst thing first, and how many devices it is true of."""
    if not cards:
        return words.say("No device yet")
    count = sum(card.state == cards[0].state for card in cards)
    match cards[0].state:
        case "alert":
            return words.say_many("{count} device needs you now", "{count} devices need you now", count)
        case "silent":
            return words.say_many("{count} device is silent", "{count} devices are silent", count)
        case "never":
            return words.say_many("{count} device never sent", "{count} devices never sent", count)
        case "odd":
            return words.say_many("All send; look at {count}", "All send; look at {count}", count)
    return words.say("All is well")
