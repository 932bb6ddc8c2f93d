"""What `guoji recall` and `guoji recalls` share: who is told and how, what is shown, what is recorded."""

import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from traceability.errors import InvalidInput
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.epcis.event import Event
    from traceability.ledger.affected import Affected
    from traceability.ledger.recall import Order
    from traceability.wiring import Store

BY_HAND = "to be told by hand"


def texts(chinese: str | None, english: str | None) -> Mapping[str, str]:
    """One text is in both languages."""
    said = {"zh": chinese or english, "en": english or chinese}
    return {language: text for language, text in said.items() if text is not None}


def parties_told(settings: Settings) -> Mapping[str, Sequence[str]]:
    """The targets of each party (GLN) that has some."""
    from traceability.wiring import alert_plan

    return alert_plan(settings).parties


def how_told(touched: "Affected", targets: Mapping[str, Sequence[str]], by: str) -> Mapping[str, str]:
    """For each party but the one that recalls."""
    return {party: ", ".join(targets.get(party, ())) or BY_HAND for party in touched.parties if party != by}


def summary(order: "Order", touched: "Affected", told: Mapping[str, str]) -> list[str]:
    from traceability.exports.recall_report import kinds, told_amount

    gone = [each for each in touched.reached if each.is_gone]
    lines = [
        f"{order.subject}, in the name of {order.party}: {' / '.join(dict.fromkeys(order.reason.values()))}",
        f"  touches  {kinds(touched.reached)} ({touched.events} events followed)",
        f"  gone     {kinds(gone) or 'nothing'}",
        *(f"  amount   {told_amount(each)}" for each in touched.amounts),
    ]
    if touched.is_cut:
        lines.append("  NOT ALL: it goes further than is followed; look at what was made of it as well")
    for party in touched.parties:
        has = [each for each in touched.reached if each.holder == party and not each.is_gone]
        seen = max((each.seen_at for each in has), default=None)
        newest = f", last seen {seen:%Y-%m-%d %H:%M}Z" if seen is not None else ""
        newest += ", as it claims" if has and all(each.is_claimed for each in has) else ""
        lines.append(f"  {party}  has {kinds(has) or 'none left'}{newest}; {told.get(party, 'recalls it')}")
    return lines


def keep(
    kind: str,
    order: "Order",
    touched: "Affected",
    events: "Sequence[Event]",
    targets: Mapping[str, Sequence[str]],
    store: "Store",
    settings: Settings,
) -> None:
    """Record `events` and put the notices into the outbox, in one commit."""
    from traceability.alerts.recall import News, notices
    from traceability.gs1.digital_link import CANONICAL_STEM
    from traceability.ledger.capture import as_stored
    from traceability.wiring import public_url

    now_ms = int(time.time() * 1000)
    holding = {
        party: [each.goods for each in touched.reached if each.holder == party and not each.is_gone]
        for party in touched.parties
        if party != order.party
    }
    notice = order.notice or "-"
    news = News(
        kind=kind,
        notice=notice,
        subject=order.subject,
        by=order.party,
        at=order.at.isoformat(timespec="seconds"),
        reason=order.reason,
        advice=order.advice,
        level=order.level,
        page=public_url(settings) + order.subject.removeprefix(CANONICAL_STEM),
    )
    kept = [as_stored(event, order.party, now_ms, secrets.token_bytes(16)) for event in events]
    store.recalls.keep(kept, list(notices(news, holding, targets)), now_ms)
    print(f"{kind}: {notice}, {len(kept)} events; `guoji recalls show` says who was told")


def agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise InvalidInput("nobody can be asked here, want --yes")
    return input(f"{question} Type yes: ").strip() == "yes"
