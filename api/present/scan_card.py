"""The card on an item's page that says that a code can be copied, and what to compare."""

from dataclasses import dataclass
from urllib.parse import quote

from api.present.identity import in_fours
from api.present.places import route
from api.present.text import plain
from api.scan_visit import ScanDesk
from api.words import Words
from traceability.gs1 import digital_link
from traceability.ledger.trace import Trace
from traceability.proof.told import words_of


@dataclass(frozen=True, slots=True)
class ScanCard:
    item: str
    """Canonical Digital Link."""
    compare: tuple[str, ...]
    """What the thing in the shopper's hand should fit."""
    days: str
    """How long a scan is kept."""
    has_scratch_code: bool
    proof_url: str
    """Of the proof that the code was issued, and put on goods; empty where there is none."""


def scan_card(trace: Trace, product: str, words: Words, desk: ScanDesk) -> ScanCard | None:
    """None for what is no item."""
    values = dict(digital_link.parse(trace.subject).path)
    if not {"01", "21"} <= values.keys():
        return None
    item = digital_link.item(values["01"], values["21"])
    return ScanCard(
        item,
        _compare(trace, product, values["21"], words),
        words.number(desk.days, 0),
        desk.has_scratch_codes,
        f"/codes/proof?subject={quote(item, safe='')}" if desk.is_issued(item) else "",
    )


def _compare(trace: Trace, product: str, serial: str, words: Words) -> tuple[str, ...]:
    told = [words_of(each.event) for each in trace.events if not (each.claimed or each.voided)]
    lots = dict.fromkeys(each.lot for each in told if each.lot and trace.subject in each.roles["epc"])
    stops = route(trace, words).stops
    return (
        words.say("What it is: {product}.", product=product),
        words.say("The letters under the code: {serial}.", serial=in_fours(plain(serial))),
        *(words.say("The lot on the package: {lot}.", lot=_number(lot)) for lot in lots),
        *(
            words.say("Where you got it: last recorded at {place}, on {day}.", place=last.name, day=last.day)
            for last in stops[-1:]
        ),
        words.say("The weight that is printed, and what it weighs."),
        words.say("The label: whether it was stuck over another one, or taken off and put on again."),
    )


def _number(lot: str) -> str:
    return plain(digital_link.parse(lot).path[-1][1])
