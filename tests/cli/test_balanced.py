"""`guoji verify` recomputes the balance from proven events alone, and says where it cannot."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import CASE, FIELD, LOT, START, a_harvest, a_pack_out, an_event
from traceability.cli.balanced import Balanced
from traceability.proof.entry import Entry
from traceability.proof.proof_file import TraceProof, parse_proof_file
from traceability.proof.verdict import TraceVerified, Unchecked, Verified
from traceability.proof.verify import Outcome as Came
from traceability.proof.verify import Report, Step
from traceability.proof.verify_trace import EventReport, TraceReport

VERIFIED = Verified(START)
VECTOR = Path(__file__).parents[1] / "vectors" / "proof" / "sound-trace.json"


def packed(kg):
    goods = [{"epcClass": LOT, "quantity": kg, "uom": "KGM"}]
    return an_event("AggregationEvent", 5, action="ADD", parentID=CASE, childQuantityList=goods)


def a_report(*bodies, verdict=VERIFIED):
    some = parse_proof_file(json.dumps(json.loads(VECTOR.read_text())["proof"]).encode())
    assert isinstance(some, TraceProof)
    context = [*some.proofs[0].context, {"guoji": "https://ns.guoji.example/epcis/"}]
    entry: Entry = some.proofs[0].entry
    proofs = [
        replace(some.proofs[0], context=context, event=body, entry=replace(entry, captured_at_ms=number))
        for number, body in enumerate(bodies)
    ]
    events = tuple(EventReport(proof, Report((), verdict), True) for proof in proofs)
    whole = Step("complete", Came.PASSED, "")
    return TraceReport(LOT, events, whole, None, TraceVerified(len(events), len(events), START))


def lines(*events, **fields):
    return list(Balanced.of(a_report(*(event.body for event in events), **fields)).lines())


def test_the_balance_is_recomputed_from_the_file():
    assert lines(a_harvest(0), a_pack_out(3), packed(20.5)) == [
        "Balance, as far as this file shows: 30 kg harvested, 20.5 kg labelled, packed or shipped, "
        "2 kg lost in processing, 7.5 kg left"
    ]


def test_what_was_picked_on_a_plot_is_told_by_the_hectare():
    place = {"id": FIELD, "guoji:area": {"guoji:value": 2500, "guoji:uom": "MTK"}}

    *_, plot = lines(a_harvest(0, readPoint=place), a_pack_out(3))

    assert plot == (
        f"Plot {FIELD}: 30 kg picked on 0.25 ha, 120 kg a hectare, "
        "without the lots that this file does not hold"
    )


def test_too_much_is_told_with_the_numbers_that_the_events_have_in_the_list():
    *_, over = lines(a_harvest(0), a_pack_out(3), packed(28.5))

    assert over == f"Over-drawn: {LOT}: 28 kg were there, 28.5 kg labelled or packed (events 2, 3)"


def test_what_is_not_proven_leaves_the_balance_untold():
    told = lines(a_harvest(0), a_pack_out(3), verdict=Unchecked("not yet anchored"))

    assert told == ["Balance: not told: 2 of 2 events about goods are not verified"]


def test_what_is_not_measured_cannot_be_balanced():
    assert f"Cannot be balanced: {LOT}: not every amount is recorded, in a unit that compares" in lines(
        a_harvest(0), a_pack_out(3), packed(None)
    )


@pytest.mark.parametrize(
    "body", [{}, {"type": 1, "eventTime": "x"}, {"type": "ObjectEvent", "eventTime": "noon"}]
)
def test_an_event_that_is_none_leaves_the_balance_untold(body):
    (told,) = Balanced.of(a_report(body)).lines()

    assert told.startswith("Balance: not told: ")
