"""A recall stands above the verdict, in words and in looks; one that ended or is only claimed does not."""

from dataclasses import replace

import pytest

from api.document import trace_document
from api.pages import Pages
from api.present.overlay import overlay_state
from api.present.recall import recalls
from api.present.trace import trace_page
from api.words import languages
from tests.api.samples import NOW, a_notice, a_trace, a_traced_event

SPEAK = languages()
FIELD_LOT = "https://id.gs1.org/01/09521234000013/10/F1"


RELEASED = a_notice(released_at=NOW, evidence=2)
CLAIMED = a_notice(is_entitled=False)


def html_of(*notices, lang="en"):
    page = trace_page(a_trace(recalls=notices), SPEAK[lang], "https://guoji.example")
    return bytes(Pages().html("trace.html", SPEAK[lang], page.badge.state, page=page).body).decode()


@pytest.mark.parametrize(
    ("lang", "title", "reason", "advice"),
    [
        ("en", "Recalled: do not eat it", "procymidone above its limit", "Take it back to the shop"),
        ("zh-CN", "已召回，请勿食用", "农药残留超标", "退回购买处，全额退款"),
    ],
)
def test_a_recall_is_the_first_thing_that_is_said_without_a_script(lang, title, reason, advice):
    html = html_of(a_notice(), lang=lang)

    head, banner = html.split('role="alert"')
    assert "data-recalled" in head.split("<head>")[0]
    assert f"{title}</title>" in head
    assert 'class="verdict"' not in head
    for said in (title, reason, advice, "urn:uuid:00000000"):
        assert said in banner


@pytest.mark.parametrize("notice", [RELEASED, CLAIMED], ids=["released", "claimed"])
def test_one_that_does_not_hold_is_told_below_the_verdict(notice):
    html = html_of(notice)

    assert 'role="alert"' not in html
    assert "data-recalled" not in html.split("<head>")[0]
    assert html.index('class="verdict"') < html.index("procymidone above its limit")


def test_each_says_what_it_is():
    told = recalls(a_trace(recalls=(a_notice(goods=(FIELD_LOT,)), RELEASED, CLAIMED)), SPEAK["en"])

    assert (
        "The recall is of Lot F1. These goods were made from it, or are packed with it."
        in told.holding[0].sentences
    )
    assert told.ended[0].sentences[1] == "It ended on 14 Nov 12:00, on 2 pieces of evidence."
    assert told.claimed[0].title == "Somebody claims a recall"


def test_one_that_says_nothing_still_says_what_to_do():
    bare = a_notice(reason={}, advice={}, party={}, notice=None, level=None)
    [line] = recalls(a_trace(recalls=(bare,)), SPEAK["en"]).holding

    assert line.sentences == ("14 Nov 11:00, by GLN 9521234000013: no reason is recorded",)
    assert line.advice == "Do not sell it or pass it on. Ask where you bought it."


def test_text_of_a_recall_cannot_become_markup():
    assert "<script>1" not in html_of(a_notice(reason={"en": "<script>1</script>"}))


def test_the_overlay_shows_the_recall_instead_of_the_verdict():
    state = overlay_state(a_trace(recalls=(a_notice(),)), SPEAK["en"], 0)

    assert (state.state, state.word) == ("recalled", "Recalled: do not eat it")
    assert overlay_state(a_trace(recalls=(RELEASED, CLAIMED)), SPEAK["en"], 0).state == "verified"


def test_the_document_says_whether_it_holds():
    document = trace_document(a_trace(recalls=(a_notice(), replace(RELEASED, level=None))))

    assert [(each["holds"], each["released_at"]) for each in document["recalls"]] == [
        (True, None),
        (False, "2026-11-14T04:00:00Z"),
    ]


def test_whom_to_ask_is_called_as_it_is_registered_and_the_notice_is_folded_away():
    registered = a_traced_event(submitter=a_notice().by, registered="Sunrise")
    [told] = recalls(a_trace(events=(registered,), recalls=(a_notice(),)), SPEAK["en"]).holding

    assert told.contact == "Whom to ask: where you bought it, or Sunrise (GLN 9521234000013)."
    assert "urn:uuid" not in " ".join(told.sentences)
    assert f"</summary>{told.notice}</details>" in html_of(a_notice())


def test_what_is_recalled_is_not_made_to_look_good_and_says_whom_to_ask():
    page = trace_page(a_trace(recalls=(a_notice(),)), SPEAK["en"], "https://guoji.example")
    html = html_of(a_notice())

    assert (page.facts, page.shelf_life) == ((), None)
    assert "shelf life" not in html
    assert "°Bx</b>" not in html
    assert "or Guoji Demo Strawberry Farm (GLN 9521234000013)." in html
    assert 'href="tel:12315"' in html
