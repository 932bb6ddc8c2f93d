"""A device's card on the farmer's page: what it says, how old that is, and what is wrong in plain words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from api.present import measures
from api.present.findings import FindingLine, finding_lines
from api.present.put_aside import PutAsideLine, put_aside_line
from api.present.text import plain
from api.words import Words
from traceability.farm.known import Plot
from traceability.farm.overview import DeviceState
from traceability.gs1 import digital_link
from traceability.telemetry.device import Device
from traceability.telemetry.metrics import METRICS
from traceability.telemetry.senml import Measurement

_STATES = ("alert", "silent", "never", "odd", "well")
"""By urgency; each has a shape, a colour and a sentence of its own."""
_FIRST = ("pulp_temperature", "air_temperature", "soil_moisture", "soil_temperature", "relative_humidity")
"""What a farmer looks for first."""
MOST_FINDINGS = 6
MOST_PUT_ASIDE = 3
LATE_MS = 600_000


@dataclass(frozen=True, slots=True)
class Value:
    name: str
    amount: str


@dataclass(frozen=True, slots=True)
class DeviceCard:
    alias: str
    name: str
    place: str
    state: str
    sentence: str
    """What state it is in, and what to do about it."""
    values: tuple[Value, ...]
    """Of its last message, the one that matters most first."""
    battery: str | None
    heard: str | None
    """How long ago; None if never."""
    measured: str | None
    """How long ago its values were taken, where that is much longer."""
    is_signed: bool
    findings: tuple[FindingLine, ...]
    more_findings: str
    """How many are left out; empty if none is."""
    put_aside: tuple[PutAsideLine, ...]


def device_card(state: DeviceState, places: Mapping[str, str], now_ms: int, words: Words) -> DeviceCard:
    ordered = sorted(state.values, key=lambda each: _FIRST.index(each.metric) if each.metric in _FIRST else 9)
    lines = finding_lines(state.findings, words)
    left = len(lines) - MOST_FINDINGS
    more = words.say_many("and {count} more", "and {count} more", left) if left > 0 else ""
    return DeviceCard(
        alias=state.device.alias,
        name=device_name(state.device, words),
        place=places.get(state.device.place) or place_numbers(state.device.place),
        state=_STATES[state.urgency],
        sentence=_sentence(state, now_ms, words),
        values=tuple(_value(each, words) for each in ordered if each.metric != "battery"),
        battery=next((_value(each, words).amount for each in ordered if each.metric == "battery"), None),
        heard=None if state.heard_at_ms is None else ago(now_ms - state.heard_at_ms, words),
        measured=_measured_earlier(state, now_ms, words),
        is_signed=state.signed,
        findings=lines[:MOST_FINDINGS],
        more_findings=more,
        put_aside=tuple(put_aside_line(each, words) for each in state.put_aside[:MOST_PUT_ASIDE]),
    )


def device_name(device: Device, words: Words) -> str:
    return words.name(device.name) or plain(device.alias)


def place_names(plots: Iterable[Plot], words: Words) -> Mapping[str, str]:
    """What the farm itself calls its places, by their links."""
    return {plot.link: name for plot in plots if (name := words.name(plot.name)) is not None}


def place_numbers(link: str) -> str:
    path = dict(digital_link.parse(link).path)
    return path.get("254") or f"GLN {path['414']}"


def ago(length_ms: int, words: Words) -> str:
    if length_ms < 10_000:
        return words.say("just now")
    return words.say("{span} ago", span=words.span(length_ms))


def _measured_earlier(state: DeviceState, now_ms: int, words: Words) -> str | None:
    taken_at_ms = max((each.taken_at_ms for each in state.values), default=now_ms)
    is_late = state.heard_at_ms is not None and state.heard_at_ms - taken_at_ms > LATE_MS
    return ago(now_ms - taken_at_ms, words) if is_late else None


def _sentence(state: DeviceState, now_ms: int, words: Words) -> str:
    match _STATES[state.urgency]:
        case "alert":
            count = sum(each.acknowledged is None for each in state.alerts)
            return words.say_many("{count} alert is open.", "{count} alerts are open.", count)
        case "silent":
            span = words.span(now_ms - (state.heard_at_ms or 0))
            return words.say("Nothing for {span}. Check its power and its signal.", span=span)
        case "never":
            return words.say("Has never sent anything. Check its login and its network.")
        case "odd" if state.alerts:
            return words.say("An alert is open, and somebody looks after it.")
        case "odd" if state.missing:
            return words.say_many(
                "It sends, but {count} reading is missing.",
                "It sends, but {count} readings are missing.",
                state.missing,
            )
        case "odd":
            return words.say("It sends, but something was odd in the last days.")
    return words.say("It sends as usual.")


def _value(measured: Measurement, words: Words) -> Value:
    metric = METRICS[measured.metric]
    name = measures.metric(metric.name, words)
    if isinstance(measured.value, bool):
        return Value(name, words.say("yes") if measured.value else words.say("no"))
    value = metric.unscaled(metric.scaled(measured.value))
    return Value(name, measures.amount(value, metric.uom, words))
