"""The page for recalls: whoever may sees what would be recalled, confirms or drills, ends with evidence."""

import re
from html import unescape

import httpx
import pytest

from tests.api.recalling import SHOP, Goods, an_installation
from traceability.errors import Unavailable

EVIL = "<script>alert(1)</script>"


class Phone(httpx.Client):
    """A browser without scripts, which follows no redirect by itself."""

    def __init__(self, address):
        super().__init__(base_url=address, trust_env=False, headers={"Accept": "text/html"}, timeout=60)

    def sign_in(self, token):
        return self.post("/recall/sign-in?lang=en", data={"token": token})

    def form_key(self):
        return re.search(r'name="form_key" value="(\w+)"', self.get("/recall").text)[1]

    def submit(self, path, lang="en", **fields):
        files = {name: (None, value) for name, value in {"form_key": self.form_key(), **fields}.items()}
        return self.post(f"{path}?lang={lang}", files=files)

    def look(self, goods, lang="en", **fields):
        return self.submit("/recall/look", lang, goods=goods, **{"reason": "residue", **fields})

    def press(self, page, path, **more):
        """A button of the form on a page, with the fields that stand hidden in it."""
        fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
        files = [(name, (None, unescape(value))) for name, value in fields]
        return self.post(f"{path}?lang=en", files=files + [(name, (None, more[name])) for name in more])

    def recall(self, goods):
        made = self.press(self.look(goods), "/recall/record", agreed="yes")
        return made.headers["location"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """One for all tests here: each brings a lot of its own."""
    with an_installation(tmp_path_factory.mktemp("recalls") / "home") as installed:
        yield installed


@pytest.fixture
def goods(installed):
    return Goods(installed)


@pytest.fixture
def phone(installed):
    with Phone(installed.address) as phone:
        phone.sign_in(installed.tokens["farm"])
        yield phone


def test_what_it_touches_is_shown_before_anything_is_recorded(phone, goods):
    page = phone.look(goods.printed, advice="Take it back")

    assert page.status_code == 200
    for said in (
        "2 lots, 1 shipping unit",
        f"GLN {SHOP}",
        "Notice to shop",
        "It cannot be undone",
        "Take it back",
    ):
        assert said in page.text
    assert goods.recorded() == 0


def test_a_recall_that_was_agreed_is_recorded_shown_and_reported(phone, goods):
    made = phone.press(phone.look(goods.lot, level="1"), "/recall/record", agreed="yes")

    assert made.status_code == 303
    page = phone.get(made.headers["location"])
    assert "In force" in page.text
    assert f"GLN {SHOP}" in page.text
    [event] = goods.store.recalls.of([goods.lot])
    assert event.event.body["guoji:reason"] == {"guoji:zh": "residue", "guoji:en": "residue"}
    path = made.headers["location"].partition("?")[0]
    table = phone.get(f"{path}/report.csv")
    assert goods.lot in table.text
    assert "seconds" not in table.text
    assert phone.get(f"{path}/report.pdf").content.startswith(b"%PDF-")


def test_nothing_is_recalled_that_was_not_agreed(phone, goods):
    refused = phone.press(phone.look(goods.lot), "/recall/record")

    assert refused.status_code == 422
    assert "the box for agreeing was not ticked" in refused.text
    assert goods.recorded() == 0


def test_a_form_that_is_sent_twice_recalls_once(phone, goods):
    looked = phone.look(goods.lot)
    phone.press(looked, "/recall/record", agreed="yes")

    again = phone.press(looked, "/recall/record", agreed="yes")

    assert "is recalled already" in again.text
    assert goods.recorded() == 1


def test_a_drill_records_nothing_and_can_be_reported(phone, goods):
    drill = phone.press(phone.look(goods.lot), "/recall/drill")

    assert "This was a drill" in drill.text
    report = phone.press(drill, "/recall/drill/report", form="csv")
    assert "drill" in report.headers["content-disposition"]
    assert goods.lot in report.text
    assert goods.recorded() == 0


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"goods": "strawberries"}, "strawberries"),
        ({"reason": ""}, "no reason, want one"),
        ({"level": "9"}, "want one of 1, 2, 3"),
        ({"goods": EVIL}, "&lt;script&gt;"),
        ({"goods": "(01)09521234000013(10)NONE"}, "We hold nothing under this code"),
    ],
)
def test_what_is_wrong_is_told_beside_what_was_typed(phone, goods, fields, said):
    page = phone.look(**{"goods": goods.lot, "advice": "kept as typed", **fields})

    assert page.status_code == 422
    assert said in unescape(page.text) or said in page.text
    assert 'value="kept as typed"' in page.text
    assert EVIL not in page.text


def test_a_recall_ends_with_a_document_and_not_without(phone, goods):
    path = phone.recall(goods.lot).partition("?")[0]
    asked = {"reason": "destroyed", "agreed": "yes"}

    bare = phone.submit(f"{path}/release", **asked)
    assert "no evidence" in bare.text
    unread = phone.submit(f"{path}/release", reason="destroyed", document=b"all of it")
    assert "was not ticked" in unread.text
    ended = phone.submit(f"{path}/release", document=b"all of it", **asked)

    assert ended.status_code == 303
    assert "on 1 piece of evidence" in phone.get(f"{path}?lang=en").text


def test_a_party_that_no_notice_reached_is_to_be_told_by_hand(phone, goods):
    path = phone.recall(goods.lot)
    outbox = goods.store.alerts
    while claimed := outbox.claim("shop", 10**14, 10**15):
        outbox.failed(claimed[0], str(Unavailable("answered 500")), None)

    assert "You must tell these yourself: GLN 9521234000020" in phone.get(path).text


def test_a_recall_of_another_party_is_neither_listed_nor_shown(phone, goods, installed):
    path = phone.recall(goods.lot)
    with Phone(installed.address) as shop:
        shop.sign_in(installed.tokens["shop"])
        assert goods.number not in shop.get("/recall").text
        assert shop.get(path).status_code == 404
        refused = shop.look(goods.lot)
    assert "may recall it" in refused.text
    assert goods.case not in refused.text


def test_whoever_is_not_signed_in_gets_the_form_for_that(installed, phone, goods):
    path = phone.recall(goods.lot)
    with Phone(installed.address) as stranger:
        for answer in (stranger.get("/recall"), stranger.get(path), stranger.sign_in("guoji_no")):
            assert answer.status_code == 401
            assert 'action="/recall/sign-in' in answer.text
            assert goods.number not in answer.text


def test_a_form_from_elsewhere_recalls_nothing(phone, goods):
    files = {"goods": (None, goods.lot), "reason": (None, "x"), "agreed": (None, "yes")}

    for sent in ({"files": files}, {"files": {**files, "form_key": (None, "0" * 32)}}):
        assert phone.post("/recall/record", **sent).status_code == 403
    assert goods.recorded() == 0
