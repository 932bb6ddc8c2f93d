"""Every example of docs/balance.md comes out as it stands there."""

from pathlib import Path

import pytest

from tests.builders import CASE, FIELD, FIELD_LOT, LOT, OTHER_LOT, SHOP, a_harvest, a_pack_out, an_event
from tests.proof.test_balance import proven
from traceability.cli.balanced import balance_lines
from traceability.gs1 import digital_link
from traceability.proof.balance import Outcome, balance
from traceability.proof.quantity import written

TEXT = (Path(__file__).parents[2] / "docs" / "balance.md").read_text("utf-8")
TABLE = TEXT.partition("### Examples\n")[2].partition("\n## ")[0]
EXAMPLES = dict(row.strip("| ").split(" | ") for row in TABLE.splitlines()[5:] if row.startswith("| "))


def kg(lot, amount=None, unit="KGM"):
    measured = {} if amount is None else {"quantity": amount, **({"uom": unit} if unit else {})}
    return {"epcClass": lot, **measured}


def packed(amount=None, unit="KGM", hours=5):
    goods = [kg(LOT, amount, unit)]
    return an_event("AggregationEvent", hours, action="ADD", parentID=CASE, childQuantityList=goods)


def moved(step, amount, place=FIELD, hours=5):
    return an_event(hours=hours, place=place, action="OBSERVE", bizStep=step, quantityList=[kg(LOT, amount)])


def labelled(count):
    codes = [digital_link.item("09521234000020", f"A{number:015}") for number in range(count)]
    content = {"guoji:value": 0.3, "guoji:uom": "KGM"}
    ilmd = {"guoji:lot": LOT, "guoji:netContent": content}
    return an_event(hours=5, action="ADD", epcList=codes, ilmd=ilmd)


def turned(source, took, gave, **fields):
    goods = {"inputQuantityList": [kg(source, took)], "outputQuantityList": [kg(OTHER_LOT, gave)]}
    return an_event("TransformationEvent", 6, **goods, **fields)


EMPTIED = an_event("AggregationEvent", 6, action="DELETE", parentID=CASE)
CULLED = {"guoji:massBalance": {"guoji:culled": 2, "guoji:uom": "KGM"}}
STORIES = {
    "nothing more": [],
    "20.5 kg of P were packed": [packed(20.5)],
    "20.5 kg of P were packed, and taken out again": [packed(20.5), EMPTIED],
    "10 kg of P were sold": [moved("retail_selling", 10)],
    "50 items of P were labelled, 0.3 kg each": [labelled(50)],
    "28.5 kg of P were packed": [packed(28.5)],
    "100 items of P were labelled, 0.3 kg each": [labelled(100)],
    "28 kg of P were packed, and 1 kg sold": [packed(28), moved("retail_selling", 1, hours=6)],
    "28 kg of P were sold, and then 1 kg": [
        moved("retail_selling", 28),
        moved("retail_selling", 1, hours=6),
    ],
    "20 kg of P were shipped from the field, and 20 kg again": [
        moved("shipping", 20),
        moved("shipping", 20, hours=6),
    ],
    "20 kg of P were shipped from the field, called back, and shipped again": [
        moved("shipping", 20),
        moved("void_shipping", 20, hours=6),
        moved("shipping", 20, hours=7),
    ],
    "30 kg of P were received at the shop": [moved("receiving", 30, SHOP)],
    "another 5 kg of F went into other goods, and 5 kg came out": [turned(FIELD_LOT, 5, 5)],
    "P went into other goods, 28 kg, and 29 kg came out": [turned(LOT, 28, 29)],
    "P went into other goods, 28 kg, 27 kg came out and 2 kg were culled": [turned(LOT, 28, 27, **CULLED)],
    "some of P was packed": [packed()],
    "12 pieces of P were packed, and nobody said what a piece holds": [packed(12, None)],
}


def test_the_document_and_the_stories_are_about_the_same_cases():
    assert list(EXAMPLES) == list(STORIES)


@pytest.mark.parametrize("label", STORIES)
def test_each_example_comes_out_as_the_document_says(label):
    events = [a_harvest(0), a_pack_out(3), *STORIES[label]]

    found = balance([proven(event, number) for number, event in enumerate(events)], LOT)

    assert said(found) == EXAMPLES.get(label)


def said(found):
    match found.outcome:
        case Outcome.BALANCED:
            (line,) = balance_lines(found, "", {})
            return line.partition(": ")[2]
        case Outcome.OVER_DRAWN:
            (over,) = found.over_drawn
            return f"{over.draw.value}: {written(over.had)} kg were there, {written(over.drew)} kg"
        case Outcome.UNKNOWN:
            return "cannot be balanced"
