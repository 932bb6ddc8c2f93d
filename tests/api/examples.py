"""The sound events of the library's example documents and of the farm vectors, each by itself."""

import json
from functools import cache
from pathlib import Path

from traceability.epcis.document import read_document, read_each
from traceability.epcis.event import Event
from traceability.errors import InvalidInput

_VECTORS = Path(__file__).parents[1] / "vectors/epcis"


@cache
def example_events() -> tuple[Event, ...]:
    """Each once."""
    documents = [file for part in ("valid", "query") for file in sorted((_VECTORS / part).glob("*.json"))]
    found = [each for file in documents for each in read_each(file.read_bytes()) if isinstance(each, Event)]
    for line in (_VECTORS / "events.jsonl").read_text("utf-8").splitlines():
        vector = json.loads(line)
        if vector["name"].startswith("farm/"):
            found += _read(alone(vector["event"], vector["context"]))
    return tuple(
        {json.dumps(alone(each.body, each.context), sort_keys=True): each for each in found}.values()
    )


def _read(event: dict[str, object]) -> list[Event]:
    try:
        return list(read_document(json.dumps(event).encode()))
    except InvalidInput:  # made to be hashed, not to be valid
        return []


def alone(body: dict[str, object], context: list[object]) -> dict[str, object]:
    """As it is sent by itself."""
    return {**body, "@context": each_once(context)}


def each_once(context: list[object]) -> list[object]:
    """The same context: what is said again changes nothing, and the schema refuses it."""
    return list({json.dumps(item): item for item in context}.values())
