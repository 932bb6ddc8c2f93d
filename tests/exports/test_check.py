"""A FSMA 204 spreadsheet is held to the elements that each of its events must have."""

import pytest

from traceability.errors import InvalidInput
from traceability.exports.check import missing
from traceability.exports.kde import HEADERS, WANTED, Cte
from traceability.sheets.cell import column_name


def a_full_row(cte):
    return [cte if name == "cte" else "x" for name in HEADERS]


@pytest.mark.parametrize(("cte", "name"), [(cte, name) for cte in Cte for name in WANTED[cte]])
def test_each_element_that_is_blank_is_named_by_row_column_and_clause(cte, name):
    row = a_full_row(cte.value)
    row[list(HEADERS).index(name)] = "  "

    (found,) = missing([list(HEADERS.values()), a_full_row(cte.value), row])

    assert str(found).startswith(f"row 3, column {column_name(list(HEADERS).index(name))} ({HEADERS[name]})")
    assert found.clause == WANTED[cte][name]


def test_rows_shorter_than_the_headers_lack_what_they_do_not_reach():
    assert len(list(missing([list(HEADERS.values()), ["shipping"], [], [""]]))) == len(WANTED[Cte.SHIPPING])


def test_a_sheet_without_a_column_is_refused():
    with pytest.raises(InvalidInput, match=r"no column Traceability Lot Code$"):
        list(missing([[each for each in HEADERS.values() if each != "Traceability Lot Code"]]))


@pytest.mark.parametrize("cte", ["", "eating"])
def test_a_row_of_another_event_is_refused(cte):
    with pytest.raises(InvalidInput, match=r"row 2: '.*' is no event"):
        list(missing([list(HEADERS.values()), a_full_row(cte)]))
