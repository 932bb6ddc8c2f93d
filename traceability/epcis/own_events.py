"""Events that this system makes itself: validated as a partner's would be."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from traceability.epcis.context import ContextItem
from traceability.epcis.document import read_document
from traceability.epcis.event import Event
from traceability.epcis.vocabulary import GUOJI_NAMESPACE, GUOJI_PREFIX, STANDARD_CONTEXT

_CONTEXT: list[ContextItem] = [STANDARD_CONTEXT, {GUOJI_PREFIX: GUOJI_NAMESPACE}]


def own_events(bodies: Sequence[Mapping[str, Any]], at: datetime) -> list[Event]:
    """Under our own context. Raises `InvalidInput` as for any event."""
    document = {
        "@context": _CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": at.isoformat(timespec="milliseconds"),
        "epcisBody": {"eventList": bodies},
    }
    return list(read_document(json.dumps(document).encode()))


def moment_fields(at: datetime) -> dict[str, str]:
    """When an event happened, as EPCIS writes it; `at` has a time zone."""
    return {
        "eventTime": at.isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": at.isoformat()[-6:],
    }
