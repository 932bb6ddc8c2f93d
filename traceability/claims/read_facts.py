"""Facts from a trace document, as `docs/pages.md` describes it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from traceability.claims.certificates import certificates_in
from traceability.claims.facts import CHINA, Amount, Certificate, Facts, Happening, Measured, Recall, Series
from traceability.claims.normal import normal
from traceability.claims.shape import mapping, member, members, milliseconds, moment, zone
from traceability.epcis.words import word
from traceability.errors import InvalidInput

FORMAT = "guoji-trace/1"
_KILOGRAMS = {"KGM": 1.0, "GRM": 0.001, "TNE": 1000.0, "LBR": 0.453592}
_AMOUNTS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_HARVEST_STEPS = ("commissioning", "creating_class_instance")


def read_facts(document: object) -> Facts:
    """What the public JSON of a trace says. Raises `InvalidInput` where it is not of that shape.

    Extension fields inside events are partners' words: one of another shape counts as absent.
    """
    trace = mapping(document, "trace")
    if trace.get("format") != FORMAT:
        raise InvalidInput(f"trace: format is {trace.get('format')!r:.40}, want {FORMAT!r}")
    events = [(where, each) for where, each in members(trace, "events", "trace") if _counts(each)]
    bodies = [(member(each, "key", str, where), member(each, "event", dict, where)) for where, each in events]
    ranges = [(key, stated) for key, body in bodies if (stated := _storage(body)) is not None]
    series = tuple(_series(*each) for each in members(trace, "curves", "trace") if each[1].get("points"))
    drawn = [
        (None, (each.low, each.high)) for each in series if each.low is not None and each.high is not None
    ]
    key, storage = next(iter([*reversed(ranges), *drawn]), (None, None))
    return Facts(
        product=_names(trace.get("product")),
        origin=_names(trace.get("origin")),
        varieties=normal(" ".join(_words_of_goods(trace, bodies))),
        happenings=tuple(sorted(_happenings(trace, events), key=lambda each: each.at)),
        measured=tuple(_measured(trace, bodies)),
        series=series,
        certificates=_certificates(trace, bodies),
        recalls=tuple(_recalls(trace)) if "recalls" in trace else None,
        storage=storage,
        storage_key=key,
        verdict=str(mapping(trace.get("verdict") or {}, "trace: verdict").get("is", "unchecked")),
        made_at=moment(trace.get("made_at"), "trace: made_at"),
    )


def _counts(event: Mapping[str, Any]) -> bool:
    """Neither declared wrong nor the word of somebody who never held the goods."""
    declares = "errorDeclaration" in mapping(event.get("event"), "event")
    return not (declares or event.get("voided") is True or event.get("claimed") is True)


def _happenings(trace: Mapping[str, Any], events: list[tuple[str, Any]]) -> Iterator[Happening]:
    read = [_happening(*each) for each in events]
    yield from read
    if trace.get("harvested_at") is not None and not any(each.step == "harvest" for each in read):
        # An item's or a partner's trace may state the time without the event.
        at = moment(trace["harvested_at"], "trace: harvested_at").astimezone(CHINA)
        yield Happening(None, "harvest", at, "", "", "", (), None, None, broken=False)


def _happening(where: str, traced: Mapping[str, Any]) -> Happening:
    body = traced["event"]
    at = moment(body.get("eventTime"), f"{where}: eventTime")
    return Happening(
        key=traced["key"],
        step="harvest" if _is_harvest(body) else _word(body, "bizStep"),
        at=at.astimezone(zone(body.get("eventTimeZoneOffset")) or at.tzinfo),
        place=" ".join(_texts(body.get(name), "guoji:name") for name in ("readPoint", "bizLocation")),
        party=_texts(body.get("guoji:party"), "guoji:name"),
        disposition=_word(body, "disposition"),
        amounts=tuple(_amounts(body)),
        device=device
        if isinstance(device := body.get("guoji:device"), str) and body.get("sensorElementList")
        else None,
        measured=_measured_span(body),
        broken=mapping(traced.get("verdict") or {}, f"{where}: verdict").get("is") == "contradicted",
    )


def _word(body: Mapping[str, Any], field: str) -> str:
    """A word of the standard's vocabulary: bare, as URN or as web URI it is the same."""
    return word(str(body.get(field, "")), {})


def _is_harvest(body: Mapping[str, Any]) -> bool:
    return (
        body.get("type") == "ObjectEvent"
        and body.get("action") == "ADD"
        and _word(body, "bizStep") in _HARVEST_STEPS
        and bool(body.get("quantityList"))
    )


def _amounts(body: Mapping[str, Any]) -> Iterator[Amount]:
    for field in _AMOUNTS:
        stated = body.get(field)
        for each in stated if isinstance(stated, list) else ():
            match each:
                case {"quantity": int() | float() as quantity, "uom": str(uom)} if uom in _KILOGRAMS:
                    yield Amount(field, quantity * _KILOGRAMS[uom])


def _measured_span(body: Mapping[str, Any]) -> tuple[datetime, datetime] | None:
    match body.get("sensorElementList"):
        case [{"sensorMetadata": {"startTime": str(start), "endTime": str(end)}}, *_]:
            return moment(start, "startTime"), moment(end, "endTime")
    return None


