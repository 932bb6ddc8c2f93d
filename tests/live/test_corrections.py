"""A correction is short, is not the host's words, and is nothing that the checker itself would not bear."""

import pytest

from tests.live.live_scene import AT, a_trace
from traceability.claims.check import Verdict
from traceability.claims.read_facts import read_facts
from traceability.claims.rulebook import rules
from traceability.live.corrections import LONGEST, correction
from traceability.live.data import load
from traceability.live.goods import check_point, check_said
from traceability.live.room import LANGUAGES
from traceability.live.safe_sentences import short

LIES = (
    "今早刚摘的",
    "这是有机水果",
    "全网最低价",
    "全程冷链没断过，最高温度1度",
    "糖度20以上",
    "产地是新疆阿克苏",
    "没有农残",
    "果径85毫米",
    "昨天到货",
    "吃了能降血压",
    "picked this morning",
    "the best apples in the world",
    "they arrived an hour ago",
    "grown in California",
    "25 degrees Brix",
)
BEARABLE = (Verdict.SUPPORTED, Verdict.NO_CLAIM)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("name", ["apples", "bare", "kiwifruit", "strawberries", None])
def test_the_checker_bears_every_correction(name, lang):
    facts = None if name is None else read_facts(a_trace(name))
    for lie in LIES:
        checked = check_said(lie, facts, AT)
        if checked.verdict in BEARABLE:
            continue
        told = correction(checked, facts, AT, lang)

        assert len(told) <= LONGEST[short(lang)], told
        assert lie not in told
        assert (check_point(told, facts, AT) if facts else check_said(told, None, AT)).verdict in BEARABLE, (
            told
        )


def test_a_fact_that_has_no_room_gives_way_to_few_words():
    facts = read_facts(a_trace("apples") | {"product": {"zh": "苹果" * 30, "en": "apples " * 15}})
    for lang in LANGUAGES:
        checked = check_said("今早刚摘的", facts, AT)

        told = correction(checked, facts, AT, lang)
        assert len(told) <= LONGEST[short(lang)]
        assert "10-12" not in told


def test_every_rule_that_is_put_right_is_one_of_the_checkers():
    named = {rule for names in load("levels")["corrects"].values() for rule in names}

    assert named <= {each.id for each in rules()}
    assert load("levels")["corrects"].keys() <= {each["subject"] for each in load("safe")["sentence"]}
