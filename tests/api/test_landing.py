"""The front door turns what people type into the one local path that it means."""

import pytest

from tests.api.samples import PATH


@pytest.mark.parametrize(
    "code",
    [
        f"https://anywhere.example{PATH}",
        f"HTTPS://ANYWHERE.EXAMPLE{PATH}",
        PATH,
        "(01)09521234000020(10)HY261112",
        " (01) 09521234000020 (10) HY261112 ",
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


def test_without_a_code_it_says_what_this_is_in_both_languages(site):
    assert "每颗果子，都有来路" in site.get("/").text
    assert "the track a fruit leaves" in site.get("/?lang=en").text
