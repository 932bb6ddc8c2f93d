"""Reads out of an event everything that a query may ask for, under the name that the query has for it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from traceability.epcis.context import prefixes
from traceability.epcis.event import canonical
from traceability.epcis.query.names import class_of
from traceability.epcis.query.query import Recorded, Value
from traceability.epcis.values import read_time
from traceability.epcis.words import expand, word
from traceability.errors import InvalidInput

Pair = tuple[str, Value]

EPC_FIELDS = {
    "epcList": "epc",
    "childEPCs": "epc",
    "parentID": "parentID",
    "inputEPCList": "inputEPC",
    "outputEPCList": "outputEPC",
}
QUANTITY_FIELDS = {
    "quantityList": "epcClass",
    "childQuantityList": "epcClass",
    "inputQuantityList": "inputEPCClass",
    "outputQuantityList": "outputEPCClass",
}
PAIRED = {"bizTransactionList": "bizTransaction", "sourceList": "source", "destinationList": "destination"}
IN_UNITS = ("value", "minValue", "maxValue", "meanValue", "sDev", "percValue")
SENSOR_URIS = (
    "deviceID",
    "dataProcessingMethod",
    "microorganism",
    "chemicalSubstance",
    "bizRules",
    "uriValue",
)
SENSOR_TEXTS = ("stringValue", "hexBinaryValue")
SENSOR_TIMES = ("time", "startTime", "endTime")
OBJECT = ""
"""Stands for an extension's object: it is there, and equals nothing that can be asked for."""


def fields_of(recorded: Recorded) -> dict[str, set[Value]]:
    """All values of each field that is there; what has not the shape that EPCIS gives it is passed over."""
    body, known = recorded.event.body, prefixes(recorded.event.context)
    found: dict[str, set[Value]] = defaultdict(set)
    parts = (_head(recorded), _words(body, known), _things(body), _quantities(body), _pairs(body, known))
    more = (_declared_error(body, known), _sensors(body, known), _extensions(body, known))
    for part in (*parts, *more):
        for field, value in part:
            found[field].add(value)
    return dict(found)


def _head(recorded: Recorded) -> Iterator[Pair]:
    body = recorded.event.body
    yield "eventTime", recorded.event.event_time
    yield "recordTime", datetime.fromtimestamp(recorded.captured_at_ms / 1000, UTC)
    own = body.get("eventID")
    yield "eventID", own if isinstance(own, str) else recorded.event_hash
    yield from (("transformationID", canonical(each)) for each in _texts(body.get("transformationID")))
    for place in ("readPoint", "bizLocation"):
        yield from ((place, canonical(each)) for each in _texts(_member(body.get(place), "id")))


def _words(body: Mapping[str, object], known: Mapping[str, str]) -> Iterator[Pair]:
    yield from (("eventType", word(each, known)) for each in _texts(body.get("type")))
    for field in ("action", "bizStep", "disposition"):
        yield from ((field, word(each, known)) for each in _texts(body.get(field)))
    for part in ("set", "unset"):
        values = _texts(_member(body.get("persistentDisposition"), part))
        yield from ((f"persistentDisposition_{part}", word(each, known)) for each in values)


def _things(body: Mapping[str, object]) -> Iterator[Pair]:
    for name, field in EPC_FIELDS.items():
        for uri in map(canonical, _texts(body.get(name))):
            yield field, uri
            of_class = class_of(uri)
            if of_class is not None:
                yield field, of_class


def _quantities(body: Mapping[str, object]) -> Iterator[Pair]:
    for name, field in QUANTITY_FIELDS.items():
        for element in _each(body.get(name)):
            yield from ((field, canonical(each)) for each in _texts(_member(element, "epcClass")))
            for number in _numbers(_member(element, "quantity")):
                yield "quantity", number
                yield from ((f"quantity_{uom}", number) for uom in _texts(_member(element, "uom")))


