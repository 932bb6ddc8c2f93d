"""What a host is offered to say the checker supports, on any day; nothing that nobody recorded."""

from datetime import timedelta

import pytest

from tests.live.live_scene import AT, a_trace, recalled
from traceability.claims.check import Verdict, check
from traceability.claims.read_facts import read_facts
from traceability.live.safe_sentences import MOST_SENTENCES, all_safe, safe_sentences


def test_what_the_checker_does_not_support_puts_nothing_right_either():
    facts = read_facts(a_trace("strawberries"))

    for each in all_safe(facts, AT, "zh-CN"):
        assert check(each.text, facts, AT).verdict is Verdict.SUPPORTED, each.text


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize(
    ("name", "at_least"), [("apples", 5), ("kiwifruit", 5), ("strawberries", 5), ("bare", 2)]
)
def test_what_a_host_is_offered_is_supported_also_tomorrow(name, at_least, lang):
    facts = read_facts(a_trace(name))
    offered = safe_sentences(facts, AT, lang)

    assert at_least <= len(offered) <= MOST_SENTENCES
    for each in offered:
        for later in (timedelta(days=1), timedelta(days=30)):
            assert check(each.text, facts, AT + later).verdict is Verdict.SUPPORTED, each.text
        assert each.evidence, each.text


def test_nothing_is_offered_of_what_nobody_recorded():
    subjects = {each.subject for each in safe_sentences(read_facts(a_trace("bare")), AT, "zh-CN")}

    assert subjects == {"harvested", "origin", "amount"}


def test_nothing_is_offered_of_goods_that_are_recalled():
    assert safe_sentences(read_facts(recalled(a_trace("apples"))), AT, "zh-CN") == []


BOASTS = ["全网最甜苹果", "苹果，今早刚摘", "有机苹果", "the sweetest apples in China", "苹果" * 400]


@pytest.mark.parametrize("name", BOASTS, ids=range(len(BOASTS)))
def test_a_name_that_boasts_is_not_put_into_the_mouth_of_a_host(name):
    trace = a_trace("apples") | {"product": {"zh": name, "en": name}}

    for lang in ("zh-CN", "en"):
        assert not any(name in each.text for each in safe_sentences(read_facts(trace), AT, lang))


def test_a_name_steers_no_screen():
    trace = a_trace("apples") | {"product": {"zh": "苹\u202e果\x1b", "en": "apples"}}

    assert safe_sentences(read_facts(trace), AT, "zh-CN")[0].text.startswith("这批苹果是")


def test_the_best_to_say_comes_first():
    offered = safe_sentences(read_facts(a_trace("apples")), AT, "zh-CN")

    assert [each.subject for each in offered[:4]] == ["harvested", "origin", "sweetness", "cold"]
    assert len({each.text for each in offered}) == len(offered)
