"""Who held the goods, and what their maker promises, as the page says it."""

from datetime import timedelta

from api.pages import Pages
from api.present.trace import trace_page
from api.words import languages
from tests.api.samples import NOW, SHOP, TO_SHOP, a_body, a_trace, a_traced_event
from traceability.ledger.holding import holdings
from traceability.ledger.trace import Grade

FARM, STRANGER = "9521234000013", "9521234000099"
SPEAK = languages()


def page_of(**fields):
    return trace_page(a_trace(**fields), SPEAK["en"], "https://guoji.example")


def html_of(page):
    return bytes(Pages().html("trace.html", SPEAK["en"], "verified", page=page).body).decode()


def at(hours):
    return NOW - timedelta(hours=hours)


def test_the_sample_went_from_the_farm_to_the_shop():
    farm, shop = holdings(a_trace().events)

    assert (farm.party, farm.since, farm.handed_to, farm.until) == (FARM, at(54), SHOP, at(46.5))
    assert (shop.party, shop.since, shop.given_by, shop.confirmed_at) == (SHOP, at(46.5), FARM, at(7))
    assert shop.until is None


def test_sensors_laboratories_claims_and_what_was_taken_back_hold_nothing():
    quiet = (
        a_traced_event(submitter="1", grade=Grade.DEVICE),
        a_traced_event(a_body("inspecting", 4, "laboratory"), submitter="2"),
        a_traced_event(a_body("installing", 4, "shop", type="AssociationEvent"), submitter="3"),
        a_traced_event(submitter="4", claimed=True),
        a_traced_event(submitter="5", voided=True),
    )

    assert holdings(quiet) == ()


def test_the_list_says_from_when_to_when_and_who_only_claims():
    claim = a_traced_event(submitter=STRANGER, claimed=True, registered="Stranger Ltd")
    said = page_of(events=(*a_trace().events, claim)).custody

    farm, shop = said.holders
    assert farm.sentences == ("From 12 Nov 06:00", f"handed on 12 Nov 13:30 to GLN {SHOP}")
    assert shop.name == f"GLN {SHOP}, which calls itself Demo livestream shop"
    assert shop.sentences == (
        f"From 12 Nov 13:30, says GLN {FARM}",
        "its own first record: 14 Nov 05:00",
        "no handing on is recorded",
    )
    assert said.claimants == (f"GLN {STRANGER}, registered here as Stranger Ltd",)


def test_a_receiver_that_never_spoke_is_only_said_to_have_them():
    shipped = a_traced_event(a_body("shipping", 9, "farm", destinationList=[TO_SHOP]))

    [_, shop] = page_of(events=(shipped,)).custody.holders

    assert shop.sentences[1] == "it has recorded nothing of these goods itself"


def test_the_promise_is_the_makers_newest_and_nobody_elses():
    def promising(word, hours, **fields):
        body = a_trace().events[2].event.body | {"guoji:promise": {"guoji:words": [word]}}
        return a_traced_event(body | {"eventTime": at(hours).isoformat()}, **fields)

    events = (
        promising("first", 9),
        promising("newest", 8, captured_at=at(1)),
        promising("not theirs", 7, submitter=SHOP, captured_at=at(1)),
        promising("taken back", 6, voided=True),
    )
    page = page_of(events=events)

    assert page.promise.promises == ("newest",)
    assert f'href="{page.promise.proof_url}"' in html_of(page)
    assert page_of(events=a_trace().events[3:]).promise is None
