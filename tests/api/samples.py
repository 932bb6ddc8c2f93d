"""Sample traces in every state, for tests and screenshots: a test changes only what it is about."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from tests.builders import CONTEXT
from traceability.cold_chain.excursions import Excursion
from traceability.cold_chain.exposure import HOUR_MS, exposure, held
from traceability.cold_chain.profiles import shipped
from traceability.cold_chain.shelf_life import Remaining
from traceability.epcis.event import Event
from traceability.ledger.recalled import RecallNotice
from traceability.ledger.trace import Curve, Grade, LabResult, Trace, TracedEvent
from traceability.proof.verdict import Contradicted, Unchecked, Verdict, Verified, of_trace
from traceability.telemetry.curve import Point, Stretch
from traceability.telemetry.findings import Finding, Kind

NOW = datetime(2026, 11, 14, 4, 0, tzinfo=UTC)
SUBJECT = "https://id.gs1.org/01/09521234000020/10/HY261112"
PATH = "/01/09521234000020/10/HY261112"
STRAWBERRY = shipped().named("strawberry")
PENDING = Unchecked("not yet anchored")
STAGED = {"zh": "演示事件，均为虚构。", "en": "Demonstration event, all invented."}
SIMULATED = {"zh": "模拟的冷藏车，并非真实测量。", "en": "Simulated refrigerated truck; not measured."}
REPLAYED = {"zh": "回放别处果园的真实测量。", "en": "Replay of real measurements from another orchard."}

_PLACES = {
    "farm": ("9521234000013", "FIELD-3", "示范草莓园三号地", "Demo farm, field 3"),
    "packhouse": ("9521234000020", "LINE-1", "示范包装厂一号线", "Demo packhouse, line 1"),
    "laboratory": ("9521234000044", "BENCH-1", "示范检测室", "Demo laboratory"),
    "shop": ("9521234000051", "CABINET-1", "示范直播间冷柜", "Demo livestream shop, cold cabinet"),
}


SHOP = "9521234000051"
TO_SHOP = {"type": "possessing_party", "destination": f"https://id.gs1.org/417/{SHOP}"}
PROMISE = {"guoji:words": ["不使用禁用农药", "农药残留符合国家标准"], "guoji:grounds": ["自行检测"]}


def told(zh: str, en: str) -> dict[str, str]:
    return {"guoji:zh": zh, "guoji:en": en}


def at_place(name: str) -> dict[str, Any]:
    gln, extension, zh, en = _PLACES[name]
    return {"id": f"https://id.gs1.org/414/{gln}/254/{extension}", "guoji:name": told(zh, en)}


def a_body(step: str, hours: float, place: str, **fields: Any) -> dict[str, Any]:
    """An EPCIS event so many hours before `NOW`."""
    return {
        "type": "ObjectEvent",
        "eventTime": (NOW - timedelta(hours=hours)).isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": "+08:00",
        "action": "OBSERVE",
        "bizStep": step,
        "readPoint": at_place(place),
        "guoji:party": {"guoji:name": told("果迹示范草莓园", "Guoji Demo Strawberry Farm")},
    } | fields


def a_traced_event(
    body: dict[str, Any] | None = None,
    verdict: Verdict | None = None,
    grade: Grade = Grade.IMPORTED,
    **fields: Any,
) -> TracedEvent:
    body = body or a_body("stocking", 4, "shop")
    happened = datetime.fromisoformat(body["eventTime"])
    values: dict[str, Any] = {
        "key": sha256(repr(sorted(body.items())).encode()).hexdigest(),
        "event": Event(body, CONTEXT),
        "submitter": "9521234000013",
        "captured_at": happened + timedelta(minutes=1),
        "grade": grade,
        "verdict": verdict or Verified(happened + timedelta(minutes=3)),
        "staged": STAGED,
        "voided": False,
    }
    return TracedEvent(**values | fields)


def a_batch(hours: float, device: str, count: int, verdict: Verdict | None = None) -> TracedEvent:
    fields = {
        "epcList": [],
        "guoji:device": device,
        "guoji:readingCount": count,
        "guoji:batchRoot": "ab" * 32,
    }
    return a_traced_event(a_body("sensor_reporting", hours, "farm", **fields), verdict, Grade.DEVICE)


BY_SHOP = {"guoji:party": {"guoji:name": told("示范直播间", "Demo livestream shop")}}


def events() -> tuple[TracedEvent, ...]:
    kg = {"epcClass": SUBJECT, "uom": "KGM"}
    return (
        a_batch(60, "weather-1", 144),
        a_batch(57, "soil-1", 24),
        a_traced_event(
            a_body(
                "commissioning",
                54,
                "farm",
                action="ADD",
                quantityList=[kg | {"quantity": 31.5}],
                **{"guoji:promise": PROMISE},
            )
        ),
        a_traced_event(
            a_body(
                "commissioning",
                51,
                "packhouse",
                type="TransformationEvent",
                outputQuantityList=[kg | {"quantity": 28.8}],
            )
        ),
        a_traced_event(
            a_body(
                "packing", 50, "packhouse", type="AggregationEvent", childEPCs=[f"urn:{n}" for n in range(4)]
            )
        ),
        a_traced_event(a_body("inspecting", 48, "laboratory", disposition="conformant"), grade=Grade.PERSON),
        a_traced_event(
            a_body("installing", 47, "packhouse", type="AssociationEvent", action="ADD"), staged=SIMULATED
        ),
        a_traced_event(
            a_body("shipping", 46.5, "packhouse", disposition="in_transit", destinationList=[TO_SHOP])
        ),
        a_batch(36, "logger-1", 300),
        a_batch(24, "logger-1", 360),
        a_batch(12, "logger-1", 340),
        a_traced_event(a_body("receiving", 7, "shop", **BY_SHOP), submitter=SHOP),
        a_traced_event(
            a_body("stocking", 5, "shop", disposition="sellable_accessible", **BY_SHOP), submitter=SHOP
        ),
    )


def a_curve(points: Sequence[Point] | None = None, **fields: Any) -> Curve:
    values: dict[str, Any] = {
        "device": "https://id.gs1.org/8004/9521234LOGGER-1",
        "alias": "logger-1",
        "name": {"zh": "示范记录仪", "en": "Demo logger"},
        "metric": "air_temperature",
        "unit": "CEL",
        "cold_chain": True,
        "points": tuple(points) if points is not None else (Point(at_ms(10), 2.0), Point(at_ms(9), 2.5)),
        "low": 0.0,
        "high": 4.0,
        "excursions": (),
        "silences": (),
        "live": False,
        "staged": SIMULATED,
    }
    return Curve(**values | fields)


def at_ms(hours: float) -> int:
    return round((NOW - timedelta(hours=hours)).timestamp() * 1000)


def a_truck() -> Curve:
    """Forty hours every 72 seconds (2,000 points), one door left open, one dead stretch."""
    start, opened, dead = at_ms(47), at_ms(21), (at_ms(33), at_ms(31.4))
    points = []
    for number in range(2000):
        taken_at_ms = start + number * 72_000
        since_h = (taken_at_ms - opened) / 3_600_000
        warm = 6.4 * math.exp(-(((since_h - 0.3) / 0.28) ** 2))
        value = 2.1 + 0.7 * math.sin(number / 23) + 0.25 * math.sin(number / 3.1) + warm
        if not dead[0] < taken_at_ms < dead[1]:
            points.append(Point(taken_at_ms, round(value, 2)))
    hot = [point for point in points if point.value > 4]
    excursion = Excursion(hot[0].taken_at_ms, hot[-1].taken_at_ms, max(point.value for point in hot))
    was = exposure(list(held(points, start, at_ms(7))), start, at_ms(7), 0, 4)
    return a_curve(points, excursions=(excursion,), silences=(Stretch(*dead),), exposure=was)


def a_station(metric: str, unit: str, middle: float, swing: float) -> Curve:
    points = [Point(at_ms(130 - n / 6), round(middle + swing * math.sin(n / 23), 3)) for n in range(440)]
    return a_curve(
        points,
        alias="weather-1",
        metric=metric,
        unit=unit,
        cold_chain=False,
        low=None,
        high=None,
        staged=REPLAYED,
    )


def a_cabinet(age_s: float = 40) -> Curve:
    """Still measuring: its newest value is `age_s` old when the trace is made."""
    points = [
        Point(at_ms((age_s + 60 * (200 - n)) / 3600), round(2.4 + 0.5 * math.sin(n / 9), 2))
        for n in range(1, 201)
    ]
    return a_curve(points, alias="cabinet-1", live=True)


def lab_results() -> tuple[LabResult, ...]:
    laboratory = {"zh": "果迹示范检测室", "en": "Guoji Demo Laboratory"}
    tested_at = NOW - timedelta(hours=48)
    rows = (
        ({"zh": "糖度，5 个样品平均", "en": "soluble solids (Brix), mean of 5"}, 9.84, "J18", None),
        ({"zh": "硬度，5 个样品平均", "en": "firmness, mean of 5"}, 391.2, "unstated", None),
        ({"zh": "腐霉利", "en": "procymidone"}, 0.31, "NA", 10.0),
        ({"zh": "多菌灵", "en": "carbendazim"}, 0.08, "NA", 0.5),
    )
    return tuple(LabResult(*row, tested_at, laboratory, "9521234000044", STAGED) for row in rows)


def findings() -> tuple[Finding, ...]:
    return (
        Finding(Kind.IMPOSSIBLE_VALUE, "weather-1", "air_temperature", at_ms(120), at_ms(100), 37, ""),
        Finding(Kind.SILENCE, "logger-1", None, at_ms(33), at_ms(31.4), 1, ""),
        Finding(Kind.GAP, "soil-1", None, None, None, 3, ""),
    )


def a_trace(**fields: Any) -> Trace:
    """A lot whose records are all anchored."""
    traced = fields.get("events", events())
    values: dict[str, Any] = {
        "subject": SUBJECT,
        "product": {"zh": "红颜草莓 300 克", "en": "Benihoppe strawberries, 300 g"},
        "origin": {"zh": "示范草莓园三号地", "en": "Demo farm, field 3"},
        "harvested_at": NOW - timedelta(hours=54),
        "verdict": of_trace([each.verdict for each in traced]),
        "events": traced,
        "curves": (
            a_truck(),
            a_cabinet(),
            a_station("air_temperature", "CEL", 11.2, 6.5),
            a_station("soil_moisture", "H60", 0.27, 0.04),
        ),
        "lab_results": lab_results(),
        "findings": findings(),
        "staged": (STAGED, SIMULATED, REPLAYED),
        "chain_label": "private test chain, editable by its operator",
        "made_at": NOW,
        "profile": STRAWBERRY,
        "remaining": Remaining((2.4, 7.9), 0, at_ms(0), round(45.2 * HOUR_MS), round(8.8 * HOUR_MS)),
    }
    return Trace(**values | fields)


def with_last(verdict: Verdict, count: int) -> tuple[TracedEvent, ...]:
    """The sample events, with another verdict on the last `count`."""
    every = events()
    return (*every[:-count], *(replace(each, verdict=verdict) for each in every[-count:]))


def a_notice(**fields):
    values = {
        "key": "ab" * 32,
        "notice": "urn:uuid:00000000-0000-4000-8000-000000000001",
        "goods": (SUBJECT,),
        "at": NOW - timedelta(hours=1),
        "by": "9521234000013",
        "party": {"zh": "果迹示范草莓园", "en": "Guoji Demo Strawberry Farm"},
        "is_entitled": True,
        "reason": {"zh": "农药残留超标", "en": "procymidone above its limit"},
        "advice": {"zh": "退回购买处，全额退款", "en": "Take it back to the shop for a refund"},
        "level": "1",
        "released_at": None,
        "evidence": 0,
    }
    return RecallNotice(**values | fields)


def single_things() -> dict[str, Trace]:
    """An item of the lot, and the box that it lies in."""
    items = [f"https://id.gs1.org/01/09521234000020/21/7K3M9QX24TTP1Z{number:02}" for number in range(24)]
    box = "https://id.gs1.org/00/095212340000000013"
    made = {"action": "ADD", "epcList": items, "ilmd": {"guoji:lot": SUBJECT}}
    packed = {"action": "ADD", "parentID": box, "childEPCs": items}
    labelling = a_traced_event(a_body("commissioning", 50.5, "packhouse", **made))
    packing = a_traced_event(a_body("packing", 50, "packhouse", type="AggregationEvent", **packed))
    every = events()
    traced = (*every[:4], labelling, packing, *every[5:])
    return {"item": a_trace(subject=items[0], events=traced), "box": a_trace(subject=box, events=traced)}


def in_every_state() -> dict[str, Trace]:
    broken = Contradicted("inclusion", "the log holds another fingerprint at index 41")
    away = Unchecked("the chain has not answered for an hour")
    return {
        "verified": a_trace(),
        "pending": a_trace(events=with_last(PENDING, 3)),
        "new": a_trace(events=with_last(PENDING, len(events()))),
        "contradicted": a_trace(events=with_last(broken, 1)),
        "unknown": a_trace(events=with_last(away, len(events()))),
        "recalled": a_trace(recalls=(a_notice(),)),
        "bare": a_trace(
            product={}, origin={}, harvested_at=None, events=events()[2:3], curves=(), lab_results=(),
            findings=(), staged=(), chain_label=None, profile=None, remaining=None,
        ),
    }  # fmt: skip
