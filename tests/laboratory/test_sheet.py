"""Result sheets: what is read, and that each cell that does not fit is named."""

import json

import pytest

from tests.laboratories import RESULT, UNFOUND
from traceability.errors import InvalidInput
from traceability.laboratory.sheet import COLUMNS, read_results
from traceability.proof.laboratory import Limit, result_json
from traceability.sheets.write import to_xlsx

ROWS = [
    list(COLUMNS),
    ["毒死蜱", "chlorpyrifos", "2921-88-2", "0.012", "mg/kg", "0.02", "GB 2763-2021", "GB 23200.121-2021",
     "0.001", "0.005", "0.002", "合格"],
    ["啶虫脒", "", "", "未检出", "NA", "", "", "", "0.001", "", "", ""],
    [""] * 12,
]  # fmt: skip


def as_csv(rows):
    return "\n".join(",".join(row) for row in rows).encode()


@pytest.mark.parametrize("data", [as_csv(ROWS), as_csv(ROWS[:3]).replace(b"\n", b"\r\n")])
def test_a_sheet_gives_its_results(data):
    first, second = read_results(data)

    assert (first.value, first.unit, first.limit) == (0.012, "NA", Limit(0.02, "GB 2763-2021"))
    assert (first.lod, first.loq, first.uncertainty, first.conclusion) == (0.001, 0.005, 0.002, "pass")
    assert first.analyte == {"zh": "毒死蜱", "en": "chlorpyrifos"}
    assert (second.value, second.below, second.bound) == (None, "LOD", 0.001)


def test_a_spreadsheet_gives_the_same():
    assert read_results(to_xlsx(ROWS)) == read_results(as_csv(ROWS))


def test_json_is_read_as_a_credential_has_it():
    found = read_results(json.dumps([RESULT, UNFOUND]).encode())

    assert result_json(found[0]) == RESULT
    assert [each.below for each in found] == [None, "LOD"]


def changed(**cells):
    row = [cells.get(name, text) for name, text in zip(COLUMNS, ROWS[1], strict=True)]
    return as_csv([ROWS[0], row])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (changed(value="0,012".replace(",", ";")), "D2: value is '0;012', want a number or <LOD"),
        (changed(value=""), "D2: value is '', want a number"),
        (changed(value="1e999"), "D2: value"),
        (changed(value="<LOD", lod=""), "D2: value is '<LOD', want .* in the column lod"),
        (changed(value="<LOQ", loq=""), "D2: value is '<LOQ', want .* in the column loq"),
        (changed(unit="ppm"), "E2: unit is 'ppm', want mg/kg, .* or a code of UNECE Rec 20"),
        (changed(value="0.03"), "row 2 says pass, and 0.03 is above its limit"),
        (changed(unit=""), "E2: unit"),
        (changed(limit_standard=""), "row 2 has a limit without its standard"),
        (changed(lod="=1+1"), "I2: lod is '=1\\+1', want a number"),
        (changed(conclusion="great"), "L2: conclusion"),
        (changed(analyte_zh="", analyte_en=""), "row 2 names no analyte"),
        (as_csv([["value", "unit", "price"]]), "want columns of analyte_zh"),
        (as_csv([["value", "unit", "unit"]]), "each once"),
        (as_csv([ROWS[0]]), "0 results"),
        (b"", "empty"),
        (b"[1]", "result 1 is not a JSON object"),
        (as_csv([ROWS[0], *([["a"] * 12] * 30)]), "and 190 more"),
    ],
)
def test_what_does_not_fit_is_named(data, said):
    with pytest.raises(InvalidInput, match=said):
        read_results(data)
