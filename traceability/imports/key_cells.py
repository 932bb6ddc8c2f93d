"""What a cell says that holds a GS1 key, a lot or a serial number: plain, as a link or after its AI."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from unicodedata import normalize

from traceability.errors import InvalidInput
from traceability.gs1 import digital_link, keys
from traceability.imports.fault import Wrong
from traceability.sheets.cell import Cell

DIGITS_OF_A_NUMBER = 15
"""So many a spreadsheet keeps; the rest become zeros."""
_POWER = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+[0-9]{2,3}")
"""How spreadsheet programs shorten a long number, also when they save CSV."""
_ELEMENTS = re.compile(r"\((\d{2})\)([^(]+)")


@dataclass(frozen=True, slots=True)
class Lot:
    number: str
    """AI 10."""
    gtin: str | None
    """14 digits, where the cell names the product too."""


def typed(cell: Cell) -> str:
    """Full-width characters, which Chinese keyboards write, as the plain ones; without our apostrophe."""
    return normalize("NFKC", cell.text).strip().removeprefix("'")


def check_not_rounded(cell: Cell, text: str) -> None:
    if _POWER.fullmatch(text) or (cell.kind == "number" and len(text) > DIGITS_OF_A_NUMBER):
        raise Wrong(
            "the spreadsheet made a number of it and lost digits; make the column a text column, type it anew"
        )


def _key(name: str, ai: str, check: Callable[[str], str], cell: Cell) -> str:
    """The digits of a GS1 key, also in a Digital Link or behind its AI."""
    text = typed(cell)
    check_not_rounded(cell, text)
    digits = _elements(text).get(ai, text.replace(" ", ""))
    try:
        return check(digits)
    except InvalidInput as error:
        raise _wrong_key(name, digits, error) from error


def _wrong_key(name: str, digits: str, error: InvalidInput) -> Wrong:
    length = {"GTIN": 14, "GLN": 13, "SSCC": 18}[name]
    lengths = "8/12/13/14" if name == "GTIN" else str(length)
    if not (digits.isascii() and digits.isdigit()):
        return Wrong("want a {name}: {lengths} digits and nothing else", name=name, lengths=lengths)
    full = digits.zfill(length)
    fits = keys.check_digit(full[:-1]) == full[-1]
    if len(digits) == length or (name == "GTIN" and len(digits) in (8, 12, 13)):
        said = "the last digit does not fit the others (it would have to be {digit}); compare with the label"
        return (
            Wrong("{error}", error=str(error)) if fits else Wrong(said, digit=keys.check_digit(digits[:-1]))
        )
    if len(digits) < length and fits:
        return Wrong("a leading zero got lost: want {full}; make the column a text column", full=full)
    return Wrong(
        "has {count} digits, want a {name} of {lengths}", count=str(len(digits)), name=name, lengths=lengths
    )


def _gtin(digits: str) -> str:
    return dict(digital_link.parse(digital_link.product(digits)).path)["01"]


def _gln(digits: str) -> str:
    return dict(digital_link.parse(digital_link.place(keys.gln(digits))).path)["414"]


def _sscc(digits: str) -> str:
    return dict(digital_link.parse(digital_link.sscc(keys.sscc(digits))).path)["00"]


def _elements(text: str) -> Mapping[str, str]:
    """AIs and values of a Digital Link or of (01)...(10)...; empty for anything else."""
    if text.startswith("("):
        return dict(_ELEMENTS.findall(text))
    try:
        return dict(digital_link.parse(text).path) if "://" in text else {}
    except InvalidInput as error:
        raise Wrong("no GS1 Digital Link that we can read") from error


def lot(cell: Cell) -> Lot:
    text = typed(cell)
    check_not_rounded(cell, text)
    elements = _elements(text)
    gtin, number = elements.get("01"), elements.get("10", text)
    try:
        link = digital_link.lot(gtin or "00000000000000", number)
    except InvalidInput as error:
        raise Wrong("want at most 20 letters, digits, - or _") from error
    return Lot(number, gtin and dict(digital_link.parse(link).path)["01"])


def serial(cell: Cell) -> str:
    text = typed(cell)
    check_not_rounded(cell, text)
    number = _elements(text).get("21", text)
    try:
        digital_link.item("00000000000000", number)
    except InvalidInput as error:
        raise Wrong("want at most 20 letters, digits, - or _") from error
    return number


gtin = partial(_key, "GTIN", "01", _gtin)
gln = partial(_key, "GLN", "414", _gln)
sscc = partial(_key, "SSCC", "00", _sscc)
