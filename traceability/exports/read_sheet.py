"""Read back a table of text from CSV or XLSX, as ours or as a spreadsheet program saved it."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from traceability.errors import InvalidInput

MOST_BYTES = 64 * 1024 * 1024
"""Of the file, and of each part of it unpacked."""

MOST_COLUMNS = 200
MOST_ROWS = 200_000

_NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SHEET, _STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")


def read_sheet(data: bytes) -> list[list[str]]:
    """The rows of a CSV file in UTF-8, or of the first sheet of an XLSX file. Raises `InvalidInput`."""
    if len(data) > MOST_BYTES:
        raise InvalidInput(f"spreadsheet has {len(data)} bytes, want at most {MOST_BYTES}")
    return _xlsx(data) if data.startswith(b"PK") else _csv(data)


def column_name(index: int) -> str:
    """A for 0, as spreadsheet programs count."""
    high, low = divmod(index, 26)
    return (column_name(high - 1) if high else "") + chr(ord("A") + low)


def _csv(data: bytes) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError as error:
        raise InvalidInput(f"CSV is not UTF-8 at byte {error.start}") from error
    except csv.Error as error:
        raise InvalidInput(f"not CSV: {error}") from error


def _xlsx(data: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if _SHEET not in parts.namelist():
                raise InvalidInput(f"XLSX file has no part {_SHEET}")
            strings = list(_strings(parts)) if _STRINGS in parts.namelist() else []
            return _rows(_part(parts, _SHEET), strings)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise InvalidInput(f"not an XLSX file: {error}") from error
    except Xml.ParseError as error:
        raise InvalidInput(f"XLSX file holds broken XML: {error}") from error


def _part(parts: zipfile.ZipFile, name: str) -> Xml.Element:
    if parts.getinfo(name).file_size > MOST_BYTES:
        raise InvalidInput(f"{name} has {parts.getinfo(name).file_size} bytes, want at most {MOST_BYTES}")
    text = parts.read(name)
    # A zero byte: UTF-16, in which the words could hide.
    if b"<!DOCTYPE" in text or b"\0" in text:
        raise InvalidInput(f"{name} declares a document type or is not UTF-8, want a plain sheet")
    return Xml.fromstring(text)  # noqa: S314 (no document type, no entities)


def _strings(parts: zipfile.ZipFile) -> Iterator[str]:
    for each in _part(parts, _STRINGS).iter(f"{_NAMESPACE}si"):
        yield _text(each)


def _rows(sheet: Xml.Element, strings: list[str]) -> list[list[str]]:
    """Rows that were left out are empty ones."""
    rows: list[list[str]] = []
    for each in sheet.iter(f"{_NAMESPACE}row"):
        number = each.get("r", "")
        at = int(number) - 1 if number.isdecimal() and len(number) < 9 else len(rows)
        if at >= MOST_ROWS:
            raise InvalidInput(f"XLSX file has a row {at + 1}, want at most {MOST_ROWS}")
        rows += [[] for _ in range(at - len(rows))]
        rows.append(_row(each, strings))
    return rows


def _row(row: Xml.Element, strings: list[str]) -> list[str]:
    """Cells that were left out are empty ones."""
    cells: list[str] = []
    for each in row.iter(f"{_NAMESPACE}c"):
        found = _REFERENCE.fullmatch(each.get("r", ""))
        column = len(cells) if found is None else _index(found[1])
        if column >= MOST_COLUMNS:
            raise InvalidInput(f"XLSX file has a cell in column {column + 1}, want at most {MOST_COLUMNS}")
        cells += [""] * (column + 1 - len(cells))
        cells[column] = _cell(each, strings)
    return cells


def _cell(cell: Xml.Element, strings: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return _text(cell)
    value = cell.findtext(f"{_NAMESPACE}v") or ""
    if cell.get("t") != "s":
        return value
    if not value.isdecimal() or len(value) > 9 or int(value) >= len(strings):
        raise InvalidInput(f"XLSX file names text {value:.20}, and has {len(strings)}")
    return strings[int(value)]


def _text(element: Xml.Element) -> str:
    return "".join(each.text or "" for each in element.iter(f"{_NAMESPACE}t"))


def _index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
