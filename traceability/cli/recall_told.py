"""What `guoji recall` and `guoji recalls` print alike."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traceability.ledger.affected import Affected
    from traceability.ledger.recall import Order
    from traceability.recaller import Planned, Recaller


def texts(chinese: str | None, english: str | None) -> Mapping[str, str]:
    """One text is in both languages."""
    said = {"zh": chinese or english, "en": english or chinese}
    return {language: text for language, text in said.items() if text is not None}


def summary(
    order: "Order", touched: "Affected", told: Mapping[str, str], names: Mapping[str, str]
) -> list[str]:
    from traceability.exports.recall_report import called, kinds, told_amount

    gone = [each for each in touched.reached if each.is_gone]
    why = " / ".join(dict.fromkeys(order.reason.values()))
    lines = [
        f"{order.subject}, in the name of {called(order.party, names)}: {why}",
        f"  touches  {kinds(touched.reached)} ({touched.events} events followed)",
        f"  gone     {kinds(gone) or 'nothing'}",
        *(f"  amount   {told_amount(each)}" for each in touched.amounts),
    ]
    if touched.is_cut:
        lines.append("  NOT ALL: it goes further than is followed; look at what was made of it as well")
    return [*lines, *holdings(touched, told, names)]


def holdings(touched: "Affected", told: Mapping[str, str], names: Mapping[str, str]) -> Iterator[str]:
    """A line for each party: what it has, when that was last seen, how it is told."""
    from traceability.exports.recall_report import RECALLS, called, has_now, moment

    for party in touched.parties:
        seen = max((each.seen_at for each in touched.with_party(party)), default=None)
        newest = f", last seen {moment(seen)}" if seen is not None else ""
        has = has_now(touched, party)
        yield f"  {called(party, names)}  has {has}{newest}; {told.get(party, RECALLS)}"


def keep(planned: "Planned", recaller: "Recaller") -> None:
    kept = recaller.record(planned)
    notice = planned.order.notice or "-"
    print(f"{planned.kind}: {notice}, {len(kept)} events; `guoji recalls show` says who was told")
