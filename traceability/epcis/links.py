"""The one Digital Link form that the event hash gives every GS1 identifier."""

import re
from collections.abc import Callable

from traceability.epcis import epc

_STEM = "https://id.gs1.org"
_SHORT_NAMES = {
    "gtin": "01", "itip": "8006", "cpid": "8010", "gln": "414", "party": "417", "gsrnp": "8017",
    "gsrn": "8018", "gcn": "255", "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402",
    "grai": "8003", "giai": "8004", "cpv": "22", "lot": "10", "ser": "21",
}  # fmt: skip
_SHORT_NAME = re.compile(r"/(" + "|".join(_SHORT_NAMES) + r")(?=/)")
_PRIMARY = [
    "00",
    "01",
    "253",
    "255",
    "401",
    "402",
    "414",
    "417",
    "8003",
    "8004",
    "8006",
    "8010",
    "8017",
    "8018",
]
"""In the order in which the reference looks for them, which decides when a path holds two."""
_KEY = "|".join(_PRIMARY)
_LINK = re.compile(rf"https?://[^?#]*/(?:{_KEY})/[0-9]{{4}}[^/]")
_CANONICAL_START = re.compile(rf"{_STEM}/(?:{_KEY})/[0-9]{{4}}[^/]")
PLAIN = re.compile(
    rf"{re.escape(_STEM)}/(?:00/[0-9]{{18}}|01/[0-9]{{14}}(?:/(?:10|21)/[-.0-9A-Z_a-z]{{1,20}})?"
    r"|414/[0-9]{13}(?:/254/[-.0-9A-Z_a-z]{1,20})?|417/[0-9]{13})"
)
"""Most links that events hold: every reading of such a one gives back the link itself."""
_PADDED = {8: "000000", 12: "00", 13: "0"}
_GTIN = re.compile(r"/01/([0-9]+)")
_C = r"""["'\-.0-9;-?A-Z_a-z]"""
_CPV = re.compile(rf"(/(?:01/[0-9]{{14}}|8006/[0-9]{{18}}))/22/{_C}{{0,20}}")
_LOT_BEFORE_SERIAL = re.compile(rf"(/(?:01/[0-9]{{14}}|8006/[0-9]{{18}}))/10/{_C}{{0,20}}(/21/{_C}{{0,20}})")
_PATH = re.compile(
    rf"""/(?:00/[0-9]{{18}}
    |01/[0-9]{{14}}(?:/(?:21|10)/{_C}{{0,20}}|/235/{_C}{{0,28}})?
    |253/[0-9]{{13}}{_C}{{0,17}}|255/[0-9]{{13,25}}|401/{_C}{{0,30}}|402/[0-9]{{17}}
    |414/[0-9]{{13}}(?:/254/{_C}{{0,20}})?|417/[0-9]{{13}}
    |8003/[0-9]{{14}}{_C}{{0,16}}|8004/{_C}{{0,30}}
    |8006/[0-9]{{18}}(?:/(?:21|10)/{_C}{{0,20}})?
    |8010/[\#\-/0-9A-Z]{{0,30}}(?:/8011/[0-9]{{0,12}})?|801[78]/[0-9]{{18}})""",
    re.VERBOSE,
)


def canonical_link(uri: str, escape: epc.Escape = epc.escape_few) -> str | None:
    """Give the Digital Link the event hash uses for an EPC URN or a Digital Link of any domain.

    None means that `uri` names no GS1 key in a form the reference tools know. This is the hash's own
    rule, not GS1's canonical form: qualifiers above a serial are dropped, check digits are not looked at.
    """
    if PLAIN.fullmatch(uri):
        return uri
    if uri.startswith("urn:epc:"):
        return epc.digital_link(uri, escape)
    # The reference passes over hosts without a dot, and so must whoever wants the same hash.
    if not uri.startswith("http") or "." not in uri:
        return None
    uri = _SHORT_NAME.sub(_ai, uri)
    if _LINK.match(uri) is None:
        return None
    path = _from_primary(re.split(r"[?#]", uri, maxsplit=1)[0])
    for step in _STEPS:
        path = step(path)
    return _STEM + path if _PATH.fullmatch(path) else None


def _ai(short_name: re.Match[str]) -> str:
    return "/" + _SHORT_NAMES[short_name[1]]


def _from_primary(uri: str) -> str:
    if _CANONICAL_START.match(uri):
        return uri[len(_STEM) :]
    return next((uri[at:] for key in _PRIMARY if (at := uri.find(f"/{key}/")) >= 0), "")


def _pad_gtin(path: str) -> str:
    return _GTIN.sub(lambda gtin: f"/01/{_PADDED.get(len(gtin[1]), '')}{gtin[1]}", path, count=1)


def _drop_cpv(path: str) -> str:
    return _CPV.sub(r"\1", path)


def _drop_lot_before_serial(path: str) -> str:
    return _LOT_BEFORE_SERIAL.sub(r"\1\2", path)


_STEPS: tuple[Callable[[str], str], ...] = (_pad_gtin, _drop_cpv, _drop_lot_before_serial)
