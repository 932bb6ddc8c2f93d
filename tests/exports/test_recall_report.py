"""A recall report says the same things in the same bytes, and no cell of it is ever computed."""

import csv
import io
from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

import pytest
import typst

from tests.builders import FARM, ITEM, LOT
from traceability.errors import InvalidInput
from traceability.exports.recall_report import HEADERS, MOST_PRINTED, RecallReport
from traceability.ledger.affected import Affected, Amount, Reached
from traceability.ledger.recall import Order

AT = datetime(2026, 11, 22, 3, 0, 0, 123_456, tzinfo=UTC)
SHOP = "9521234000020"


def a_report(drill=False, items=1, reason="农药残留超标"):
    lot = Reached(LOT, "lot", FARM, AT, "commissioning", "", False)
    sold = [
        Reached(f"{ITEM[:-3]}{n:03}", "item", SHOP, AT, "retail_selling", "", False) for n in range(items)
    ]
    amounts = (Amount("KGM", Fraction(30), Fraction(9), Fraction(7), Fraction(5)),)
    order = Order(UUID(int=1).urn, LOT, FARM, {"zh": reason, "en": "residue"}, {}, "1", AT)
    return RecallReport(
        order,
        Affected(LOT, (lot, *sold), (FARM, SHOP), amounts, 12, False),
        {SHOP: "webhook", FARM: "by hand"},
        [("follow", 0.25), ("write", 0.5)],
        drill,
    )


def table_of(report):
    return list(csv.DictReader(io.StringIO(report.csv().decode("utf-8-sig"))))


def test_the_table_names_all_that_was_found_and_how_long_it_took():
    rows = table_of(a_report())
    summary = {row["name"]: row["value"] for row in rows if row["part"] == "summary"}

    assert tuple(rows[0]) == HEADERS
    assert summary["found"] == "1 item, 1 lot"
    assert summary["gone"] == "1 item"
    assert summary["amount"] == "30 KGM, 9 (30.0%) accounted for, 7 destroyed, 5 in what was made of it"
    assert summary["seconds"] == "0.750"
    assert [(row["name"], row["told"], row["value"]) for row in rows if row["part"] == "party"] == [
        (FARM, "by hand", "1 lot: some, nobody says how much"),
        (SHOP, "webhook", "nothing by the records"),
    ]
    assert [row["gone"] for row in rows if row["part"] == "goods"] == ["no", "yes"]


def test_a_drill_says_that_it_is_one_and_names_no_notice():
    summary = {row["name"]: row["value"] for row in table_of(a_report(drill=True))}

    assert (summary["drill"], summary["notice"]) == ("yes", "")


def test_no_cell_begins_a_formula():
    rows = table_of(a_report(reason="=1+1"))

    assert "'=1+1" in {row["value"] for row in rows}


def test_the_pdf_is_the_same_for_the_same_report_and_another_for_a_drill():
    page = a_report(reason='"#panic()" $x$ *b*', items=MOST_PRINTED + 3).pdf()

    assert page.startswith(b"%PDF-")
    assert page == a_report(reason='"#panic()" $x$ *b*', items=MOST_PRINTED + 3).pdf()
    assert a_report().pdf() != a_report(drill=True).pdf()


def test_without_chinese_letters_nothing_is_written_and_what_to_install_is_said(monkeypatch):
    class Latin:
        def families(self):
            return ["Libertinus Serif"]

    monkeypatch.setattr(typst, "Fonts", Latin)

    with pytest.raises(InvalidInput, match="install one such as Noto Sans CJK"):
        a_report().pdf()
