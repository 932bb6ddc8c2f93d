"""What a registered link must be, which level answers, which link of several, and where people are sent."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import InvalidInput
from traceability.gs1 import digital_link
from traceability.gs1.resolver.choose import Wishes, best, best_default
from traceability.gs1.resolver.forward import forwarded
from traceability.gs1.resolver.levels import levels
from traceability.gs1.resolver.link import Link
from traceability.gs1.resolver.linkset import linkset
from traceability.gs1.resolver.preferences import LONGEST_RANGE, MOST_RANGES, best_language, ranked
from traceability.gs1.resolver.registration import (
    Registration,
    anchor_of,
    entry_json,
    entry_level,
    read_file,
    read_registration,
)
from traceability.gs1.resolver.vocabulary import LINK_TYPES, local_name

GTIN = "/01/09520123456788"
DEFAULT = {"gs1:defaultLink": [{"href": "https://farm.example/kiwi", "title": "Kiwi"}]}


def an_entry(anchor=GTIN, **links):
    return {"anchor": anchor, "description": "Kiwi", "links": links or DEFAULT}


def a_link(**over):
    return {"href": "https://farm.example/kiwi", "title": "Kiwi", **over}


def a_choice(**over):
    return Link("pip", f"https://farm.example/{'-'.join(map(str, over.values()))}", "Kiwi", **over)


ZH, EN = (
    a_choice(media="text/html", languages=("zh-CN", "zh")),
    a_choice(media="text/html", languages=("en",)),
)
DATA = a_choice(media="application/ld+json")
CN, NZ = a_choice(contexts=("CN",)), a_choice(contexts=("NZ",))


@pytest.mark.parametrize(
    ("links", "said"),
    [
        ({"gs1:pip": [a_link(href="javascript:alert(1)")]}, "no plain host"),
        ({"gs1:pip": [a_link(href="http://farm.example/")]}, "is not https"),
        ({"gs1:pip": [a_link(href="https://you@farm.example/")]}, "no plain host"),
        ({"gs1:pip": [a_link(href="https://127.0.0.1/x")]}, "no plain host"),
        ({"gs1:pip": [a_link(href="https://shop/")]}, "no plain host"),
        ({"gs1:pip": [a_link(href="https://farm..example/")]}, "no plain host"),
        ({"gs1:pip": [a_link(href="https://farm.example:99999/")]}, "has no port that there is"),
        ({"gs1:pip": [a_link(href="http://127.0.0.1:0/")]}, "has no port that there is"),
        ({"gs1:pip": [a_link(href="http://localhost.example/")]}, "is not https"),
        ({"gs1:pip": [a_link(href="https://farm.example/a\r\nSet-Cookie: a=b")]}, "no control ones"),
        ({"gs1:pip": [a_link(href="https://farm.example/果")]}, "must be percent-encoded"),
        ({"gs1:pip": [a_link(title=" ")]}, "title is missing"),
        ({"gs1:pip": [a_link(title="a\u202eb")]}, "no control ones"),
        ({"gs1:pip": [a_link(title="a\ud800")]}, "no control ones"),
        ({"gs1:pip": [a_link(hreflang=["zh-Hans"])]}, "want two small letters"),
        ({"gs1:pip": [a_link(hreflang="zh")]}, "want a list"),
        ({"gs1:pip": [a_link(type="html")]}, "no media type"),
        ({"gs1:pip": [a_link(fwqs=False)]}, "the field 'fwqs'"),
        ({"gs1:pip": [a_link(), a_link()]}, "is there twice"),
        ({"gs1:pip": a_link()}, "not a list"),
        ({"gs1:nosuch": [a_link()]}, "none of the 60"),
        ({"farm:page": [a_link()]}, "none of the 60"),
        ({"gs1:defaultLink": [a_link(), a_link(title="B")]}, "want one"),
        ({"gs1:defaultLink": [a_link(type="text/html")]}, "more than href and title"),
        ({**DEFAULT, "gs1:defaultLinkMulti": [a_link(hreflang=["zh"])]}, "wants two links"),
        ({"gs1:defaultLinkMulti": [a_link(hreflang=["zh"]), a_link(hreflang=["en"])]}, "beside"),
    ],
)
def test_a_link_that_breaks_a_rule_is_refused_with_what_is_wrong(links, said):
    with pytest.raises(InvalidInput, match=said):
        read_registration(an_entry(**links))


@pytest.mark.parametrize(
    "anchor",
    [
        f"{GTIN}/10/L1/21/S1",
        f"{GTIN}/22/A/21/S1",
        f"{GTIN}/235/X/10/L1",
        f"{GTIN}?17=261122",
        f"{GTIN}?linkType=gs1:pip",
        "/01/09520123456789",
        None,
    ],
)
def test_nothing_is_registered_under_what_is_no_level_of_its_own(anchor):
    with pytest.raises(InvalidInput):
        anchor_of(anchor)


def test_walking_up_tries_the_serial_then_the_lot_then_the_variant_then_the_product():
    path = digital_link.parse(f"https://a.example{GTIN}/22/V/10/L/21/S").path

    tried = [each.removeprefix(f"https://id.gs1.org{GTIN}") for each in levels(path)]

    assert tried == ["/21/S", "/22/V/10/L", "/10/L", "/22/V", ""]
    assert entry_level(f"https://id.gs1.org{GTIN}/10/L") == f"https://id.gs1.org{GTIN}"
    bill = "https://id.gs1.org/415/9520123456788/8020/A1"
    assert levels(digital_link.parse(bill).path) == (bill,)


def test_a_file_is_refused_with_every_fault_in_it_and_read_back_as_it_was():
    with pytest.raises(InvalidInput) as refused:
        read_file(
            json.dumps({"entries": [an_entry(), {"anchor": "/01/1"}, an_entry("/01/2"), an_entry()]}).encode()
        )

    faults = str(refused.value).split("; ")
    assert [fault.partition(":")[0] for fault in faults] == [
        "entry 2, '/01/1'",
        "entry 3, '/01/2'",
        f"entry 4, '{GTIN}'",
    ]
    whole = an_entry(**DEFAULT, **{"gs1:pip": [a_link(type="text/html", hreflang=["zh"], context=["CN"])]})
    assert entry_json(read_registration(whole)) == whole


@pytest.mark.parametrize("file", [b"{", b"[]", b'{"entries": []}', b'{"entries": [1]}', b"[" * 100_000])
def test_what_is_no_file_of_links_is_refused(file):
    with pytest.raises(InvalidInput):
        read_file(file)


@pytest.mark.parametrize(
    ("links", "wishes", "found"),
    [
        ((ZH, EN, DATA), Wishes("application/ld+json"), (DATA,)),
        ((ZH, EN, DATA), Wishes("text/html", "zh-CN"), (ZH,)),
        ((ZH, EN, DATA), Wishes("text/html;q=0, */*"), (DATA,)),
        ((ZH, EN), Wishes("image/png", "en"), (EN,)),
        ((ZH, EN), Wishes("text/html,*/*;q=0.8", "de, en;q=0.5, zh;q=0.4"), (EN,)),
        ((ZH, EN), Wishes(accept_language="zh-TW"), (ZH,)),
        ((ZH, EN), Wishes(accept_language="en;q=0"), (ZH,)),
        ((ZH, EN), Wishes(accept_language="en-GB, en;q=0"), (ZH,)),
        ((ZH, EN), Wishes(accept_language="de"), (ZH, EN)),
        ((ZH, EN), Wishes(accept_language="*"), (ZH, EN)),
        ((ZH, EN), Wishes(accept_language="en;q=much, zh;q=2"), (ZH, EN)),
        ((CN, NZ), Wishes(context="nz"), (NZ,)),
        ((CN, NZ), Wishes(), (CN, NZ)),
        ((CN, NZ, DATA), Wishes(context="FR"), (DATA,)),
    ],
)
def test_a_link_is_chosen_by_media_type_then_language_then_context(links, wishes, found):
    assert best(links, wishes) == found


def test_one_of_several_defaults_needs_a_match_and_a_refused_language_is_none():
    several = tuple(Link("defaultLinkMulti", each.href, "", each.media, each.languages) for each in (ZH, EN))
    single = Link("defaultLink", "https://farm.example/", "")
    registration = Registration("", "", (single, *several))

    chosen = {
        said: best_default(registration, Wishes("*/*", said)) for said in ("", "de", "en;q=0", "en-GB", "zh")
    }

    assert chosen == {"": single, "de": single, "en;q=0": single, "en-GB": several[1], "zh": several[0]}


@given(st.lists(st.sampled_from(["zh", "zh-CN", "en", "en-GB", "fr"]), unique=True), st.text(max_size=40))
def test_no_header_finds_a_language_that_is_not_there(tags, header):
    assert best_language(tags, ranked(header)) <= set(tags)


def test_of_a_header_no_more_is_read_than_browsers_send():
    odd = [f"x-{number}" for number in range(MOST_RANGES - 1)]

    assert ranked(",".join([*odd, "zh", "en"])) == tuple((each, 1) for each in (*odd, "zh"))
    assert ranked("-".join(["a"] * LONGEST_RANGE) + ",en") == (("en", 1),)


@pytest.mark.parametrize(
    ("href", "query", "target"),
    [
        ("https://a.example/p", b"", "https://a.example/p"),
        ("https://a.example/p", b"q=a+b%20c&flag", "https://a.example/p?q=a+b%20c&flag"),
        ("https://a.example/p?v=1", b"17=261122", "https://a.example/p?v=1&17=261122"),
        ("https://a.example/p?", b"a=b", "https://a.example/p?a=b"),
        ("https://a.example/p#top", b"a=b", "https://a.example/p?a=b#top"),
        ("https://a.example/p", b'a="\r\n\xe6#<', "https://a.example/p?a=%22%0D%0A%E6%23%3C"),
    ],
)
def test_the_whole_query_goes_along_byte_for_byte(href, query, target):
    assert forwarded(href, query) == target


@given(st.binary(max_size=60))
def test_whatever_the_query_holds_the_target_is_a_clean_address_of_the_same_host(query):
    target = forwarded("https://a.example/p", query)

    assert target.isascii()
    assert target.isprintable()
    assert not set(' "<>\\^`{|}#') & set(target)
    assert target.startswith("https://a.example/p")


def test_a_linkset_describes_the_default_link_by_what_it_leads_to():
    lot = read_registration(an_entry(f"{GTIN}/10/L1"))
    own = read_registration(an_entry(**DEFAULT, **{"gs1:support": [a_link()]}))

    found = linkset("https://a.example", [lot, own])["linkset"]

    types = [[key.removeprefix("https://ref.gs1.org/voc/") for key in each] for each in found]
    assert types[0] == ["anchor", "itemDescription", "defaultLink", "traceability"]
    assert types[1] == ["anchor", "itemDescription", "defaultLink", "support"]
    assert found[0]["anchor"] == f"https://a.example{GTIN}/10/L1"


def test_link_types_are_recognised_in_each_spelling_and_no_other():
    assert len(LINK_TYPES) == 60
    spelled = ["gs1:pip", "https://ref.gs1.org/voc/pip", "https://gs1.org/voc/pip"]
    assert [local_name(each) for each in spelled] == ["pip"] * 3
    assert [local_name(each) for each in ("pip", "gs1:", "gs1:nosuchlt", "GS1:pip")] == [None] * 4
