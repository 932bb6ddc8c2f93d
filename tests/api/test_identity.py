"""Which very thing a page is about, its large type and its paper."""

import pytest

from api.pages import Pages
from api.present.trace import trace_page
from api.words import languages
from tests.api.samples import SUBJECT, a_body, a_trace, a_traced_event, at_place, told

SPEAK = languages()
BOX = "https://id.gs1.org/00/095212340000000013"


def an_item(serial="7K3M9QX24TTP1ZZ8"):
    return f"https://id.gs1.org/01/09521234000020/21/{serial}"


def labelled(thing, **fields):
    master = {"epcList": [thing], "ilmd": {"guoji:lot": SUBJECT}}
    return a_traced_event(a_body("commissioning", 50, "packhouse", action="ADD", **master), **fields)


def packed(*things, hours=40, action="ADD"):
    fields = {"type": "AggregationEvent", "action": action, "parentID": BOX, "childEPCs": list(things)}
    return a_traced_event(a_body("packing", hours, "packhouse", **fields))


def page_of(lang="en", **fields):
    return trace_page(a_trace(**fields), SPEAK[lang], "https://guoji.example")


def html_of(page, lang="en", **values):
    return bytes(Pages().html("trace.html", SPEAK[lang], page.badge.state, page=page, **values).body).decode()


def rows_of(page):
    return {row.name: [thing.name for thing in row.things] for row in page.identity.rows}


def test_an_item_says_which_fruit_it_is_and_of_which_lot_box_and_field():
    item, harvest = an_item(), a_trace().events[2]
    page = page_of(subject=item, events=(harvest, labelled(item), packed(item)))

    assert page.identity.code == "7K3M 9QX2 4TTP 1ZZ8"
    assert rows_of(page) == {
        "Of lot": ["Lot HY261112"],
        "Packed in": ["Shipping unit 095212340000000013"],
        "Grown at": ["Demo farm, field 3"],
    }
    assert '<a href="/01/09521234000020/10/HY261112?lang=en">Lot HY261112</a>' in html_of(page)


def test_what_others_claim_or_took_back_is_no_lot_of_an_item():
    item = an_item()
    page = page_of(
        subject=item, origin={}, events=(labelled(item, claimed=True), labelled(item, voided=True))
    )

    assert rows_of(page) == {}


def test_a_box_holds_what_was_not_taken_out_and_names_a_few_of_thousands():
    many = [an_item(f"A{number:015d}") for number in range(10_000)]
    page = page_of(subject=BOX, origin={}, events=(packed(*many), packed(many[0], hours=30, action="DELETE")))
    [row] = page.identity.rows

    assert (row.name, row.things[0].name, len(row.things)) == ("Items in it", "A000 0000 0000 0001", 6)
    assert row.more == "and 9,993 more"
    emptied = page_of(subject=BOX, origin={}, events=(packed(*many), packed(hours=30, action="DELETE")))
    assert emptied.identity.rows == ()


def test_a_lot_is_no_single_thing():
    assert page_of().identity is None
    assert 'class="card identity"' not in html_of(page_of())


@pytest.mark.parametrize(
    ("name", "is_upright"), [("Demo packhouse, line 1", True), ("示范包装厂一号线", False)]
)
def test_a_route_whose_words_would_break_runs_downwards(name, is_upright):
    places = [at_place(place) | {"guoji:name": told(name, name)} for place in ("farm", "packhouse", "shop")]
    events = tuple(
        a_traced_event(a_body("stocking", 9 - at, "shop", readPoint=place))
        for at, place in enumerate((*places, *places[:2]))
    )

    assert page_of(events=events).route.is_upright is is_upright


def test_large_type_has_its_own_style_and_stays_on_when_the_language_changes():
    page = page_of()
    usual, large = html_of(page), html_of(page, large=True)

    assert 'data-type="large"' in large
    assert 'href="?lang=zh-CN&amp;type=large"' in large
    assert "font-size: 137.5%" in large
    assert "137.5%" not in usual
    assert 'href="?lang=en&amp;type=large"' in usual
    assert 'href="?lang=zh-CN"' in usual


def test_on_paper_stands_where_the_page_is():
    page = page_of()

    assert "https://guoji.example/01/09521234000020/10/HY261112" in html_of(page)
    assert page.qr.strokes in html_of(page)
