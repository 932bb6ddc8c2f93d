"""Read a laboratory's result sheet, one result a row; whatever does not fit is named by its cell."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from traceability.epcis.parse import parse_json
from traceability.errors import InvalidInput
from traceability.proof.laboratory import MAX_RESULTS, Result
from traceability.sheets.cell import column_name
from traceability.sheets.read import read_sheet

COLUMNS = (
    "analyte_zh",
    "analyte_en",
    "cas",
    "value",
    "unit",
    "limit",
    "limit_standard",
    "method",
    "lod",
    "loq",
    "uncertainty",
    "conclusion",
)
MOST_FAULTS = 20
_UNITS = {"mg/kg": "NA", "µg/kg": "J33", "μg/kg": "J33", "%": "P1", "°Bx": "J18", "°Brix": "J18"}
_BELOW = {"<LOD": "LOD", "ND": "LOD", "未检出": "LOD", "<LOQ": "LOQ"}
_CONCLUSIONS = {"合格": "pass", "不合格": "fail"}
_UNECE = re.compile(r"[0-9A-Z]{2,3}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?([eE]-?[0-9]{1,2})?")
_NUMBERS = ("value", "limit", "lod", "loq", "uncertainty")


def read_results(data: bytes) -> tuple[Result, ...]:
    """From JSON (a list as a credential has it), CSV or XLSX. Raises `InvalidInput` that lists each fault."""
    if data.lstrip()[:1] == b"[":
        return tuple(
            Result.parse(each, f"result {number}") for number, each in enumerate(parse_json(data), start=1)
        )
    rows = read_sheet(data)
    if not rows:
        raise InvalidInput("the result sheet is empty")
    columns = _columns(rows[0])
    found, faults = [], []
    for number, row in enumerate(rows[1:], start=2):
        cells = {name: _text(row, at) for name, at in columns.items()}
        if not any(cells.values()):
            continue
        odd = list(_faults(cells, columns, number))
        faults += odd
        if not odd:
            try:
                found.append(Result.parse(_result(cells), f"row {number}"))
            except InvalidInput as error:
                faults.append(str(error))
    if faults:
        more = [f"and {len(faults) - MOST_FAULTS} more"] if len(faults) > MOST_FAULTS else []
        raise InvalidInput("; ".join([*faults[:MOST_FAULTS], *more]))
    if not 0 < len(found) <= MAX_RESULTS:
        raise InvalidInput(f"the result sheet has {len(found)} results, want 1 to {MAX_RESULTS}")
    return tuple(found)


def _columns(head: Sequence[str]) -> Mapping[str, int]:
    """Where each column is."""
    names = [name.strip().lower() for name in head]
    unknown = [name for name in names if name and name not in COLUMNS]
    if unknown or len(set(names)) < len(names) or not {"value", "unit"} <= set(names):
        raise InvalidInput(
            f"row 1 is {', '.join(names)[:200]!r}, want columns of {', '.join(COLUMNS)}, each once"
        )
    return {name: at for at, name in enumerate(names) if name}


def _text(row: Sequence[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _faults(cells: Mapping[str, str], columns: Mapping[str, int], row: int) -> Iterator[str]:
    def fault(name: str, wanted: str) -> str:
        return f"{column_name(columns[name])}{row}: {name} is {cells[name]!r:.40}, want {wanted}"

    for name in _NUMBERS:
        text = cells.get(name, "")
        is_word = name == "value" and text.upper() in _BELOW
        if text and not is_word and not _NUMBER.fullmatch(text):
            yield fault(name, "a number" + (" or <LOD, <LOQ, ND, 未检出" if name == "value" else ""))
    if cells["unit"] not in _UNITS and not _UNECE.fullmatch(cells["unit"]):
        yield fault("unit", f"{', '.join(dict.fromkeys(_UNITS))} or a code of UNECE Rec 20, such as NA")
    if not cells["value"]:
        yield fault("value", "a number or <LOD")
    below = _BELOW.get(cells["value"].upper(), "").lower()
    if below and not cells.get(below):
        yield fault("value", f"a number, or the number that it is below in the column {below}")
    if not cells.get("analyte_zh") and not cells.get("analyte_en"):
        yield f"row {row} names no analyte"
    if cells.get("limit") and not cells.get("limit_standard"):
        yield f"row {row} has a limit without its standard, want e.g. GB 2763-2021"
    if (word := cells.get("conclusion", "")) and _conclusion(word) not in ("pass", "fail"):
        yield fault("conclusion", "pass, fail, 合格 or 不合格")


def _conclusion(word: str) -> str:
    return _CONCLUSIONS.get(word, word.lower())


def _result(cells: Mapping[str, str]) -> dict[str, Any]:
    """The JSON of a result from cells without faults."""
    told: dict[str, Any] = {name: cells[name] for name in ("cas", "method") if cells.get(name)}
    told |= {name: float(cells[name]) for name in ("lod", "loq", "uncertainty") if cells.get(name)}
    told["analyte"] = {
        language: cells[f"analyte_{language}"]
        for language in ("zh", "en")
        if cells.get(f"analyte_{language}")
    }
    told["unit"] = _UNITS.get(cells["unit"], cells["unit"])
    below = _BELOW.get(cells["value"].upper())
    told |= {"value": float(cells["value"])} if below is None else {"below": below}
    if cells.get("limit"):
        told["limit"] = {"value": float(cells["limit"]), "standard": cells["limit_standard"]}
    if cells.get("conclusion"):
        told["conclusion"] = _conclusion(cells["conclusion"])
    return told
