"""Who may say where a code leads, that every code leads somewhere, and that no change is forgotten."""

from dataclasses import replace

import pytest

from tests.fakes import FakeLinks
from traceability.errors import InvalidInput, NotAuthorised, Unknown
from traceability.gs1.resolver.link import Link
from traceability.gs1.resolver.registration import Registration
from traceability.ledger.grant import Grant
from traceability.ledger.links import Change, Links
from traceability.ledger.links_first import First
from traceability.ledger.parties import Party, Register

PRODUCT = "https://id.gs1.org/01/09521234000020"
LOT = f"{PRODUCT}/10/L1"
ROOT = "https://trace.example"
NOBODYS = "https://id.gs1.org/01/09529999000002"
OWNER, OTHER = Grant("capture", "9521234000013"), Grant("capture", "9521321000001")


def leading(anchor, to="https://farm.example/", link_type="defaultLink"):
    return Registration(anchor, "Kiwi", (Link(link_type, to, "Kiwi"),))


@pytest.fixture
def links():
    register = Register.of([Party("9521234000013", "Farm", ("9521234",)), Party("9521321000001", "Shop")])
    times = iter(range(1, 100))
    return Links(FakeLinks(), lambda: register, lambda _: {}, ROOT, lambda: next(times))


def test_only_the_owner_of_a_prefix_says_where_its_codes_lead(links):
    links.put([leading(PRODUCT), leading(LOT)], OWNER)

    with pytest.raises(NotAuthorised, match="is of party 9521234000013"):
        links.put([leading(PRODUCT, "https://other.example/")], OTHER)
    with pytest.raises(NotAuthorised):
        links.remove(LOT, grant=OTHER)
    with pytest.raises(NotAuthorised, match="names no party"):
        links.put([leading(PRODUCT)], Grant("admin", None))
    with pytest.raises(NotAuthorised, match="keys that begin with 9529"):
        links.put([leading(PRODUCT)], Grant("capture", OWNER.party, about=("9529",)))


def test_under_no_registered_prefix_whoever_was_first_stays_it_also_without_links(links):
    links.put([leading(NOBODYS)], OTHER)

    with pytest.raises(NotAuthorised, match="party 9521321000001 was the first"):
        links.put([leading(f"{NOBODYS}/10/L1")], OWNER)
    links.put([leading(NOBODYS)])
    links.remove(NOBODYS, grant=OTHER)

    with pytest.raises(NotAuthorised, match="party 9521321000001 was the first"):
        links.put([leading(NOBODYS)], OWNER)
    links.put([leading(NOBODYS, "https://other.example/")], OTHER)


def test_what_the_operator_registered_first_is_not_for_others(links):
    links.put([leading(NOBODYS)])

    with pytest.raises(NotAuthorised, match="the operator was the first"):
        links.put([leading(NOBODYS)], OTHER)


@pytest.mark.parametrize(
    ("links_at", "made_at", "whose"), [(5, 4, OWNER), (5, 5, OWNER), (5, 6, OTHER)], ids=str
)
def test_who_made_goods_before_others_linked_them_says_where_their_code_leads(links_at, made_at, whose):
    made = {f"{NOBODYS}/10/L1": First(made_at, OWNER.party)}
    links = Links(FakeLinks(), lambda: Register.of([]), lambda _: made, ROOT, lambda: links_at)
    links.put([leading(NOBODYS)], OTHER)
    links.store.keep([Change(f"{NOBODYS}/10/L1", None, OTHER.party, links_at)], lambda _: None)

    links.put([leading(f"{NOBODYS}/10/L1")], whose)
    with pytest.raises(NotAuthorised):
        links.put([leading(f"{NOBODYS}/10/L1")], OTHER if whose is OWNER else OWNER)


