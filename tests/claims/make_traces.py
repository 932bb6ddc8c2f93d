"""Writes the sample traces of the labelled sentences: python tests/claims/make_traces.py [DEMO-TRACE]

Three are told here in the shape of the public JSON. The fourth is the demonstration's own trace, as its scan
API gave it, with every tenth point of its cold-chain curves and none of the others; it is written if named.
"""

import json
import sys
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "traces"
LOCAL = timezone(timedelta(hours=8))
SHOP = ("示范直播间收货处", "Demo livestream shop, goods in")
LABORATORY = ("示范检测室", "Demo laboratory")
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
            "staged": [],
            "chain_label": None,
        }
        | fields
        | {"made_at": MADE_AT.isoformat()}
    )


def stored_apples() -> dict[str, Any]:
    """Harvested 41 days before, stored cold for 39; the organic certificate ran out three weeks ago."""
    orchard = ("陕西洛川示范果园 5 号园", "Luochuan demo orchard, plot 5, Shaanxi")
    line = ("洛川示范包装线", "Luochuan packing line")
    papers = [
        certificate("有机产品认证证书", "organic product certificate", "2025-11-01", "2026-10-31"),
        certificate("良好农业规范（ChinaGAP）证书", "ChinaGAP certificate", "2026-04-01", "2027-03-31"),
    ]
    return trace(
        ("洛川红富士苹果 5 公斤", "Luochuan Fuji apples, 5 kg"),
        orchard,
        "2026-10-12T09:00",
        events=[
            harvest("2026-10-12T09:00", orchard, 2400, **of_variety("红富士", "Fuji", papers)),
            event("storing", "2026-10-12T18:00", ("洛川示范气调冷库", "Luochuan demo cold store, CA room 2")),
            event("inspecting", "2026-11-18T10:00", LABORATORY, disposition="conformant"),
            pack_out("2026-11-19T10:00", line, 2400, 2350, -1, 4),
            packed("2026-11-19T14:00", line, 5),
            event("shipping", "2026-11-20T08:00", line, disposition="in_transit"),
            event("receiving", "2026-11-21T16:00", SHOP),
        ],
        lab_results=[
            *sweetness(13.6, 12.4, 15.1, "2026-11-18T10:00"),
            result("多菌灵", "carbendazim", 0.02, "NA", "2026-11-18T10:00", 5),
            result("啶虫脒", "acetamiprid", 0.01, "NA", "2026-11-18T10:00", 0.8),
        ],
        curves=[
            curve("store-2", "2026-10-12T19:00", 900, [0.2, 0.5, 0.8, 0.6], -1, 4, live=False, every_h=6),
            curve("truck-7", "2026-11-20T08:00", 32, [0.8, 1.2, 1.8, 1.1], -1, 4, live=False),
        ],
    )


def fresh_kiwifruit() -> dict[str, Any]:
    """Harvested that morning, clean cold chain, no residue found, organic certificate valid."""
    orchard = ("四川蒲江示范猕猴桃园", "Pujiang demo kiwifruit orchard, Sichuan")
    line = ("蒲江示范包装线", "Pujiang packing line")
    organic = certificate("有机产品认证证书", "organic product certificate", "2026-07-01", "2027-06-30")
    return trace(
        ("徐香猕猴桃 1.5 公斤", "Xuxiang kiwifruit, 1.5 kg"),
        orchard,
        "2026-11-22T07:15",
        events=[
            event("sampling", "2026-11-20T09:00", orchard, disposition="conformant"),
            harvest("2026-11-22T07:15", orchard, 860, **of_variety("徐香", "Xuxiang", [organic])),
            pack_out("2026-11-22T09:30", line, 860, 840, 0, 6),
            packed("2026-11-22T10:00", line, 1.5),
            event("shipping", "2026-11-22T11:00", line, disposition="in_transit"),
            event("receiving", "2026-11-22T16:30", SHOP),
        ],
        lab_results=[
            *sweetness(14.2, 13.0, 15.6, "2026-11-20T09:00"),
            result("多菌灵", "carbendazim", 0, "NA", "2026-11-20T09:00", 0.5),
            result("腐霉利", "procymidone", 0, "NA", "2026-11-20T09:00", 10),
        ],
        curves=[
            curve("truck-3", "2026-11-22T10:45", 5.75, [2.0, 2.8, 3.9, 3.1], 0, 6, live=False),
            curve("cabinet-4", "2026-11-22T17:00", 3, [3.0, 3.2, 3.3, 3.1], 0, 6, live=True),
        ],
    )


def bare_apples() -> dict[str, Any]:
    """A harvest and nothing else."""
    orchard = ("山东烟台示范果园", "Yantai demo orchard, Shandong")
    return trace(
        ("嘎啦苹果", "Gala apples"),
        orchard,
        "2026-11-19T10:00",
        events=[harvest("2026-11-19T10:00", orchard, 500, **{"guoji:variety": told("嘎啦", "Gala")})],
    )


def thinned(demo: dict[str, Any]) -> dict[str, Any]:
    cold = [curve for curve in demo["curves"] if curve["cold_chain"]]
    kept = [curve | {"points": _thinned(curve)} for curve in cold]
    goods = [
        each
        for each in demo["events"]
        if each["event"].get("guoji:device") not in ("weather-1", "weather-2", "soil-1", "soil-2")
    ]
    return demo | {"curves": kept, "events": goods}


def _thinned(curve: dict[str, Any]) -> list[list[float]]:
    """Every tenth point, the extremes and the last."""
    points = curve["points"]
    extremes = [min(points, key=lambda point: point[1]), max(points, key=lambda point: point[1]), points[-1]]
    return sorted([*points[::10], *(point for point in extremes if point not in points[::10])])


def main() -> None:
    traces = {"apples": stored_apples(), "kiwifruit": fresh_kiwifruit(), "bare": bare_apples()}
    if len(sys.argv) > 1:
        traces["strawberries"] = thinned(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    for name, document in traces.items():
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        (FOLDER / f"{name}.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
