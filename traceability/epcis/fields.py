"""The fields of an event in the order in which the event hash writes them (CBV 2.0 section 8.9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Optional

from traceability.epcis.vocabulary import (
    BIZ_STEPS,
    BIZ_TRANSACTION_TYPES,
    COMPONENTS,
    DISPOSITIONS,
    SOURCE_DESTINATION_TYPES,
    sensor_terms,
)


@dataclass(frozen=True, slots=True)
class Field:
    """One standard field."""

    name: str
    words: Mapping[str, str] | None = None
    """Bare words that stand for a URI here."""
    time: bool = False
    children: tuple["Field", ...] = ()
    element: Optional["Field"] = None
    """What each member of a list is written as; the list's own name is then written once, before them."""
    word: str = ""
    """How a list's name is written: CBV2.0 leaves out the word sensorElementList."""


def _plain(names: str) -> tuple[Field, ...]:
    return tuple(Field(name) for name in names.split())


def _list(name: str, element: Field) -> Field:
    return Field(name, element=element, word=name)


def _pairs(name: str, value: str, types: Mapping[str, str]) -> Field:
    return _list(name, Field("", children=(Field("type", types), Field(value))))


_EPC = Field("epc")
_QUANTITY = Field("quantityElement", children=_plain("epcClass quantity uom"))
_ID = _plain("id")
_METADATA = Field(
    "sensorMetadata",
    children=(
        Field("time", time=True),
        Field("startTime", time=True),
        Field("endTime", time=True),
        *_plain("deviceID deviceMetadata rawData dataProcessingMethod bizRules"),
    ),
)


def _report(sensor: Mapping[str, str]) -> Field:
    return Field(
        "sensorReport",
        children=(
            Field("type", sensor),
            Field("exception", sensor),
            *_plain("deviceID deviceMetadata rawData dataProcessingMethod"),
            Field("time", time=True),
            *_plain("microorganism chemicalSubstance value"),
            Field("component", COMPONENTS),
            *_plain("stringValue booleanValue hexBinaryValue uriValue"),
            *_plain("minValue maxValue meanValue sDev percRank percValue uom coordinateReferenceSystem"),
        ),
    )


def event_fields(voc: str) -> tuple[Field, ...]:
    """List the fields in the current order; `voc` is the namespace of the sensor words."""
    element = Field("sensorElement", children=(_METADATA, _report(sensor_terms(voc))))
    disposition = (Field("set", DISPOSITIONS), Field("unset", DISPOSITIONS))
    return (
        Field("eventTime", time=True),
        Field("eventTimeZoneOffset"),
        _list("epcList", _EPC),
        Field("parentID"),
        _list("inputEPCList", _EPC),
        _list("childEPCs", _EPC),
        _list("quantityList", _QUANTITY),
        _list("childQuantityList", _QUANTITY),
        _list("inputQuantityList", _QUANTITY),
        _list("outputEPCList", _EPC),
        _list("outputQuantityList", _QUANTITY),
        Field("action"),
        Field("transformationID"),
        Field("bizStep", BIZ_STEPS),
        Field("disposition", DISPOSITIONS),
        Field("persistentDisposition", children=disposition),
        Field("readPoint", children=_ID),
        Field("bizLocation", children=_ID),
        _pairs("bizTransactionList", "bizTransaction", BIZ_TRANSACTION_TYPES),
        _pairs("sourceList", "source", SOURCE_DESTINATION_TYPES),
        _pairs("destinationList", "destination", SOURCE_DESTINATION_TYPES),
        _list("sensorElementList", element),
    )


def without_sensor_list_word(fields: Iterable[Field]) -> tuple[Field, ...]:
    """CBV2.0 does not write the word sensorElementList."""
    return tuple(replace(field, word="") if field.name == "sensorElementList" else field for field in fields)


def legacy_order(fields: Iterable[Field]) -> tuple[Field, ...]:
    """Release 1.9.3 hashes certificationInfo and writes parentID before epcList."""
    by_name = {field.name: field for field in fields}
    first = ("eventTime", "eventTimeZoneOffset", "certificationInfo", "parentID", "epcList")
    by_name["certificationInfo"] = Field("certificationInfo")
    return tuple(by_name.pop(name) for name in first) + tuple(by_name.values())
