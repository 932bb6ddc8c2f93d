"""A person reads what an overlay showed as sentences; nothing that stood on it is left out."""

import json
from datetime import UTC, datetime

from tests.api.overlay_states import told
from traceability.cli.aired_words import judged, shown
from traceability.proof.on_air_segment import AirRecord

NOW = datetime(2026, 11, 18, tzinfo=UTC)
DRAWN = {"code", "address", "qr", "at_ms"}
"""Of what overlays are sent, what no record holds."""


def recorded(**changes):
    state = {name: value for name, value in told().items() if name not in DRAWN} | changes
    cold = {
        name: state["product"]["cold"][name] for name in ("freshness", "title", "value", "unit", "device")
    }
    return json.loads(json.dumps(state | {"product": state["product"] | {"cold": cold}}))


def test_a_whole_state_is_told_in_words():
    state = recorded(
        points=["产地是丹东", "当天采摘"], cards={"cold": True, "lab": False, "qr": False}, correction="更正"
    )

    assert list(shown(state)) == [
        "The room was: on air",
        "Product: 红颜草莓 300 克 · 批次 HY261112 · 示范草莓园三号地",
        "Verdict: 已验证 · 本服务器声明：13 条记录全部写入公开日志，11月14日 07:03 上链",
        "Warning: 冷链曾超温 · 11月13日 15:01 至 15:39，共 38 分钟，极值 8.91 °C。",
        "Correction: 更正",
        "Fact: 采摘: 11月12日",
        "Fact: 糖度: 9.8 °Bx",
        "Laboratory: 2 项在限量内 · 自称果迹示范检测室 · 2026年11月12日",
        "Cold chain: 冷链温度 2.3 °C 示范记录仪",
        "Its news: still arriving",
        "In the host's words: 产地是丹东",
        "In the host's words: 当天采摘",
        "Labelled as: 演示数据",
        "Lot: https://id.gs1.org/01/09521234000020/10/HY261112, short code 7K3QXA",
        "Hidden by the host: laboratory, code to scan",
    ]


def test_what_has_no_words_here_is_told_under_its_own_name():
    state = {
        "product": {"name": "苹果", "taste": [1, {"sweet": "yes"}]},
        "cards": "none of ours",
        "mark": None,
    }

    assert list(shown(state)) == [
        "Product: 苹果",
        "product.taste 1: 1",
        "product.taste 2.sweet: yes",
        "cards: none of ours",
    ]


def test_a_verdict_comes_with_what_is_on_record_and_its_rule():
    found = {"en": "harvested on 2026-10-12", "zh": "2026-10-12 采收"}
    rule = {"id": "harvest-time", "source": "广告法 art. 4", "version": "1"}
    told = "the records say otherwise; on record: harvested on 2026-10-12 (rule harvest-time, 广告法 art. 4)"

    for held in ({"evidence": [{"found": found}, {"found": {}}]}, {"found": found}):
        body = {"verdict": "contradicted", "rule": rule, **held}
        assert judged(AirRecord(1, NOW, "said", body)) == told

    assert judged(AirRecord(1, NOW, "said", {"verdict": "of tomorrow", "rule": 7})) == "of tomorrow"
