"""Validation of EPCIS documents and events against the official JSON Schema."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import jsonschema_rs

from traceability.errors import InvalidInput, NotAuthorised

_SCHEMA = "epcis-json-schema-2.0.1.json"
_MOST_LISTED = 10

# What to say where the schema only says "none of these".
_WANTED = {
    "bizStep": "a CBV business step or a URI of your own",
    "disposition": "a CBV disposition or a URI of your own",
    "bizTransaction-type": "a CBV business transaction type or a URI of your own",
    "source-dest-type": "owning_party, possessing_party, location or a URI of your own",
    "measurementType": "a GS1 measurement type or a URI of your own",
    "sensorAlertType": "ALARM_CONDITION, ERROR_CONDITION or a URI of your own",
    "component": "a CBV component or a URI of your own",
    "error-reason": "did_not_occur, incorrect_data or a URI of your own",
    "certificationInfo": "a URI or a list of URIs",
    "eventID": "a URI",
    "@context": "a URL, an object or a list of them",
    "ObjectEvent": "epcList, quantityList or sensorElementList with readPoint; ilmd only with action ADD",
    "AggregationEvent": "childEPCs or childQuantityList, unless the action is DELETE",
    "AssociationEvent": "childEPCs or childQuantityList, unless the action is DELETE",
    "TransactionEvent": "epcList or quantityList, unless the action is DELETE",
    "TransformationEvent": "inputs and outputs, or one of them with transformationID",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a document."""

    path: tuple[str | int, ...]
    problem: str
    is_refusal: bool = False
    """Whether another party might say the same."""

    @property
    def pointer(self) -> str:
        """Where, as a JSON pointer (RFC 6901); the whole document is ""."""
        return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in self.path)

    def below(self, *steps: str | int) -> "Fault":
        """The same fault, where what it is in stands at `steps` of something larger."""
        return replace(self, path=(*steps, *self.path))

    def __str__(self) -> str:
        return f"{_cut(self.pointer, 120) or 'the document'}: {self.problem}"


def schema_faults(document: object) -> list[Fault]:
    """List what EPCIS 2.0.1 does not allow in a document, query document or single event; none if sound."""
    validator = _validator()
    if validator.is_valid(document):
        return []
    return [Fault(tuple(error.instance_path), _problem(error)) for error in validator.iter_errors(document)]


def refuse(faults: Sequence[Fault]) -> None:
    """Raise `InvalidInput` that lists the faults, if there are any; `NotAuthorised` if all are refusals."""
    if faults:
        kind = NotAuthorised if all(fault.is_refusal for fault in faults) else InvalidInput
        raise kind(told(faults))


def told(faults: Sequence[Fault]) -> str:
    """The first faults, and how many more there are."""
    listed = "; ".join(map(str, faults[:_MOST_LISTED]))
    more = f"; and {len(faults) - _MOST_LISTED} more" if len(faults) > _MOST_LISTED else ""
    return listed + more


@cache
def _validator() -> Any:  # noqa: ANN401 (jsonschema_rs has no common type for its validators)
    schema = json.loads(resources.files(__package__).joinpath(_SCHEMA).read_text())
    return jsonschema_rs.Draft7Validator(schema, validate_formats=True)


def _problem(error: jsonschema_rs.ValidationError) -> str:
    found = json.dumps(error.instance, ensure_ascii=False)
    shown = _cut(found, 60)
    match type(error.kind).__name__.rpartition("_")[2]:
        case "Required" | "AdditionalProperties":
            return f"{error.message:.200}"
        case "PropertyNames":
            name, _ = json.JSONDecoder().raw_decode(error.message)
            return f"found the name {name!r:.60}, want one of the standard or prefix:name"
        case "AnyOf":
            return f"found {shown}, want {_wanted(error)}"
        case _:
            return f"found {shown}, which {error.message.removeprefix(found).strip():.160}"


def _cut(text: str, longest: int) -> str:
    """So that what is said of it still stands behind it."""
    return text if len(text) <= longest else f"{text[:longest]} ..."


def _wanted(error: jsonschema_rs.ValidationError) -> str:
    named = (_WANTED[step] for step in reversed(error.schema_path) if step in _WANTED)
    return next(named, "one of the forms that EPCIS 2.0.1 allows here")