def _storage(body: Mapping[str, Any]) -> tuple[float, float] | None:
    match body.get("ilmd"):
        case {
            "guoji:storageRange": {"guoji:low": int() | float() as low, "guoji:high": int() | float() as high}
        }:
            return float(low), float(high)
    return None


def _words_of_goods(trace: Mapping[str, Any], bodies: list[tuple[str, Any]]) -> Iterator[str]:
    yield from _names(trace.get("product")).values()
    for _, body in bodies:
        yield from (_texts(body.get("ilmd"), name) for name in ("guoji:name", "guoji:variety"))


def _measured(trace: Mapping[str, Any], bodies: list[tuple[str, Any]]) -> Iterator[Measured]:
    for where, each in members(trace, "lab_results", "trace"):
        names = _names(each.get("analyte"))
        tested_at = moment(each["tested_at"], f"{where}: tested_at") if each.get("tested_at") else None
        yield Measured(
            analyte=normal(" | ".join(names.values())),
            names=tuple(names.values()),
            value=float(member(each, "value", (int, float), where)),
            unit=member(each, "unit", str, where),
            limit=None if each.get("limit") is None else float(member(each, "limit", (int, float), where)),
            tested_at=tested_at,
            laboratory=normal(" ".join(_names(each.get("laboratory")).values())),
            key=_stated_by(tested_at, bodies),
        )


def _stated_by(tested_at: datetime | None, bodies: list[tuple[str, Any]]) -> str | None:
    reports = [(key, body) for key, body in bodies if _is_report(body)]
    then = [key for key, body in reports if tested_at == datetime.fromisoformat(body["eventTime"])]
    return next(iter([*then, *(key for key, _ in reports)]), None)


def _is_report(body: Mapping[str, Any]) -> bool:
    return "guoji:labResults" in body or _word(body, "bizStep") in ("inspecting", "sampling")


def _series(where: str, curve: Mapping[str, Any]) -> Series:
    points = list(_points(where, member(curve, "points", list, where)))
    low, high = (member(curve, name, (int, float, type(None)), where) for name in ("low", "high"))
    return Series(
        alias=str(curve.get("alias", "")),
        metric=member(curve, "metric", str, where),
        cold_chain=curve.get("cold_chain") is True,
        live=curve.get("live") is True,
        low=low,
        high=high,
        excursions=tuple(
            (*_stretch(place, each), float(member(each, "extreme", (int, float), place)))
            for place, each in members(curve, "excursions", where)
        ),
        silences=tuple(_stretch(place, each) for place, each in members(curve, "silences", where)),
        coldest=min(points, key=lambda point: point[1]),
        warmest=max(points, key=lambda point: point[1]),
        newest=max(points),
        mean=sum(value for _, value in points) / len(points),
    )


def _points(where: str, points: list[Any]) -> Iterator[tuple[int, float]]:
    for point in points:
        match point:
            case [int() as at_ms, int() | float() as value] if not isinstance(value, bool):
                yield milliseconds(at_ms, f"{where}: point"), float(value)
            case _:
                raise InvalidInput(f"{where}: point is {point!r:.40}, want milliseconds and a number")


def _stretch(where: str, stretch: Mapping[str, Any]) -> tuple[int, int]:
    return milliseconds(stretch.get("from_ms"), f"{where}: from_ms"), milliseconds(
        stretch.get("to_ms"), f"{where}: to_ms"
    )


def _certificates(trace: Mapping[str, Any], bodies: list[tuple[str, Any]]) -> tuple[Certificate, ...]:
    beside = {name: value for name, value in trace.items() if name not in ("events", "curves", "lab_results")}
    found = [
        *certificates_in(beside, None),
        *(each for key, body in bodies for each in certificates_in(body, key)),
    ]
    return tuple(dict.fromkeys(found))


def _recalls(trace: Mapping[str, Any]) -> Iterator[Recall]:
    """By somebody who may recall the goods: the word of a stranger counts for nothing."""
    for where, each in members(trace, "recalls", "trace"):
        if each.get("entitled") is not False:
            key = each.get("key")
            yield Recall(
                key if isinstance(key, str) else None,
                moment(each.get("at"), f"{where}: at"),
                moment(each["released_at"], f"{where}: released_at") if each.get("released_at") else None,
                _names(each.get("reason")),
            )


def _names(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {}
    return {language: text for language in ("zh", "en") if isinstance(text := value.get(language), str)}


def _texts(of: object, name: str) -> str:
    """A text of ours in all languages."""
    value = of.get(name) if isinstance(of, Mapping) else None
    if isinstance(value, str):
        return value
    languages = (
        (value.get(f"guoji:{language}") for language in ("zh", "en")) if isinstance(value, Mapping) else ()
    )
    return " ".join(text for text in languages if isinstance(text, str))


def now_in(facts: Facts) -> datetime:
    """When the trace was made, in the zone of the harvest."""
    return facts.made_at.astimezone(UTC).astimezone(facts.zone)
