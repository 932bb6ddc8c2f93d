"""Writes the sample traces of the labelled sentences: python tests/claims/make_traces.py [DEMO-TRACE]

Three are told here in the shape of the public JSON. The fourth is the demonstration's own trace, as its scan
API gave it, with every tenth point of its cold-chain curves and none of the others; it is written if named.
"""

import json
import sys
from pathlib import Path
from typing import Any

from trace_shapes import (
    LABORATORY,
    SHOP,
    certificate,
    curve,
    event,
    harvest,
    of_variety,
    pack_out,
    packed,
    result,
    sweetness,
    told,
    trace,
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
