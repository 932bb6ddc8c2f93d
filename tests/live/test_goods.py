"""While a lot is recalled, what speaks for it is told so, and who tells the recall is left alone."""

from datetime import UTC, datetime

import pytest

from tests.live.live_scene import APPLES, Scene, recalled
from traceability.claims.check import Verdict
from traceability.claims.read_facts import read_facts
from traceability.live.goods import check_said

ON = datetime(2026, 11, 22, 12, 31, tzinfo=UTC)
DOCUMENT = Scene().traces[APPLES]
PRAISE = ["三二一上链接，赶紧下单！", "这个真的好吃，汁水足。", "库存不多了。", "Grab it now.", "So juicy!"]
DENIALS = [
    "放心吃，没有问题。",
    "这批货已经恢复销售。",
    "召回已经解除了。",
    "这批果子很安全。",
    "不用担心，都能吃。",
    "Sales have resumed.",
    "It is perfectly safe.",
    "The recall is over, no problem.",
]
HONEST = [
    "这批货正在召回。",
    "大家先不要下单。",
    "已经买了的不要吃，可以退款。",
    "这批果子不安全。",
    "召回还没有解除。",
    "大家晚上好。",
    "It is not safe.",
    "Please do not buy it, we refund everybody.",
]


def verdict(text, document):
    return check_said(text, read_facts(document), ON).verdict


@pytest.mark.parametrize(
    ("said", "wanted"),
    [(PRAISE, Verdict.UNSUPPORTED), (DENIALS, Verdict.CONTRADICTED)],
    ids=["praise", "denials"],
)
def test_what_speaks_for_a_recalled_lot_is_held_against_the_recall(said, wanted):
    recall = recalled(DOCUMENT)

    assert {text: verdict(text, recall) for text in said} == dict.fromkeys(said, wanted)
    assert not {verdict(text, DOCUMENT) for text in said} & {Verdict.FORBIDDEN, Verdict.SUPPORTED}


def test_who_tells_of_the_recall_or_greets_is_not_warned():
    found = {text: verdict(text, recalled(DOCUMENT)) for text in HONEST}

    assert {
        text: each for text, each in found.items() if each not in (Verdict.SUPPORTED, Verdict.NO_CLAIM)
    } == {}


def test_the_record_names_the_recall_and_the_law_behind_it():
    checked = check_said("放心吃。", read_facts(recalled(DOCUMENT)), ON)

    assert (checked.rule.id, checked.evidence[0].kind) == ("recall", "event")
    assert "召回" in checked.suggestion
