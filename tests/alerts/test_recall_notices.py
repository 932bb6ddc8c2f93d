"""Notices of a recall go to the parties that have some, and to nobody's alerts."""

import json

import pytest

from traceability.alert_plan import read_plan
from traceability.alerts.recall import MOST_NAMED, News, notices
from traceability.alerts.webhook import Allowed
from traceability.cold_chain.profiles import shipped
from traceability.errors import InvalidInput

SHOP, DEPOT = "9521234000020", "9521234000013"
NEWS = News(
    "recalled", "urn:uuid:1", "https://id.gs1.org/01/09521234000013/10/F1", "9521234000006",
    "2026-11-22T03:00:00+00:00", {"zh": "农药残留超标", "en": "residue"}, {}, "1", "https://guoji.example/01/x",
)  # fmt: skip


def plan(party):
    text = f"""
[[target]]
name = "shop"
party = "{party}"
webhook = "https://hooks.example.org/guoji"
secret_file = "shop.secret"

[[target]]
name = "ops"
webhook = "https://hooks.example.org/ops"
secret_file = "ops.secret"
"""
    return read_plan(text, shipped(), Allowed(), lambda _: "whsec_" + "A" * 32)


def test_the_target_of_a_party_is_told_of_no_alert():
    read = plan(SHOP)

    assert read.audience.usual == ("ops",)
    assert read.parties == {SHOP: ["shop"]}
    assert set(read.targets) == {"shop", "ops"}


def test_a_party_is_named_by_its_gln():
    with pytest.raises(InvalidInput, match="party"):
        plan("the shop")


def test_each_party_is_told_what_it_has_and_those_without_a_target_nothing():
    told = list(notices(NEWS, {SHOP: ["a", "b"], DEPOT: ["c"]}, {SHOP: ["shop", "mail"]}))

    assert [each.target for each in told] == ["shop", "mail"]
    assert len({each.key for each in told}) == 1
    assert json.loads(told[0].body)["goods"] == ["a", "b"]
    assert "召回 Recall" in told[0].subject


def test_the_same_news_has_the_same_key_and_its_end_another():
    ended = News("released", *(getattr(NEWS, name) for name in News.__slots__[1:]))
    [first], [again], [end] = (
        list(notices(news, {SHOP: []}, {SHOP: ["shop"]})) for news in (NEWS, NEWS, ended)
    )

    assert first == again
    assert end.key != first.key
    assert json.loads(end.body)["kind"] == "released"


def test_of_many_goods_some_are_named_and_all_are_counted():
    [told] = notices(NEWS, {SHOP: [str(n) for n in range(MOST_NAMED + 5)]}, {SHOP: ["shop"]})

    body = json.loads(told.body)
    assert (len(body["goods"]), body["count"]) == (MOST_NAMED, MOST_NAMED + 5)
