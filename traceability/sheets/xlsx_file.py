"""Read the cells of an XLSX file (ECMA-376), of which no part may be larger than we expect."""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from traceability.errors import InvalidInput
from traceability.sheets import cell
from traceability.sheets.cell import EMPTY, Cell, Sheet, check_room
from traceability.sheets.dates import Dates

_BOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_SHEET, _STRINGS, _STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
_MOST_HELD = 100_000
"""Elements in memory at a time: a cell, a text and a list of styles have fewer."""
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")


def read(data: bytes) -> Sheet:
    """The first sheet that is not hidden. Raises `InvalidInput`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            return _read(parts)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise InvalidInput(f"not an XLSX file: {error}") from error
    except Xml.ParseError as error:
        raise InvalidInput(f"XLSX file holds broken XML: {error}") from error


def _read(parts: zipfile.ZipFile) -> Sheet:
    name, path, from_1904 = _chosen(parts)
    if path not in parts.namelist():
        raise InvalidInput(f"XLSX file has no part {path[:80]}")
    strings = [_text(each) for each in _each(parts, _STRINGS, "si")]
    return Sheet(name, _rows(parts, path, strings, _dates(parts, from_1904)))


def _chosen(parts: zipfile.ZipFile) -> tuple[str, str, bool]:
    """Name and part of the first sheet that is shown, and whether dates count from 1904."""
    paths = {each.get("Id"): each.get("Target", "") for each in _each(parts, _LINKS, "Relationship")}
    from_1904 = any(each.get("date1904") in ("1", "true") for each in _each(parts, _BOOK, "workbookPr"))
    for each in _each(parts, _BOOK, "sheet"):
        link = next((value for name, value in each.items() if _local(name) == "id"), None)
        if each.get("state", "visible") == "visible" and link in paths:
            return each.get("name", ""), posixpath.normpath(posixpath.join("/xl", paths[link]))[1:], from_1904
    return "", _SHEET, from_1904


def _dates(parts: zipfile.ZipFile, from_1904: bool) -> Dates:
    codes = {
        _whole(each.get("numFmtId")): each.get("formatCode", "") for each in _each(parts, _STYLES, "numFmt")
    }
    formats = [
        _whole(style.get("numFmtId")) for styles in _each(parts, _STYLES, "cellXfs") for style in styles
    ]
    return Dates(formats, codes, from_1904)


def _rows(parts: zipfile.ZipFile, path: str, strings: list[str], dates: Dates) -> list[list[Cell]]:
    """Rows and cells that were left out are empty ones."""
    rows: list[list[Cell]] = []
    row: list[Cell] = []
    cells = 0
    for moment, element in _walk(parts, path, "c"):
        match moment, _local(element.tag):
            case "start", "row":
                number = element.get("r", "")
                at = _whole(number) - 1 if number else len(rows)
                check_room(at + 1, 0, cells)
                rows += [[] for _ in range(at - len(rows))]
                row = []
                rows.append(row)
            case "end", "c":
                column = _column(element, len(row))
                cells += max(column + 1 - len(row), 0)
                check_room(len(rows), column + 1, cells)
                row += [EMPTY] * (column + 1 - len(row))
                row[column] = _cell(element, strings, dates)
    return rows


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
    return next((each.text or "" for each in element if _local(each.tag) == name), None)


def _text(element: Xml.Element) -> str:
    """Without how it is pronounced, which East Asian programs keep beside it."""
    spoken = {id(text) for each in element.iter() if _local(each.tag) == "rPh" for text in each.iter()}
    runs = (each for each in element.iter() if _local(each.tag) == "t" and id(each) not in spoken)
    return "".join(each.text or "" for each in runs)


def _each(parts: zipfile.ZipFile, path: str, name: str) -> Iterator[Xml.Element]:
    """The elements of this name in a part, one at a time; none where the part is missing."""
    if path in parts.namelist():
        for moment, element in _walk(parts, path, name):
            if moment == "end" and _local(element.tag) == name:
                yield element


def _walk(parts: zipfile.ZipFile, path: str, whole: str) -> Iterator[tuple[str, Xml.Element]]:
    """The beginnings and ends of all elements; what is not part of one named `whole` is forgotten then."""
    around: list[Xml.Element] = []
    held = 0
    for moment, element in Xml.iterparse(io.BytesIO(_part(parts, path)), ("start", "end")):  # noqa: S314
        yield moment, element
        if moment == "start":
            around.append(element)
            held += 1
            if held > _MOST_HELD:
                raise InvalidInput(f"{path} has more than {_MOST_HELD} elements in one, want a plain sheet")
            continue
        around.pop()
        if around and not any(_local(each.tag) == whole for each in around):
            around[-1].remove(element)
            held = len(around)


def _part(parts: zipfile.ZipFile, path: str) -> bytes:
    size = parts.getinfo(path).file_size
    if size > cell.MOST_BYTES:
        raise InvalidInput(f"{path} has {size} bytes, want at most {cell.MOST_BYTES}")
    text = parts.read(path)
    # A zero byte: UTF-16, in which the words could hide.
    if b"<!DOCTYPE" in text or b"\0" in text:
        raise InvalidInput(f"{path} declares a document type or is not UTF-8, want a plain sheet")
    return text


def _local(tag: str) -> str:
    """Programs write one of two namespaces."""
    return tag.rpartition("}")[2]


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
