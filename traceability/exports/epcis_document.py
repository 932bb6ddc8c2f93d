"""One EPCIS document of all events of a trace."""

from collections.abc import Sequence
from datetime import UTC, datetime

import orjson

from traceability.epcis.document import read_document
from traceability.epcis.shared_context import in_shared_context
from traceability.errors import InvalidInput, Refused
from traceability.ledger.ports import StoredEvent


def epcis_document(trace: Sequence[StoredEvent]) -> bytes:
    """An EPCISDocument (EPCIS 2.0) of the events about goods, by time; each keeps its event hash.

    Batches of readings are left out: only the system that holds the readings may make their events. It was
    created, so it says, when the newest event was captured. Raises `InvalidInput` if no event is left, and
    `Refused` if a reader would give an event another hash.
    """
    goods = [each for each in trace if "guoji:batchRoot" not in each.event.body]
    if not goods:
        raise InvalidInput("no event of this trace is about goods, want one at least")
    ordered = sorted(goods, key=lambda each: (each.event.event_time, each.event_hash, each.submitter))
    bodies, context = in_shared_context([each.event for each in ordered])
    newest = datetime.fromtimestamp(max(each.captured_at_ms for each in ordered) / 1000, UTC)
    content = {
        "@context": context,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": newest.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "epcisBody": {"eventList": bodies},
    }
    document = orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    _check(document, ordered)
    return document


def _check(document: bytes, wanted: Sequence[StoredEvent]) -> None:
    for read, stored in zip(read_document(document), wanted, strict=True):
        if read.hash().uri != stored.event_hash:
            raise Refused(
                f"event {stored.key} would have the hash {read.hash().uri}, want {stored.event_hash}"
            )
