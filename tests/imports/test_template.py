"""A template that is filled in becomes events; whatever it is filled with is read back as it was."""

import io

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.imports.sheets import SOUND, a_row, planned
from traceability.imports.cells import BEIJING, read
from traceability.imports.kinds import kind, kinds
from traceability.imports.template import to_csv, to_xlsx
from traceability.sheets.cell import Cell
from traceability.sheets.read import read_sheet

LANGUAGES = ("zh", "en")
EXAMPLES = list({each.name: each for name in SOUND for each in kind(name).columns if each.example}.values())


def _name(column):
    return column.name


def filled(data, *rows):
    """As a clerk does it in a spreadsheet program."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for at, row in enumerate(rows, start=2):
        for column, text in enumerate(row, start=1):
            if text:
                cell = book.worksheets[0].cell(at, column)
                cell.value = text
                cell.data_type = "s"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SOUND)
def test_a_template_that_is_filled_in_becomes_events(name, language):
    rows = [a_row(name)] if name != "processing" else [a_row(name), a_row(name, direction="out", lot="P1")]
    cells = [[row.get(column.name, "") for column in kind(name).columns] for row in rows]

    made = planned(name, filled(to_xlsx(kind(name), language), *cells))

    assert made.faults == ()
    assert len(made.events) == 1
    assert made.sheet.name == kind(name).titles[language]


@pytest.mark.parametrize("name", kinds())
def test_the_example_of_the_csv_is_refused_until_it_is_deleted(name):
    [fault] = planned(name, to_csv(kind(name), "zh")).faults

    assert str(fault) == "row 2: the example of the template; delete this row"


@pytest.mark.parametrize("column", EXAMPLES, ids=_name)
def test_each_example_is_read(column):
    assert read(column.holds, Cell(column.example), BEIJING)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", kinds())
def test_excel_gets_help_for_each_column_and_lists_to_choose_from(name, language):
    data = to_xlsx(kind(name), language)
    sheet, explained = openpyxl.load_workbook(io.BytesIO(data)).worksheets

    assert data == to_xlsx(kind(name), language)
    assert len(sheet.data_validations.dataValidation) == len(kind(name).columns)
    assert all(each.prompt for each in sheet.data_validations.dataValidation)
    assert "list" in {each.type for each in sheet.data_validations.dataValidation}
    assert explained.cell(2, 1).value == kind(name).columns[0].headings[language]
    assert to_csv(kind(name), language).startswith(b"\xef\xbb\xbf")


@settings(max_examples=25, deadline=None)
@given(st.data(), st.sampled_from([*SOUND]))
def test_what_a_template_is_filled_with_is_read_back(drawn, name):
    text = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs"]), max_size=12)
    rows = drawn.draw(st.lists(st.lists(text, min_size=3, max_size=3), min_size=1, max_size=4))

    found = read_sheet(filled(to_xlsx(kind(name), "zh"), *rows))

    width = len(kind(name).columns)
    padded = [[*row, *[""] * (width - 3)] for row in rows]
    assert [[*row, *[""] * (width - len(row))] for row in found[1:]] == padded[: len(found) - 1]
    assert not any(any(row) for row in padded[len(found) - 1 :])
