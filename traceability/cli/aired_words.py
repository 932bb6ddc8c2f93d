"""English sentences for what an overlay showed, in its own words, and for what was said beside it."""

import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from traceability.proof.on_air_segment import AirRecord

_LINES = (
    ("The room was", "", ("phase",)),
    ("It was marked", "", ("mark",)),
    ("Product", " · ", ("product.product", "product.name", "product.called", "product.origin")),
    ("Verdict", " · ", ("product.word", "product.claim")),
    ("Warning", "", ("product.alert",)),
    ("Correction", "", ("correction",)),
    ("Fact", ": ", ("product.facts {}.label", "product.facts {}.value")),
    ("Laboratory", " · ", ("product.lab", "product.lab_by")),
    ("Cold chain", " ", tuple(f"product.cold.{name}" for name in ("title", "value", "unit", "device"))),
    ("Its news", "", ("product.cold.freshness",)),
    ("In the host's words", "", ("points {}",)),
    ("Labelled as", "", ("product.staged",)),
    ("Lot", ", short code ", ("offer.subject", "offer.code")),
)
"""What a line says, what stands between its parts, and where these stand; {} counts from 1."""
_VALUES = {
    "on_air": "on air",
    "live": "still arriving",
    "stale": "nothing new arrived",
    "none": "there were none",
}
_CARDS = {"cold": "cold chain", "facts": "facts", "lab": "laboratory", "qr": "code to scan"}
_UNSAID = re.compile(r"room|lang|offer\.url|product\.(state|lab_standing|facts \d+\.harvest)|cards\.\w+")
"""What other lines say in words."""
_VERDICTS = {
    "supported": "the records bear it out",
    "no_claim": "it claims nothing that records could bear out",
    "unsupported": "nobody recorded it",
    "expired": "it had run out by then",
    "contradicted": "the records say otherwise",
    "forbidden": "nobody may say that of goods",
    "not_judged": "it was not judged, for the lot's records could not be looked at",
}


def shown(state: Mapping[str, Any]) -> Iterator[str]:
    """A line each; what this program has no words for comes last, under its own name."""
    left = {name: value for name, value in _leaves("", state) if not _UNSAID.fullmatch(name)}
    for words, between, names in _LINES:
        for number in count(1):
            found = [left.pop(each) for name in names if (each := name.format(number)) in left]
            if not found:
                break
            yield f"{words}: {between.join(_VALUES.get(str(each), str(each)) for each in found)}"
    cards = state.get("cards")
    if isinstance(cards, Mapping) and (
        hidden := [_CARDS[each] for each in _CARDS if cards.get(each) is False]
    ):
        yield f"Hidden by the host: {', '.join(hidden)}"
    yield from (f"{name}: {value}" for name, value in left.items())


def judged(record: AirRecord) -> str:
    """Of a sentence, or of the warning of one: the verdict, what is on record, and by which rule."""
    verdict = str(record.body.get("verdict"))
    match record.body:
        case {"evidence": [{"found": {"en": str(found)}}, *_]} | {"found": {"en": str(found)}}:
            on_record = f"; on record: {found}"
        case _:
            on_record = ""
    match record.body.get("rule"):
        case {"id": str(rule), "source": str(source)}:
            by = f" (rule {rule}, {source})"
        case {"id": str(rule)}:
            by = f" (rule {rule})"
        case _:
            by = ""
    return f"{_VERDICTS.get(verdict, verdict)}{on_record}{by}"


def _leaves(name: str, value: object) -> Iterator[tuple[str, object]]:
    """What stands in a state, without what is empty."""
    if isinstance(value, Mapping):
        for inner, member in value.items():
            yield from _leaves(f"{name}.{inner}".lstrip("."), member)
    elif isinstance(value, list):
        for number, member in enumerate(value, start=1):
            yield from _leaves(f"{name} {number}", member)
    elif value not in (None, ""):
        yield name, value
