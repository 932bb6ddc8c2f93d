"""The parameters of a query: by name, what each asks of which fields, and of what kind its values are."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from traceability.epcis.query.fields import IN_UNITS, SENSOR_TEXTS, SENSOR_TIMES, SENSOR_URIS
from traceability.epcis.query.query import Test
from traceability.epcis.words import expand, word

Kind = Literal[
    "event type",
    "action",
    "bizStep",
    "disposition",
    "error reason",
    "measurement type",
    "URI",
    "event ID",
    "EPC",
    "text",
    "number",
    "time",
    "boolean",
    "presence",
    "extension",
]


@dataclass(frozen=True, slots=True)
class Parameter:
    test: Test
    fields: tuple[str, ...]
    kind: Kind
    several: bool = False
    """Whether its values are a list divided by "|"."""


ORDERING = ("orderBy", "orderDirection", "eventCountLimit", "maxEventCount")

_COMPARISONS: tuple[Test, ...] = ("GE", "GT", "LE", "LT")
_LISTS: Mapping[str, Kind] = {
    "action": "action",
    "bizStep": "bizStep",
    "disposition": "disposition",
    "persistentDisposition_set": "disposition",
    "persistentDisposition_unset": "disposition",
    "readPoint": "URI",
    "bizLocation": "URI",
    "transformationID": "URI",
    "eventID": "event ID",
    "errorReason": "error reason",
    "correctiveEventID": "event ID",
    "type": "measurement type",
    **dict.fromkeys(SENSOR_URIS, "URI"),
    **dict.fromkeys(SENSOR_TEXTS, "text"),
    "quantity": "number",
}
_EPCS: Mapping[str, tuple[str, ...]] = {
    "epc": ("epc",),
    "parentID": ("parentID",),
    "inputEPC": ("inputEPC",),
    "outputEPC": ("outputEPC",),
    "anyEPC": ("epc", "parentID", "inputEPC", "outputEPC"),
}
_CLASSES: Mapping[str, tuple[str, ...]] = {
    "epcClass": ("epcClass",),
    "inputEPCClass": ("inputEPCClass",),
    "outputEPCClass": ("outputEPCClass",),
    "anyEPCClass": ("epcClass", "inputEPCClass", "outputEPCClass"),
}


def _fixed() -> Iterator[tuple[str, Parameter]]:
    yield "eventType", Parameter("EQ", ("eventType",), "event type", True)
    for field, kind in _LISTS.items():
        yield f"EQ_{field}", Parameter("EQ", (field,), kind, True)
    for place in ("readPoint", "bizLocation"):
        # Only master data tells of descendants, and this repository holds none.
        yield f"WD_{place}", Parameter("EQ", (place,), "URI", True)
    for name, fields in _EPCS.items():
        yield f"MATCH_{name}", Parameter("EQ", fields, "EPC", True)
    for name, fields in _CLASSES.items():
        yield f"MATCH_{name}", Parameter("EQ", fields, "URI", True)
    for test in ("GE", "LT"):
        for field in ("eventTime", "recordTime", "errorDeclarationTime", *SENSOR_TIMES):
            yield f"{test}_{field}", Parameter(test, (field,), "time")
        # The OpenAPI and the schema of queries spell this one differently.
        yield f"{test}_errorDeclaration_Time", Parameter(test, ("errorDeclarationTime",), "time")
    for test in _COMPARISONS:
        for field in ("quantity", "percRank"):
            yield f"{test}_{field}", Parameter(test, (field,), "number")
    for field in ("errorDeclaration", "sensorElementList"):
        yield f"EXISTS_{field}", Parameter("EXISTS", (field,), "presence")
    yield "EQ_booleanValue", Parameter("EQ", ("booleanValue",), "boolean")


FIXED: Mapping[str, Parameter] = dict(_fixed())

_PAIR = re.compile(r"EQ_(bizTransaction|source|destination)_(.+)", re.DOTALL)
_IN_UNIT = re.compile(rf"(EQ|GE|GT|LE|LT)_((?:{'|'.join(IN_UNITS)}|quantity)_[A-Z0-9]{{2,4}})")
_EXTENSION = re.compile(
    r"(EQ|GE|GT|LE|LT|EXISTS)_((?:INNER_)?(?:ILMD_|ERROR_DECLARATION_|SENSORELEMENT_|SENSORMETADATA_"
    r"|SENSORREPORT_|readPoint_|bizLocation_)?)([A-Za-z][A-Za-z0-9.-]*):(\w[\w.-]*)"
)


def parameter(name: str, prefixes: Mapping[str, str]) -> Parameter | None:
    """What the parameter `name` asks; None if there is none of this name, or its prefix is unknown."""
    if name in FIXED:
        return FIXED[name]
    if pair := _PAIR.fullmatch(name):
        return Parameter("EQ", (f"{pair[1]}_{word(pair[2], prefixes)}",), "URI", True)
    if measured := _IN_UNIT.fullmatch(name):
        test: Test = measured[1]  # type: ignore[assignment]  # the pattern says which
        return Parameter(test, (measured[2],), "number", test == "EQ")
    extended = _EXTENSION.fullmatch(name)
    if extended is None or extended[3] not in prefixes:
        return None
    field = extended[2] + expand(f"{extended[3]}:{extended[4]}", prefixes)
    kind: Kind = "presence" if extended[1] == "EXISTS" else "extension"
    return Parameter(extended[1], (field,), kind, extended[1] == "EQ")  # type: ignore[arg-type]


def undeclared_prefix(name: str, prefixes: Mapping[str, str]) -> str | None:
    """The prefix that keeps `name` from being a parameter."""
    extended = _EXTENSION.fullmatch(name)
    return extended[3] if extended and extended[3] not in prefixes else None
