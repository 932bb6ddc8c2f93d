"""Shapes of the public JSON of a trace, for the sample traces: events, laboratory results, curves."""

import json
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

LOCAL = timezone(timedelta(hours=8))
SHOP = ("示范直播间收货处", "Demo livestream shop, goods in")
LABORATORY = ("示范检测室", "Demo laboratory")
WEB = "https://ref.gs1.org/cbv/"
URN = "urn:epcglobal:cbv:"
"""The standard's words may be bare, or one of these and the word."""
MADE_AT = datetime(2026, 11, 22, 20, 0, tzinfo=LOCAL)


def told(zh: str, en: str) -> dict[str, str]:
    return {"guoji:zh": zh, "guoji:en": en}


def kilograms(quantity: float) -> dict[str, Any]:
    return {"epcClass": "https://id.gs1.org/01/09521234000037/10/SAMPLE", "quantity": quantity, "uom": "KGM"}


def event(
    step: str, at: str, place: tuple[str, str], kind: str = "ObjectEvent", **fields: Any
) -> dict[str, Any]:
    moment = datetime.fromisoformat(at).replace(tzinfo=LOCAL)
    body = (
        {
            "type": kind,
            "eventTime": moment.isoformat(timespec="milliseconds"),
            "eventTimeZoneOffset": "+08:00",
            "bizStep": step,
            "readPoint": {
                "id": "https://id.gs1.org/414/9521234000013/254/SAMPLE",
                "guoji:name": told(*place),
            },
            "guoji:party": {"guoji:name": told("果迹示范果园", "Guoji Demo Orchard")},
        }
        | ({} if kind == "TransformationEvent" else {"action": "OBSERVE"})
        | fields
    )
    return {
        "key": sha256(json.dumps(body, sort_keys=True).encode()).hexdigest(),
        "event": body,
        "submitter": "9521234000013",
        "captured_at": moment.isoformat(),
        "grade": "imported",
        "verdict": {"is": "verified", "anchored_at": moment.isoformat()},
        "voided": False,
        "staged": {"zh": "样例", "en": "sample"},
    }


def harvest(at: str, place: tuple[str, str], weight: float, **ilmd: Any) -> dict[str, Any]:
    return event("commissioning", at, place, action="ADD", quantityList=[kilograms(weight)], ilmd=ilmd)


def of_variety(zh: str, en: str, certificates: list[dict[str, Any]]) -> dict[str, Any]:
    return {"guoji:variety": told(zh, en), "guoji:certificates": certificates}


def pack_out(
    at: str, place: tuple[str, str], before: float, after: float, low: float, high: float
) -> dict[str, Any]:
    storage = {"guoji:storageRange": {"guoji:low": low, "guoji:high": high, "guoji:uom": "CEL"}}
    return event(
        "commissioning",
        at,
        place,
        "TransformationEvent",
        ilmd=storage,
        inputQuantityList=[kilograms(before)],
        outputQuantityList=[kilograms(after)],
    )


def packed(at: str, place: tuple[str, str], weight: float) -> dict[str, Any]:
    return event(
        "packing",
        at,
        place,
        "AggregationEvent",
        action="ADD",
        parentID="https://id.gs1.org/00/095212340000000012",
        childQuantityList=[kilograms(weight)],
    )


def certificate(zh: str, en: str, since: str, until: str) -> dict[str, Any]:
    return {
        "guoji:name": told(zh, en),
        "guoji:number": "SAMPLE-1",
        "guoji:validFrom": since,
        "guoji:validUntil": until,
    }


def result(zh: str, en: str, value: float, unit: str, at: str, limit: float | None = None) -> dict[str, Any]:
    return {
        "analyte": {"zh": zh, "en": en},
        "value": value,
        "unit": unit,
        "limit": limit,
        "tested_at": datetime.fromisoformat(at).replace(tzinfo=LOCAL).isoformat(),
        "laboratory": {"zh": "果迹示范检测室", "en": "Guoji Demo Laboratory"},
        "staged": None,
    }


def sweetness(mean: float, lowest: float, highest: float, at: str) -> list[dict[str, Any]]:
    return [
        result(f"可溶性固形物（糖度），10 个样品{zh}", f"soluble solids (Brix), {en} of 10", value, "J18", at)
        for zh, en, value in (
            ("平均", "mean", mean),
            ("最低", "lowest", lowest),
            ("最高", "highest", highest),
        )
    ]


def curve(
    alias: str,
    start: str,
    hours: float,
    values: list[float],
    low: float,
    high: float,
    live: bool,
    every_h: float = 0.25,
) -> dict[str, Any]:
    """Goes through `values` again and again."""
    first = round(datetime.fromisoformat(start).replace(tzinfo=LOCAL).timestamp() * 1000)
    points = [
        [first + round(number * every_h * 3_600_000), values[number % len(values)]]
        for number in range(int(hours / every_h) + 1)
    ]
    return {
        "device": f"https://id.gs1.org/8004/9521234{alias.upper()}",
        "alias": alias,
        "name": {},
        "metric": "air_temperature",
        "unit": "CEL",
        "cold_chain": True,
        "live": live,
        "low": low,
        "high": high,
        "points": points,
        "excursions": [],
        "silences": [],
        "staged": None,
    }


def warmed(cold: dict[str, Any], from_h: int, minutes: int, extreme: float) -> dict[str, Any]:
    """`cold` with an excursion so many hours after its first point."""
    from_ms = cold["points"][0][0] + from_h * 3_600_000
    to_ms = from_ms + minutes * 60_000
    points = [[at_ms, extreme if from_ms <= at_ms <= to_ms else value] for at_ms, value in cold["points"]]
    return cold | {
        "points": points,
        "excursions": [{"from_ms": from_ms, "to_ms": to_ms, "extreme": extreme}],
    }


def recall(at: str, reason: tuple[str, str], released: str | None = None) -> dict[str, Any]:
    return {
        "key": sha256(at.encode()).hexdigest(),
        "notice": "SAMPLE",
        "goods": ["https://id.gs1.org/01/09521234000037/10/SAMPLE"],
        "at": _local(at),
        "by": "9521234000013",
        "party": {"zh": "果迹示范果园", "en": "Guoji Demo Orchard"},
        "entitled": True,
        "holds": released is None,
        "reason": {"zh": reason[0], "en": reason[1]},
        "advice": {},
        "level": None,
        "released_at": None if released is None else _local(released),
        "evidence": None,
    }


def _local(at: str) -> str:
    return datetime.fromisoformat(at).replace(tzinfo=LOCAL).isoformat()


def trace(product: tuple[str, str], origin: tuple[str, str], harvested: str, **fields: Any) -> dict[str, Any]:
    return (
        {
            "format": "guoji-trace/1",
            "subject": "https://id.gs1.org/01/09521234000037/10/SAMPLE",
            "product": {"zh": product[0], "en": product[1]},
            "origin": {"zh": origin[0], "en": origin[1]},
            "harvested_at": datetime.fromisoformat(harvested).replace(tzinfo=LOCAL).isoformat(),
            "verdict": {"is": "verified", "verified": 8, "total": 8, "through": MADE_AT.isoformat()},
            "curves": [],
            "lab_results": [],
            "findings": [],
            "recalls": [],
            "staged": [],
            "chain_label": None,
        }
        | fields
        | {"made_at": MADE_AT.isoformat()}
    )
