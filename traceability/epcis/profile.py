"""What we ask of an event beyond the schema: the text of the standard, and what we can keep safely."""

import re
from collections.abc import Callable, Iterator, Mapping

from traceability.epcis.carried import CARRIED, carried_problems
from traceability.epcis.context import Context
from traceability.epcis.evidence import EVIDENCE, WANTED, is_evidence
from traceability.epcis.personal import COMMITMENT, in_clear
from traceability.epcis.validate import Fault
from traceability.epcis.values import read_time
from traceability.epcis.vocabulary import GUOJI_NAMESPACE, GUOJI_PREFIX
from traceability.errors import InvalidInput

Path = tuple[str | int, ...]

_YEARS = range(1970, 3000)
_TIMES = frozenset({"eventTime", "recordTime", "time", "startTime", "endTime", "declarationTime"})

_COMMITTED = (
    f"a commitment to it, an object with {COMMITMENT} alone (`guoji personal commit` makes one); "
    "digits that name a thing and nobody's telephone stand in a field whose name ends in Id, No or Code"
)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LARGEST, _SMALLEST_LIMIT = 1e9, 1e-9
"""Of quantities of ours: pages divide by a limit and draw a range, and neither may run into infinity."""
_LINK_NAME = re.compile(r"guoji:(?:[A-Za-z]*(?:Link|Url)|link|url)")


def profile_faults(event: Mapping[str, object], context: Context) -> list[Fault]:
    """List why a schema-valid event is refused all the same; one that is merely unlike ours is not.

    Paths are relative to the event. docs/epcis.md gives the reason for each rule.
    """
    return [*_standard(event), *_own_prefix(context), *_members(event, ())]


def _standard(event: Mapping[str, object]) -> Iterator[Fault]:
    kind, action = event["type"], event.get("action")
    goods = event.get("epcList") or event.get("quantityList")
    if kind == "ObjectEvent" and not goods and not ("readPoint" in event and event.get("sensorElementList")):
        yield Fault((), "found no EPCs and no quantities, want some, or sensorElementList with readPoint")
    if kind == "AggregationEvent" and action in ("ADD", "DELETE") and "parentID" not in event:
        yield Fault((), f"found no parentID, want one with action {action}")
    if kind == "TransactionEvent" and not event.get("bizTransactionList"):
        yield Fault(("bizTransactionList",), "found no business transaction, want at least one")


def _own_prefix(context: Context) -> Iterator[Fault]:
    tables = [item for item in context if isinstance(item, Mapping)]
    for prefix, meaning in [pair for table in tables for pair in table.items()]:
        if (prefix == GUOJI_PREFIX) != (meaning == GUOJI_NAMESPACE):
            yield Fault(
                ("@context", prefix),
                f"found {prefix!r:.40} for {meaning!r:.80}, "
                f"want {GUOJI_PREFIX!r} for {GUOJI_NAMESPACE!r} and neither without the other",
            )


def _members(node: Mapping[str, object], path: Path, extension: bool = False) -> Iterator[Fault]:
    """`extension`: whether `node` stands in an extension field; names without a prefix do too, there."""
    for name, value in node.items():
        if name == "@context":
            continue
        inside = extension or ":" in name
        for problem in _problems(name, value, inside):
            yield Fault((*path, name), problem)
        yield from _below(value, (*path, name), inside)


def _below(value: object, path: Path, extension: bool) -> Iterator[Fault]:
    if isinstance(value, dict):
        yield from _members(value, path, extension)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _below(item, (*path, index), extension)


def _problems(name: str, value: object, extension: bool) -> Iterator[str]:
    if extension and (found := in_clear(name, value)) is not None:
        yield f"found {found}, want {_COMMITTED}"
    if ":" not in name:
        if name in _TIMES and isinstance(value, str):
            yield from _time_problems(value)
        return
    if _LINK_NAME.fullmatch(name) and not (isinstance(value, str) and value.startswith("https://")):
        yield f"found {value!r:.60}, want an https link"
    if name in CARRIED:
        yield from carried_problems(value)
    fits, wanted = _OWN.get(name, _ANYTHING)
    if not fits(value):
        yield f"found {value!r:.60}, want {wanted}"


def _time_problems(text: str) -> Iterator[str]:
    try:
        moment = read_time(text)
    except InvalidInput as error:
        yield str(error)
        return
    if moment is None or moment.year not in _YEARS:
        yield f"found {text!r:.40}, want a time from {_YEARS[0]} to {_YEARS[-1]} without leap second"


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_text(value: object) -> bool:
    if isinstance(value, dict):
        languages = {"guoji:zh", "guoji:en"}
        return {*value} <= languages and {type(text) for text in value.values()} == {str}
    return isinstance(value, str)


def _is_amount(value: object) -> bool:
    return isinstance(value, dict) and {"guoji:value", "guoji:uom"} <= value.keys()


def _is_promise(value: object) -> bool:
    if not isinstance(value, dict) or not value.get("guoji:words"):
        return False
    lists = [value["guoji:words"], value.get("guoji:grounds", [])]
    return all(isinstance(each, list) and {type(text) for text in each} <= {str} for each in lists)


def _are_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


_Shape = tuple[Callable[[object], bool], str]


def _number_from(least: float) -> _Shape:
    def fits(value: object) -> bool:
        return isinstance(value, int | float) and type(value) is not bool and least <= value <= _LARGEST

    return fits, f"a number from {least:g} to {_LARGEST:g}"


_ANYTHING: _Shape = (lambda _: True, "anything")
_DIGEST_SHAPE: _Shape = (_is_digest, "64 hexadecimal digits in lower case")
_COUNT: _Shape = (_is_count, "a whole number from 0")
_QUANTITY, _LIMIT = _number_from(-_LARGEST), _number_from(_SMALLEST_LIMIT)
_LOSS = _number_from(0)
_OBJECTS: _Shape = (_are_objects, "a list of objects")
_TEXT: _Shape = (_is_text, "text, or an object of texts by guoji:zh and guoji:en")
_OWN: Mapping[str, _Shape] = {
    "guoji:batchRoot": _DIGEST_SHAPE,
    "guoji:previousBatchRoot": _DIGEST_SHAPE,
    COMMITMENT: _DIGEST_SHAPE,
    "guoji:photo": _DIGEST_SHAPE,
    "guoji:reportSha256": _DIGEST_SHAPE,
    "guoji:readingCount": _COUNT,
    "guoji:expectedCount": _COUNT,
    "guoji:firstSequence": _COUNT,
    "guoji:lastSequence": _COUNT,
    "guoji:value": _QUANTITY,
    "guoji:limit": _LIMIT,
    "guoji:low": _QUANTITY,
    "guoji:high": _QUANTITY,
    "guoji:culled": _LOSS,
    "guoji:shrinkage": _LOSS,
    "guoji:area": (_is_amount, "an object with guoji:value and guoji:uom"),
    "guoji:netContent": (_is_amount, "an object with guoji:value and guoji:uom"),
    EVIDENCE: (is_evidence, WANTED),
    "guoji:findings": _OBJECTS,
    "guoji:labResults": _OBJECTS,
    "guoji:promise": (_is_promise, "an object with guoji:words and guoji:grounds, each a list of texts"),
    "guoji:staged": _TEXT,
    "guoji:name": _TEXT,
}