def test_nothing_finer_has_links_without_a_default_above_it(links):
    with pytest.raises(InvalidInput, match=f"{PRODUCT} has no gs1:defaultLink"):
        links.put([leading(LOT)], OWNER)
    with pytest.raises(InvalidInput, match="has no gs1:defaultLink"):
        links.put([leading(PRODUCT, link_type="pip")], OWNER)
    links.put([leading(LOT), leading(PRODUCT)], OWNER)
    with pytest.raises(InvalidInput, match="has no gs1:defaultLink"):
        links.remove(PRODUCT, grant=OWNER)

    links.remove(LOT, grant=OWNER)
    links.remove(PRODUCT, grant=OWNER)

    assert links.registered([PRODUCT, LOT]) == {}
    with pytest.raises(Unknown):
        links.remove(PRODUCT, grant=OWNER)


def test_one_refused_link_keeps_all_of_them_out(links):
    with pytest.raises(NotAuthorised):
        links.put([leading(NOBODYS), leading(PRODUCT)], OTHER)

    assert links.revision() == 0


def test_what_a_code_led_to_on_a_day_is_not_forgotten(links):
    first, second = leading(PRODUCT), leading(PRODUCT, "https://new.example/")
    links.put([first], OWNER)
    links.put([second])
    links.remove(PRODUCT, grant=OWNER)

    told = [(each.at_ms, each.by, each.registration) for each in links.history(PRODUCT)]

    assert told == [(1, OWNER.party, first), (2, "", second), (3, OWNER.party, None)]
    with pytest.raises(Unknown):
        links.history(NOBODYS)


def test_a_party_lists_its_own_and_whoever_reads_all_lists_all(links):
    links.put([leading(PRODUCT)], OWNER)
    links.put([leading(NOBODYS)], OTHER)

    def listed(grant):
        return [each.anchor for each in links.listed(grant)]

    assert (listed(OWNER), listed(OTHER)) == ([PRODUCT], [NOBODYS])
    assert listed(Grant("admin", None)) == listed(Grant("read", None)) == [PRODUCT, NOBODYS]
    with pytest.raises(NotAuthorised):
        listed(Grant("read", None, reads="own"))


def test_single_links_come_and_go_beside_the_others(links):
    default, page = leading(PRODUCT).links[0], Link("pip", "https://farm.example/kiwi", "Kiwi")
    with pytest.raises(InvalidInput, match="is new here: say with a description"):
        links.add(PRODUCT, "", default, OWNER)
    links.add(PRODUCT, "Kiwi", default, OWNER)
    links.add(PRODUCT, "", page, OWNER)
    links.add(PRODUCT, "", replace(page, title="Gold kiwi"), OWNER)
    links.add(PRODUCT, "", replace(default, href="https://new.example/"), OWNER)

    told = links.registered([PRODUCT])[PRODUCT]
    assert [(each.href, each.title) for each in told.links] == [
        ("https://farm.example/kiwi", "Gold kiwi"),
        ("https://new.example/", "Kiwi"),
    ]
    with pytest.raises(Unknown, match="no link of /01/09521234000020 leads to"):
        links.remove(PRODUCT, "https://nowhere.example/", grant=OWNER)
    with pytest.raises(InvalidInput):
        links.remove(PRODUCT, "https://new.example/", grant=OWNER)
    links.remove(PRODUCT, "https://farm.example/kiwi", grant=OWNER)
    links.remove(PRODUCT, "https://new.example/", grant=OWNER)
    assert links.registered([PRODUCT]) == {}


@pytest.mark.parametrize("address", [ROOT, f"{ROOT}:443", "https://TRACE.example/"])
@pytest.mark.parametrize(
    "code", ["/01/09521234000020", "/01/09521234000020?format=html", "/%30%31/1", "/eh30"]
)
def test_no_link_leads_to_a_code_at_the_same_address_from_where_it_might_lead_back(links, address, code):
    with pytest.raises(InvalidInput, match="is a code at this very address, which may lead back"):
        links.put([leading(PRODUCT, address.rstrip("/") + code)])


def test_a_link_may_lead_to_other_pages_here_and_to_codes_elsewhere(links):
    for to in (f"{ROOT}/verify", f"{ROOT}:8443/01/09521234000020", "https://other.example/01/09521234000020"):
        links.put([leading(PRODUCT, to)])
