"""A harvest that was recorded: what it says, how far it is proven, and the code of its lot."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from api.present.farm import harvested_amount, lot_number
from api.present.places import place_name
from api.present.verdict import WAITING, Badge, of_event
from api.qr import QrCode, qr_code, scan_url
from api.words import Words, message
from traceability.farm.harvest import REASONS
from traceability.ledger import extensions
from traceability.ledger.ports import StoredEvent
from traceability.ledger.trace import Trace
from traceability.proof.verdict import Unchecked

_REASONS = {
    "incorrect_data": message("Something in it is wrong"),
    "did_not_occur": message("There was no such harvest"),
}
JUST_RECORDED = Unchecked(WAITING[0])


@dataclass(frozen=True, slots=True)
class RecordedView:
    key: str
    lot: str
    lines: tuple[tuple[str, str], ...]
    badge: Badge
    trace_url: str
    qr: QrCode
    is_wrong: bool
    reasons: tuple[tuple[str, str], ...]


def recorded_view(
    stored: StoredEvent, is_wrong: bool, trace: Callable[[str], Trace], words: Words, public_url: str
) -> RecordedView:
    [link, *_] = stored.event.identifiers_by_role()["class"]
    # The trace may be a second old, and the record younger.
    verdicts = (each.verdict for each in trace(link).events if each.key == stored.key)
    photo = extensions.photo(stored.event)
    lines = [
        (words.say("Weight"), harvested_amount(stored, words)),
        (words.say("Plot"), place_name(stored.event, words) or ""),
        (words.say("When"), words.moment(stored.event.event_time)),
        (words.say("Fingerprint of the record"), stored.key),
    ]
    if photo is not None:
        lines.append((words.say("Fingerprint of the photo"), photo))
    return RecordedView(
        key=stored.key,
        lot=lot_number(stored),
        lines=tuple(lines),
        badge=of_event(next(verdicts, JUST_RECORDED), words),
        trace_url=urlsplit(link).path,
        qr=qr_code(scan_url(public_url, link)),
        is_wrong=is_wrong,
        reasons=tuple((reason, words.say(_REASONS[reason])) for reason in REASONS),
    )
