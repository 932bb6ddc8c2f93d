"""A 承诺达标合格证 repeats what whoever made the lot promised; it adds nothing and says what is blank."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.builders import FARM, FIELD_LOT, LOT, OTHER_LOT, a_harvest, a_pack_out, an_event
from tests.fakes import FakeEvents
from traceability.errors import InvalidInput
from traceability.exports.certificate import Scan, certificate, check_page, link_on, page
from traceability.ledger.capture import capture
from traceability.ledger.lineage import in_order, lineage

STRANGER = "9521234000020"
FIELD = {
    "id": "https://id.gs1.org/414/9521234000013",
    "guoji:name": {"guoji:zh": "三号地", "guoji:en": "field 3"},
}
SCAN = Scan("HTTPS://FRUIT.EXAMPLE/01/09521234000020/10/P1", 29, "m0 0h7")
WORDS = ["不使用禁用农药", "对承诺的真实性负责"]


def a_promise(hours=2, words=WORDS, grounds=("质量安全控制", "委托检测"), lot=LOT, **fields):
    return an_event(
        hours=hours,
        action="OBSERVE",
        quantityList=[{"epcClass": lot, "quantity": 28, "uom": "KGM"}],
        **{
            "guoji:promise": {"guoji:words": words, "guoji:grounds": list(grounds)},
            "guoji:party": {"guoji:name": {"guoji:zh": "青山合作社"}},
            **fields,
        },
    )


def made(*promises, by=FARM):
    """The certificate of a lot that `FARM` packed, after `promises` of one party."""
    named = {"guoji:name": {"guoji:zh": "红颜草莓", "guoji:en": "strawberries"}}
    goods = [a_harvest(0, readPoint=FIELD), a_pack_out(1, ilmd=named)]
    return certificate_of(captured(*((each, FARM) for each in goods), *((each, by) for each in promises)))


def captured(*events):
    """A store of events, each with its party."""
    store = FakeEvents()
    for event, party in events:
        capture([event], party, store, len(store.kept), lambda: bytes(16))
    return store


def certificate_of(store):
    return certificate(LOT, in_order(lineage(LOT, store.telling).told, store))


class Cells(HTMLParser):
    """The texts of a page, and the names of its elements."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(html.decode())

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.texts.append(data.strip())


def test_every_field_comes_from_the_events():
    assert made(a_promise()).fields() == {
        "产品名称": "红颜草莓",
        "数量（重量）": "28 千克",
        "产地": "三号地",
        "承诺主体": "青山合作社",
        "联系方式": "",
        "开具日期": "2026-11-20",
        "承诺依据": "质量安全控制、委托检测",
    }


def test_what_no_record_says_is_blank_and_named():
    bare = an_event(
        hours=2,
        action="OBSERVE",
        quantityList=[{"epcClass": LOT}],
        **{"guoji:promise": {"guoji:words": WORDS}},
    )

    assert made(bare).blank() == ["数量（重量）", "承诺主体", "联系方式", "承诺依据"]


def test_the_page_shows_the_words_of_the_form_and_of_the_promise():
    shown = Cells(page(made(a_promise()), SCAN)).texts

    assert "承诺达标合格证" in shown
    assert {*WORDS, "红颜草莓", "28 千克"} <= set(shown)


def test_the_newest_promise_counts():
    assert made(a_promise(2), a_promise(3, ["新的承诺"])).promises == ("新的承诺",)


@pytest.mark.parametrize(
    ("promise", "by"),
    [
        (a_promise(), STRANGER),
        (a_promise(lot=OTHER_LOT), FARM),
        (a_promise(words=[]), FARM),
        (a_promise(words="text"), FARM),
        (a_promise(words=[1, None]), FARM),
        (a_promise(**{"guoji:promise": ["text"]}), FARM),
        (a_promise(**{"guoji:promise": None}), FARM),
    ],
)
def test_without_a_promise_of_whoever_made_the_lot_there_is_none(promise, by):
    with pytest.raises(InvalidInput, match=r"no event holds a guoji:promise of whoever made"):
        made(promise, by=by)


def test_a_promise_that_was_declared_wrong_is_none():
    promise = a_promise()
    wrong = replace(
        promise, body={**promise.body, "errorDeclaration": {"declarationTime": "2026-11-21T00:00:00Z"}}
    )

    with pytest.raises(InvalidInput, match="no event holds"):
        made(promise, wrong)


def test_where_a_stranger_says_that_the_lot_grew_beside_an_own_one_is_not_repeated():
    famous = {**FIELD, "guoji:name": {"guoji:zh": "名山"}}
    both = [{"epcClass": each} for each in (FIELD_LOT, OTHER_LOT)]
    claim = an_event(action="ADD", bizStep="commissioning", quantityList=both, readPoint=famous)
    store = captured(
        (a_harvest(0, readPoint=FIELD), FARM), (a_pack_out(1), FARM), (a_promise(), FARM), (claim, STRANGER)
    )

    assert certificate_of(store).origin == "三号地"


def test_hostile_words_stay_words():
    hostile = "<script>alert(1)</script>\u202e{{ 7*7 }}\x1b"
    html = page(made(a_promise(words=[hostile], grounds=[hostile])), SCAN)

    assert "script" not in Cells(html).tags
    assert "<script>alert(1)</script> {{ 7*7 }}" in Cells(html).texts
    assert "\u202e" not in html.decode()


def test_the_page_leads_to_the_trace_and_names_its_record():
    promised = made(a_promise())
    printed = page(promised, SCAN)

    assert link_on(printed) == SCAN.link
    assert f'<path stroke="#000" d="M0 .5{SCAN.strokes}"/>' in printed.decode()
    assert f"记录：{promised.record}" in Cells(printed).texts
    assert promised.event_hash in Cells(printed).texts


def test_a_page_that_was_changed_is_found_by_its_line():
    printed = page(made(a_promise()), SCAN)

    check_page(printed, printed)
    with pytest.raises(InvalidInput, match=r"line .* is .*28 吨.*, want .*28 千克"):
        check_page(printed.replace("千克".encode(), "吨".encode()), printed)
    with pytest.raises(InvalidInput, match="want </html>"):
        check_page(printed[:-8], printed)
    with pytest.raises(InvalidInput, match="end or are encoded in another way"):
        check_page(printed.replace(b"\n", b"\r\n"), printed)


@pytest.mark.parametrize("printed", [b"", b"<p>no link</p>", b'<p id="link">javascript:alert(1)</p>'])
def test_what_is_no_such_page_is_told(printed):
    with pytest.raises(InvalidInput, match="found no link of its code"):
        link_on(printed)


def test_the_same_trace_gives_the_same_page():
    assert page(made(a_promise()), SCAN) == page(made(a_promise()), SCAN)
