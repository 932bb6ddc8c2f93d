"""Recall goods, and end a recall: what is checked beforehand, and the events that record it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from traceability.epcis.event import Event
from traceability.epcis.evidence import EVIDENCE
from traceability.epcis.own_events import moment_fields, own_events
from traceability.errors import InvalidInput
from traceability.ledger.affected import Affected
from traceability.ledger.recalled import RecallNotice
from traceability.proof.kinship import is_lot
from traceability.proof.recalls import NOTICE_TYPE

LONGEST_TEXT = 200
"""Characters of a reason or an advice: as many as the page shows."""
LEVELS = ("1", "2", "3")
"""How urgent it is, 1 the most: the recalling party's own grade."""
_NAMES_AN_EVENT = 1_000


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be recalled, in whose name and why. Texts are by "zh" and "en", either may be missing."""

    notice: str | None
    """URI, fresh for each recall; None only where one that names no notice is ended."""
    subject: str
    party: str
    """GLN."""
    reason: Mapping[str, str]
    advice: Mapping[str, str]
    level: str | None
    at: datetime

    def __post_init__(self) -> None:
        if not self.reason:
            raise InvalidInput("no reason, want one: it is shown to everybody who scans the goods")
        for what, texts in (("reason", self.reason), ("advice", self.advice)):
            for text in texts.values():
                if not text.strip() or len(text) > LONGEST_TEXT or not text.isprintable():
                    found = f"the {what} has {len(text)} characters"
                    raise InvalidInput(f"{found}, want 1 to {LONGEST_TEXT} printable ones")
        if self.level not in (None, *LEVELS):
            raise InvalidInput(f"level is {self.level!r:.40}, want one of {', '.join(LEVELS)}")


def check_new(order: Order, held: Sequence[RecallNotice]) -> None:
    """Raises `InvalidInput` if this party recalls the very same goods already.

    An authority may do so on top of the owner, who then cannot end it alone.
    """
    for each in held:
        if each.holds and each.by == order.party and order.subject in each.goods:
            known = each.notice or each.key
            raise InvalidInput(f"{order.subject} is recalled already, by {each.by}: {known}")


def recall_events(order: Order, touched: Affected) -> list[Event]:
    """The recall itself, then holds that name what is known to be touched and not gone.

    The recall alone decides what is recalled: what is made of the goods later has no hold, and is recalled
    too. A hold lets whoever knows only a pallet find it. Raises `InvalidInput` as for any event.
    """
    told = {
        "guoji:reason": _told(order.reason),
        **({"guoji:advice": _told(order.advice)} if order.advice else {}),
        **({"guoji:recallLevel": order.level} if order.level is not None else {}),
    }
    lasting = {"persistentDisposition": {"set": ["recalled"]}, **told}
    bodies = [_body(order, [order.subject], lasting)]
    bodies += [_body(order, names, told) for names in _held(touched)]
    return own_events(bodies, order.at)


def release_events(
    order: Order, recalled: RecallNotice, touched: Affected, evidence: Sequence[Mapping[str, str]]
) -> list[Event]:
    """What ends the recall, with the evidence that it was put right, and the end of the holds.

    `order` has the notice of the recall. Raises `InvalidInput` without evidence, or for other goods.
    """
    if not evidence:
        raise InvalidInput("no evidence, want what shows that it was put right: events or documents")
    if order.subject not in recalled.goods:
        raise InvalidInput(f"the recall is of {', '.join(recalled.goods)}, not of {order.subject}")
    told = {"guoji:reason": _told(order.reason), EVIDENCE: [dict(each) for each in evidence]}
    lasting = {"persistentDisposition": {"unset": ["recalled"]}, **told}
    bodies = [_body(order, [order.subject], lasting, "in_progress")]
    bodies += [_body(order, names, told, "in_progress") for names in _held(touched)]
    return own_events(bodies, order.at)


def _held(touched: Affected) -> Iterator[list[str]]:
    """What can still be held, in groups of which each fits an event."""
    held = [each.goods for each in touched.reached if not each.is_gone and each.goods != touched.subject]
    names = list(dict.fromkeys(held))
    for start in range(0, len(names), _NAMES_AN_EVENT):
        yield names[start : start + _NAMES_AN_EVENT]


def _body(
    order: Order, names: Sequence[str], more: Mapping[str, Any], disposition: str = "recalled"
) -> dict[str, Any]:
    """Without a quantity a lot is the whole lot; without a place it is wherever it is."""
    lots = [{"epcClass": each} for each in names if is_lot(each)]
    units = [each for each in names if not is_lot(each)]
    notice = {"type": NOTICE_TYPE, "bizTransaction": order.notice}
    return {
        "type": "ObjectEvent",
        **moment_fields(order.at),
        "action": "OBSERVE",
        "bizStep": "holding",
        "disposition": disposition,
        **({"epcList": units} if units else {}),
        **({"quantityList": lots} if lots else {}),
        **({"bizTransactionList": [notice]} if order.notice else {}),
        **more,
    }


def _told(texts: Mapping[str, str]) -> dict[str, str]:
    return {f"guoji:{language}": text for language, text in texts.items()}
