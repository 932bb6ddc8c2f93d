"""What our own extension fields say in an event: names, staging, storage range, laboratory results.

Partners write these fields too, so every shape that is not as documented in docs/epcis.md reads as absent.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeGuard

from traceability.epcis.event import Event

LANGUAGES = ("zh", "en")
ENTERED = "guoji:entered"
PHOTO = "guoji:photo"


def texts(value: object) -> Mapping[str, str]:
    """A text in one or two languages, by "zh" and "en"; empty if there is none. Plain text is in both."""
    if isinstance(value, str):
        return dict.fromkeys(LANGUAGES, value)
    if not isinstance(value, Mapping):
        return {}
    found = {language: value.get(f"guoji:{language}") for language in LANGUAGES}
    return {language: text for language, text in found.items() if isinstance(text, str)}


def staged(event: Event) -> Mapping[str, str] | None:
    """What about the event is staged or simulated."""
    return texts(event.body.get("guoji:staged")) or None


def is_entered_by_person(event: Event) -> bool:
    """Whether a person typed it into a form of ours. An error declaration says so of itself."""
    declaration = event.body.get("errorDeclaration")
    match event.body if declaration is None else declaration:
        case {"guoji:entered": {"guoji:by": "person"}}:
            return True
    return False


def photo(event: Event) -> str | None:
    """The SHA-256 (hex) of a photograph that whoever recorded the event keeps."""
    digest = event.body.get(PHOTO)
    return digest if isinstance(digest, str) else None


def place_name(event: Event) -> Mapping[str, str]:
    place = event.body.get("readPoint")
    return texts(place.get("guoji:name")) if isinstance(place, Mapping) else {}


def party_name(event: Event) -> Mapping[str, str]:
    party = event.body.get("guoji:party")
    return texts(party.get("guoji:name")) if isinstance(party, Mapping) else {}


def master_data(event: Event) -> Mapping[str, Any]:
    """The instance or lot master data of goods that came into being here."""
    ilmd = event.body.get("ilmd")
    return ilmd if isinstance(ilmd, Mapping) else {}


def moment(stated: str | None) -> datetime | None:
    """A time with its zone, such as when the goods of a harvest began to grow."""
    try:
        since = None if stated is None else datetime.fromisoformat(stated)
    except ValueError:
        return None
    return since if since is not None and since.tzinfo is not None else None


def storage_range(event: Event) -> tuple[float, float] | None:
    """Lowest and highest temperature in degrees Celsius that the goods bear."""
    match master_data(event).get("guoji:storageRange"):
        case {"guoji:low": low, "guoji:high": high, "guoji:uom": "CEL"}:
            if _is_number(low) and _is_number(high) and low <= high:
                return low, high
    return None


def lab_results(event: Event) -> Iterator[tuple[Mapping[str, str], float, str, float | None]]:
    """Analyte, value, unit and limit of each result."""
    results = event.body.get("guoji:labResults")
    for result in results if isinstance(results, list) else ():
        match result:
            case {"guoji:analyte": analyte, "guoji:value": value, "guoji:uom": str(unit)}:
                if texts(analyte) and _is_number(value):
                    limit = result.get("guoji:limit")
                    yield texts(analyte), value, unit, limit if _is_number(limit) else None


def _is_number(value: object) -> TypeGuard[float]:
    """True and false are integers to Python, not to whoever wrote the event."""
    return isinstance(value, int | float) and not isinstance(value, bool)
