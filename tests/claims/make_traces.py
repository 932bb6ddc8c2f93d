"""Writes the sample traces of the labelled sentences: python tests/claims/make_traces.py [DEMO-TRACE]

Six are told here in the shape of the public JSON. The seventh is the demonstration's own trace, as its scan
API gave it, with every tenth point of its cold-chain curves and none of the others; it is written if named.
"""

import json
import sys
from pathlib import Path
from typing import Any

from trace_shapes import (
    LABORATORY,
    SHOP,
    URN,
    WEB,
    certificate,
    curve,
    event,
    harvest,
    of_variety,
    pack_out,
    packed,
    recall,
    result,
    sweetness,
    told,
    trace,
    warmed,
)

FOLDER = Path(__file__).parent / "traces"


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


def recalled_oranges() -> dict[str, Any]:
    """Harvested two weeks before; warm for 40 minutes on the truck, and recalled for it that afternoon."""
    orchard = ("江西赣南示范脐橙园", "Gannan demo orange orchard, Jiangxi")
    line = ("赣州示范包装线", "Ganzhou demo packing line")
    names = ("赣南脐橙农产品地理标志登记证书", "geographical indication certificate, Gannan navel orange")
    papers = [
        certificate(*names, "2024-01-01", "2027-12-31"),
        certificate("绿色食品证书", "green food certificate", "2023-11-16", "2026-11-15"),
    ]
    truck = curve("truck-9", "2026-11-19T14:00", 54, [4.2, 5.1, 6.3, 5.0], 3, 10, live=False)
    return trace(
        ("赣南脐橙 5 斤", "Gannan navel oranges, 2.5 kg"),
        orchard,
        "2026-11-08T07:00",
        events=[
            harvest("2026-11-08T07:00", orchard, 1200, **of_variety("纽荷尔", "Newhall", papers)),
            event(
                f"{WEB}BizStep-inspecting",
                "2026-11-10T09:00",
                LABORATORY,
                disposition=f"{WEB}Disp-conformant",
            ),
            pack_out("2026-11-18T09:00", line, 1200, 1150, 3, 10),
            packed("2026-11-18T15:00", line, 2.5),
            event(f"{WEB}BizStep-shipping", "2026-11-19T14:00", line, disposition=f"{WEB}Disp-in_transit"),
            event(f"{URN}bizstep:receiving", "2026-11-21T20:00", SHOP),
        ],
        lab_results=[
            *sweetness(12.8, 11.0, 14.6, "2026-11-10T09:00"),
            result("咪鲜胺", "prochloraz", 0.8, "NA", "2026-11-10T09:00", 10),
            result("吡虫啉", "imidacloprid", 0.05, "NA", "2026-11-10T09:00", 1),
        ],
        curves=[
            warmed(truck, from_h=20, minutes=40, extreme=14.6),
            curve("cabinet-2", "2026-11-22T08:00", 12, [5.0, 5.4, 5.2], 3, 10, live=True),
        ],
        recalls=[recall("2026-11-22T16:00", ("运输超温", "too warm on the way"))],
    )


def flown_cherries() -> dict[str, Any]:
    """From another zone, by air, through a cold store; the logger fell silent; no report, no paper."""
    orchard = ("智利奥希金斯示范果园", "O'Higgins demo orchard, Chile")
    picked = harvest("2026-11-10T08:00", orchard, 5000, **{"guoji:variety": told("桑提娜", "Santina")})
    picked["event"] |= {
        "eventTime": "2026-11-10T08:00:00.000-03:00",
        "eventTimeZoneOffset": "-03:00",
        "bizStep": f"{WEB}BizStep-commissioning",
    }
    flight = curve("air-1", "2026-11-13T22:00", 44, [0.1, 0.6, 1.9, 1.2], -0.5, 2, live=False)
    return trace(
        ("智利车厘子 2.5 公斤", "Chilean cherries, 2.5 kg"),
        orchard,
        "2026-11-10T19:00",
        events=[
            picked,
            event(f"{WEB}BizStep-departing", "2026-11-13T22:00", ("圣地亚哥机场", "Santiago airport")),
            event(f"{WEB}BizStep-arriving", "2026-11-15T18:00", ("上海浦东机场", "Shanghai Pudong airport")),
            event(f"{WEB}BizStep-storing", "2026-11-15T23:00", ("上海示范冷库", "Shanghai demo cold store")),
            event(f"{WEB}BizStep-receiving", "2026-11-22T10:00", SHOP),
        ],
        curves=[flight | {"silences": [{"from_ms": 1794700000000, "to_ms": 1794710000000}]}],
    )


def mixed_tomatoes() -> dict[str, Any]:
    """Harvested in two greenhouses, still on the way; by another metric."""
    houses = [
        (f"山东寿光示范大棚 {number} 号", f"Shouguang demo greenhouse {number}, Shandong")
        for number in (3, 7)
    ]
    variety = {"guoji:variety": told("普罗旺斯", "Provence")}
    air = curve("van-1", "2026-11-21T14:00", 20, [85, 88, 90], 80, 95, live=False)
    flesh = curve("van-1", "2026-11-21T14:00", 20, [9.0, 9.5, 10.5, 9.8], 8, 13, live=False)
    told_by_two = trace(
        ("寿光番茄", "Shouguang tomatoes"),
        houses[0],
        "2026-11-20T06:00",
        events=[
            harvest("2026-11-20T06:00", houses[0], 300, **variety),
            harvest("2026-11-21T06:00", houses[1], 200, **variety),
            event(f"{URN}bizstep:shipping", "2026-11-21T14:00", ("寿光示范集配站", "Shouguang demo depot")),
        ],
        curves=[
            flesh | {"metric": "product_temperature"},
            air | {"metric": "relative_humidity", "unit": "A93"},
        ],
    )
    return told_by_two | {"harvested_at": None}


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
    traces = {
        "apples": stored_apples(),
        "kiwifruit": fresh_kiwifruit(),
        "bare": bare_apples(),
        "oranges": recalled_oranges(),
        "cherries": flown_cherries(),
        "tomatoes": mixed_tomatoes(),
    }
    if len(sys.argv) > 1:
        traces["strawberries"] = thinned(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    for name, document in traces.items():
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        (FOLDER / f"{name}.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
