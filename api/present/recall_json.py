"""What programs are told of a recall: what it says, what it touches, who has that and how they are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from traceability.ledger.affected import Affected, Amount, Reached
from traceability.ledger.recall import Order
from traceability.ledger.recalled import RecallNotice
from traceability.proof.quantity import written
from traceability.recaller import Planned, told


def recall_json(recall: RecallNotice) -> dict[str, Any]:
    released = recall.released_at
    return {
        "key": recall.key,
        "goods": list(recall.goods),
        "by": recall.by,
        "state": state(recall),
        **_said(recall),
        "released_at": None if released is None else released.isoformat(),
        "evidence": recall.evidence,
    }


def drill_json(planned: Planned) -> dict[str, Any]:
    """`state` is "drill": nothing of it is recorded, and it has no key."""
    order = planned.order
    said = {"goods": [order.subject], "by": order.party, "state": "drill", **_said(order), "notice": None}
    return {**said, "touched": [touched_json(planned.touched, planned.told)]}


def whole_json(
    recall: RecallNotice, touched: Sequence[Affected], targets: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """`targets` are by party (GLN) the names of its targets."""
    found = [touched_json(each, told(each, targets, recall.by)) for each in touched]
    return {**recall_json(recall), "touched": found}


def touched_json(touched: Affected, told: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        "subject": touched.subject,
        "goods": [_goods(each) for each in touched.reached],
        "amounts": [_amount(each) for each in touched.amounts],
        "parties": [_party(party, told) for party in touched.parties],
        "events": touched.events,
        "complete": not touched.is_cut,
    }


def state(recall: RecallNotice) -> str:
    if not recall.is_entitled:
        return "claimed"
    return "holds" if recall.released_at is None else "released"


def _said(of: Order | RecallNotice) -> dict[str, Any]:
    return {
        "notice": of.notice,
        "at": of.at.isoformat(),
        "reason": dict(of.reason),
        "advice": dict(of.advice),
        "level": of.level,
    }


def _goods(each: Reached) -> dict[str, Any]:
    return {
        "goods": each.goods,
        "kind": each.kind,
        "holder": each.holder,
        "seen_at": each.seen_at.isoformat(),
        "step": each.step,
        "place": each.place or None,
        "gone": each.is_gone,
        "left": None if each.left is None else {unit: written(left) for unit, left in each.left.items()},
        "claimed": each.is_claimed,
    }


def _amount(each: Amount) -> dict[str, str]:
    """As text: a number in JSON may be rounded by whoever reads it."""
    return {
        "unit": each.unit,
        "had": written(each.had),
        "accounted": written(each.accounted),
        "destroyed": written(each.destroyed),
        "made_into": written(each.made_into),
    }


def _party(gln: str, told: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """`targets` is not there for the party that recalls; empty, somebody has to tell it by hand."""
    return {"gln": gln, "targets": list(told[gln])} if gln in told else {"gln": gln}
