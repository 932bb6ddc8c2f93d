"""What `guoji recall` and `guoji recalls` print alike, and the question that both ask."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from traceability.errors import InvalidInput

if TYPE_CHECKING:
    from traceability.ledger.affected import Affected
    from traceability.ledger.recall import Order
    from traceability.recaller import Planned, Recaller


def texts(chinese: str | None, english: str | None) -> Mapping[str, str]:
    """One text is in both languages."""
    said = {"zh": chinese or english, "en": english or chinese}
    return {language: text for language, text in said.items() if text is not None}


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


def keep(planned: "Planned", recaller: "Recaller") -> None:
    kept = recaller.record(planned)
    notice = planned.order.notice or "-"
    print(f"{planned.kind}: {notice}, {len(kept)} events; `guoji recalls show` says who was told")


def agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise InvalidInput("nobody can be asked here, want --yes")
    return input(f"{question} Type yes: ").strip() == "yes"