def _pairs(body: Mapping[str, object], known: Mapping[str, str]) -> Iterator[Pair]:
    for name, member in PAIRED.items():
        for pair in _each(body.get(name)):
            for kind in _texts(_member(pair, "type")):
                field = f"{member}_{word(kind, known)}"
                yield from ((field, canonical(each)) for each in _texts(_member(pair, member)))


def _declared_error(body: Mapping[str, object], known: Mapping[str, str]) -> Iterator[Pair]:
    error = body.get("errorDeclaration")
    if isinstance(error, Mapping):
        yield "errorDeclaration", True
        yield from (("errorDeclarationTime", each) for each in _times(error.get("declarationTime")))
        yield from (("errorReason", word(each, known)) for each in _texts(error.get("reason")))
        yield from (("correctiveEventID", each) for each in _texts(error.get("correctiveEventIDs")))


def _sensors(body: Mapping[str, object], known: Mapping[str, str]) -> Iterator[Pair]:
    for element in _each(body.get("sensorElementList")):
        yield "sensorElementList", True
        yield from _sensor_part(_member(element, "sensorMetadata"))
        for report in _each(_member(element, "sensorReport")):
            yield from _sensor_part(report)
            yield from _measured(report, known)


def _sensor_part(part: object) -> Iterator[Pair]:
    for field in SENSOR_TIMES:
        yield from ((field, each) for each in _times(_member(part, field)))
    for field in SENSOR_URIS:
        yield from ((field, canonical(each)) for each in _texts(_member(part, field)))


def _measured(report: object, known: Mapping[str, str]) -> Iterator[Pair]:
    yield from (("type", word(each, known)) for each in _texts(_member(report, "type")))
    for field in SENSOR_TEXTS:
        yield from ((field, each) for each in _texts(_member(report, field)))
    truth = _member(report, "booleanValue")
    if isinstance(truth, bool):
        yield "booleanValue", truth
    yield from (("percRank", each) for each in _numbers(_member(report, "percRank")))
    for uom in _texts(_member(report, "uom")):
        for field in IN_UNITS:
            yield from ((f"{field}_{uom}", each) for each in _numbers(_member(report, field)))


def _extensions(body: Mapping[str, object], known: Mapping[str, str]) -> Iterator[Pair]:
    scopes = [("", body), ("ILMD_", body.get("ilmd")), ("ERROR_DECLARATION_", body.get("errorDeclaration"))]
    scopes += [(f"{place}_", body.get(place)) for place in ("readPoint", "bizLocation")]
    for element in _each(body.get("sensorElementList")):
        scopes += [("SENSORELEMENT_", element), ("SENSORMETADATA_", _member(element, "sensorMetadata"))]
        scopes += [("SENSORREPORT_", report) for report in _each(_member(element, "sensorReport"))]
    for scope, node in scopes:
        yield from _extended(scope, node, known)


def _extended(scope: str, node: object, known: Mapping[str, str]) -> Iterator[Pair]:
    """Its members that have a prefix, and under INNER_ the members of those."""
    for name, value in node.items() if isinstance(node, Mapping) else ():
        if ":" not in name:
            continue
        for item in _each(value):
            yield from ((scope + expand(name, known), each) for each in _leaf(item))
            inner = scope if scope.startswith("INNER_") else f"INNER_{scope}"
            yield from _extended(inner, item, known)


def _leaf(item: object) -> Iterator[Value]:
    """As text, number and time, whichever it can be read as: who asks states no type."""
    if isinstance(item, bool):
        yield "true" if item else "false"
    elif isinstance(item, Mapping):
        yield OBJECT
    for number in _numbers(item):
        yield from (number, number_text(number))
    if isinstance(item, str):
        yield item
        yield from _times(item)


def number_text(number: float) -> str:
    """The one spelling by which a number in an extension is looked up."""
    return repr(float(number))


def _texts(value: object) -> Iterable[str]:
    return (each for each in _each(value) if isinstance(each, str))


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def _times(value: object) -> Iterator[datetime]:
    try:
        moment = read_time(value) if isinstance(value, str) else None
    except InvalidInput:  # a day without a time zone, in an extension, is a text
        return
    if moment is not None:
        yield moment


def _each(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else None
