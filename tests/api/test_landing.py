"""The front door turns what people type into the one local path that it means."""

import pytest

from tests.api.samples import PATH
from tests.api.serving import PUBLIC_URL


@pytest.mark.parametrize(
    "code",
    [
        f"https://anywhere.example{PATH}",
        f"HTTPS://ANYWHERE.EXAMPLE{PATH}",
        f"anywhere.example{PATH}",
        PATH,
        "(01)09521234000020(10)HY261112",
        " (01) 09521234000020 (10) HY261112 ",
        "（０１）０９５２１２３４００００２０（１０）ＨＹ２６１１１２",
        "(01)09521234000020(10)hy261112",
    ],
)
def test_a_code_leads_to_its_page_on_this_server(site, code):
    answer = site.get("/", params={"code": code, "lang": "en"})

    assert answer.status_code == 303
    assert answer.headers["location"] == f"{PATH}?lang=en"


@pytest.mark.parametrize(
    "code", ["hello", "https://evil.example/", "//evil.example/x", "javascript:alert(1)", "(01)1"]
)
def test_what_is_no_code_is_refused_and_leads_nowhere(site, code):
    answer = site.get("/", params={"code": code})

    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "typed", ["k7m2qx", "K7M 2QX", "https://fruit.example/s/K7M2QX", "fruit.example/S/k7m2qx"]
)
def test_a_code_from_a_live_room_may_stand_in_the_other_field(site, typed):
    assert site.get("/", params={"code": typed, "lang": "en"}).headers["location"] == "/s/K7M2QX?lang=en"


def test_words_of_the_parser_are_for_technicians(site):
    page = site.get("/", params={"code": "HY261121", "lang": "en"}, headers={"Accept": "text/html"}).text

    said, _, folded = page.partition("<details>")
    assert "type all that stands under it" in said
    assert "does not begin with a key" in folded
    assert "does not begin" not in said


def test_without_a_code_it_says_what_this_is_in_both_languages(site):
    assert "每颗果子，都有来路" in site.get("/").text
    assert "the track a fruit leaves" in site.get("/?lang=en").text


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("9521234000020", "/01/09521234000020"),
        ("952 1234 000020", "/01/09521234000020"),
        ("095212340000000013", "/00/095212340000000013"),
    ],
)
def test_the_digits_under_a_barcode_are_enough(site, typed, path):
    assert site.get("/", params={"code": typed, "lang": "en"}).headers["location"] == f"{path}?lang=en"


@pytest.mark.parametrize(
    "typed",
    [
        "guoji.example/gtin/09521234000020/lot/HY261112",
        f"https://x.example{PATH}/",
        "(10)HY261112(01)09521234000020",
    ],
)
def test_what_was_obviously_meant_is_offered(site, typed):
    answer = site.get("/", params={"code": typed})

    assert (answer.status_code, answer.json()["corrected"]) == (400, PUBLIC_URL + PATH)
