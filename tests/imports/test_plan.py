"""A plan holds all events of a sheet or none, and says what they add up to and what else is refused."""

from fractions import Fraction

import pytest

from tests.imports.sheets import NOW, PARTY, a_csv, a_row, planned
from traceability.epcis.document import read_document
from traceability.epcis.validate import Fault
from traceability.errors import InvalidInput
from traceability.imports import plan as plan_module
from traceability.imports.cells import BEIJING
from traceability.imports.kinds import kind
from traceability.imports.plan import plan
from traceability.sheets.read import read_cells


def test_one_wrong_cell_leaves_no_event():
    made = planned("harvest", a_csv("harvest", a_row("harvest"), a_row("harvest", lot="HY2", amount="x")))

    assert (made.rows, made.events, len(made.faults)) == (2, (), 1)


def test_a_plan_adds_up_what_its_events_say():
    rows = [
        a_row("harvest"),
        a_row("harvest", lot="HY2", amount="1", unit="t"),
        a_row("harvest", amount="1.2"),
    ]

    made = planned("harvest", a_csv("harvest", *rows))

    assert made.totals == {("quantityList", "KGM"): Fraction(1030)}
    assert made.steps == {"creating_class_instance": 3}
    assert [link[-3:] for link in made.goods] == ["HY1", "HY2"]
    assert read_document(made.document) == list(made.events)


def test_events_stand_by_time():
    made = planned(
        "harvest",
        a_csv("harvest", a_row("harvest"), a_row("harvest", harvested_at="2026-11-19 18:00", lot="HY2")),
    )

    assert [moment.day for moment in made.span] == [19, 20]


def test_a_row_that_is_there_twice_is_named_however_it_is_written():
    rows = [
        a_row("harvest"),
        a_row("harvest", lot="HY2"),
        a_row("harvest", gtin="09521234000020", amount="28.80"),
    ]

    [fault] = planned("harvest", a_csv("harvest", *rows)).faults

    assert str(fault) == "row 4: says the same as row 2; delete one, or add the amounts up in one row"


def test_empty_rows_are_passed_over_and_keep_their_number():
    data = a_csv("harvest", a_row("harvest"), {}, a_row("harvest", lot="HY2", amount="x"))

    [fault] = planned("harvest", data).faults

    assert fault.cell == "C4"


def test_what_capture_would_refuse_is_told_of_its_row_and_leaves_no_event():
    def not_the_second(document):
        first, *_ = read_document(document)
        return [first, [Fault((), "this party may not say so", is_refusal=True)]]

    sheet = read_cells(a_csv("harvest", a_row("harvest"), a_row("harvest", lot="HY2")))
    made = plan(kind("harvest"), sheet, PARTY, BEIJING, NOW, {}, not_the_second)

    assert made.events == ()
    assert [fault.row for fault in made.faults] == [3]
    assert "may not say so" in str(made.faults[0])


def test_whoever_waits_is_told_how_far_it_is(monkeypatch):
    monkeypatch.setattr(plan_module, "_PORTION", 2)
    told = []
    sheet = read_cells(a_csv("harvest", *[a_row("harvest", lot=f"L{at}") for at in range(5)]))
    made = plan(kind("harvest"), sheet, PARTY, BEIJING, NOW, {}, _sound, told.append)

    assert told == [2, 4, 5]
    assert len(made.events) == 5


def _sound(document):
    return read_document(document)


def test_a_sheet_without_rows_and_one_with_too_many_are_refused():
    with pytest.raises(InvalidInput, match="no rows below"):
        planned("harvest", a_csv("harvest"))
    with pytest.raises(InvalidInput, match="sheet is empty"):
        planned("harvest", b"")
    two = read_cells(a_csv("harvest", a_row("harvest"), {}, a_row("harvest", lot="HY2")))
    with pytest.raises(InvalidInput, match="sheet has 2 rows, want at most 1"):
        plan(kind("harvest"), two, PARTY, BEIJING, NOW, {}, _sound, at_most=1)


def test_a_kind_that_there_is_not_is_refused():
    with pytest.raises(InvalidInput, match="kind is 'eating', want one of harvest, packing"):
        kind("eating")
