"""The event that says that goods were tested or certified, made from the credential that says it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from traceability.epcis.vocabulary import GUOJI_NAMESPACE, STANDARD_CONTEXT
from traceability.proof.credential import Credential

CONTEXT = [STANDARD_CONTEXT, {"guoji": GUOJI_NAMESPACE}]


def inspection(
    credential: Credential,
    lots: Sequence[str],
    at: datetime,
    place: str | None = None,
    status_list: str | None = None,
) -> dict[str, Any]:
    """An ObjectEvent about `lots` (Digital Links); it repeats the numbers for readers of no credentials."""
    event = {
        "type": "ObjectEvent",
        "eventTime": at.isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": f"{at:%z}"[:3] + ":" + f"{at:%z}"[3:5],
        "action": "OBSERVE",
        "bizStep": "inspecting",
        "disposition": credential.conclusion,
        "quantityList": [{"epcClass": lot} for lot in lots],
        "guoji:labResults": stated(credential) or None,
        "guoji:reportSha256": credential.reports[0] if credential.reports else None,
        "guoji:credential": credential.signed.jws.text,
        "guoji:statusList": status_list,
        "readPoint": None if place is None else {"id": place},
    }
    return {name: value for name, value in event.items() if value is not None}


def stated(credential: Credential) -> list[dict[str, Any]]:
    """Its results that are numbers, as `guoji:labResults` has them."""
    return [
        {
            "guoji:analyte": {f"guoji:{language}": text for language, text in result.analyte.items()},
            "guoji:value": result.value,
            "guoji:uom": result.unit,
        }
        | ({} if result.limit is None else {"guoji:limit": result.limit.value})
        for result in credential.results
        if result.value is not None
    ]
