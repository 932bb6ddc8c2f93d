"""Read the cells of an XLSX file (ECMA-376)."""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping
from xml.etree import ElementTree as Xml

from traceability.errors import InvalidInput
from traceability.sheets.cell import EMPTY, Cell, Sheet, check_room
from traceability.sheets.dates import Dates
from traceability.sheets.xlsx_parts import Parts, local

_BOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_SHEET, _STRINGS, _STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")


def read(data: bytes, most_cells: int) -> Sheet:
    """The first sheet that is not hidden. Raises `InvalidInput`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return _read(Parts(file, most_cells), most_cells)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise InvalidInput(f"not an XLSX file: {error}") from error
    except Xml.ParseError as error:
        raise InvalidInput(f"XLSX file holds broken XML: {error}") from error


def _read(parts: Parts, most_cells: int) -> Sheet:
    name, path, from_1904 = _chosen(parts)
    if path not in parts:
        raise InvalidInput(f"XLSX file has no part {path[:80]}")
    strings: list[str] = []
    if _STRINGS in parts:
        parts.walk(_STRINGS, ["si"], lambda element: strings.append(_text(element)))
    rows = _Rows(strings, _dates(parts, from_1904), most_cells)
    parts.walk(path, ["c"], rows.end_cell, rows.begin)
    return Sheet(name, rows.rows)


def _chosen(parts: Parts) -> tuple[str, str, bool]:
    """Name and part of the first sheet that is shown, and whether dates count from 1904."""
    paths = {each.get("Id"): each.get("Target", "") for each in parts.each(_LINKS, "Relationship")}
    book = parts.each(_BOOK, "workbookPr", "sheet")
    from_1904 = any(each.get("date1904") in ("1", "true") for each in book)
    for each in book:
        link = next((value for name, value in each.items() if local(name) == "id"), None)
        if each.tag == "sheet" and each.get("state", "visible") == "visible" and link in paths:
            return each.get("name", ""), posixpath.normpath(posixpath.join("/xl", paths[link]))[1:], from_1904
    return "", _SHEET, from_1904


def _dates(parts: Parts, from_1904: bool) -> Dates:
    found = parts.each(_STYLES, "numFmt", "cellXfs")
    codes = {
        _whole(each.get("numFmtId")): each.get("formatCode", "") for each in found if each.tag == "numFmt"
    }
    formats = [_whole(style.get("numFmtId")) for each in found if each.tag == "cellXfs" for style in each]
    return Dates(formats, codes, from_1904)


class _Rows:
    """Grow cell by cell; rows and cells that were left out are empty ones."""

    def __init__(self, strings: list[str], dates: Dates, most_cells: int) -> None:
        self.rows: list[list[Cell]] = []
        self._strings, self._dates, self._most_cells = strings, dates, most_cells
        self._row: list[Cell] = []
        self._cells = 0

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "row":
            number = attributes.get("r", "")
            at = _whole(number) - 1 if number else len(self.rows)
            check_room(at + 1, 0, self._cells, self._most_cells)
            self.rows += [[] for _ in range(at - len(self.rows))]
            self._row = []
            self.rows.append(self._row)

    def end_cell(self, element: Xml.Element) -> None:
        row = self._row
        column = _column(element, len(row))
        more = max(column + 1 - len(row), 0)
        self._cells += more
        check_room(len(self.rows), column + 1, self._cells, self._most_cells)
        row += [EMPTY] * more
        row[column] = _cell(element, self._strings, self._dates)


def _column(element: Xml.Element, following: int) -> int:
    found = _REFERENCE.fullmatch(element.get("r", ""))
    return following if found is None else _index(found[1])


def _cell(element: Xml.Element, strings: list[str], dates: Dates) -> Cell:
    kind, value = element.get("t", "n"), _below(element, "v")
    if kind == "inlineStr":
        return Cell(_text(element))
    if not value:
        formula = _below(element, "f")
        return EMPTY if formula is None else Cell(f"={formula}", "formula")
    if kind == "s":
        return Cell(_shared(value, strings))
    if kind == "n":
        date = dates.written(_whole(element.get("s")), value)
        return Cell(value, "number") if date is None else Cell(date, "date")
    return Cell(value, "error" if kind == "e" else "date" if kind == "d" else "text")


def _shared(value: str, strings: list[str]) -> str:
    if not value.isdecimal() or len(value) > 9 or int(value) >= len(strings):
        raise InvalidInput(f"XLSX file names text {value:.20}, and has {len(strings)}")
    return strings[int(value)]


def _below(element: Xml.Element, name: str) -> str | None:
    return next((each.text or "" for each in element if each.tag == name), None)


def _text(element: Xml.Element) -> str:
    """Without how it is pronounced, which East Asian programs keep beside it."""
    if element.tag == "t":
        return element.text or ""
    return "".join(_text(each) for each in element if each.tag != "rPh")


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
