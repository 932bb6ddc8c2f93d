"""GET of a thing: page or JSON, exactly the thing that the raw path names, or a clear refusal."""

import re
from dataclasses import replace

import httpx
import pytest

from tests.api.samples import PATH, SUBJECT, a_trace
from tests.api.serving import PUBLIC_URL, SampleLedger, served

PAGE = {"Accept": "text/html"}
NOWHERE = "/01/09521234000020/10/NOWHERE"


def test_a_lot_has_a_page_in_the_language_asked_for(site):
    chinese = site.get(PATH, headers=PAGE | {"Accept-Language": "zh"})
    english = site.get(f"{PATH}?lang=en", headers=PAGE)

    assert '<html lang="zh-CN" data-state="verified">' in chinese.text
    assert "已验证" in chinese.text
    assert '<html lang="en" data-state="verified">' in english.text
    assert english.headers["content-language"] == "en"


def test_the_page_says_that_it_is_only_this_servers_word(site):
    assert "As this server states; this phone has not checked it." in site.get(f"{PATH}?lang=en").text
    assert "本服务器声明" in site.get(f"{PATH}?lang=zh").text


@pytest.mark.parametrize(("headers", "query"), [({"Accept": "application/json"}, ""), (PAGE, "?format=json")])
def test_json_comes_when_asked_for_by_header_or_by_query(site, headers, query):
    answer = site.get(PATH + query, headers=headers)

    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["subject"] == SUBJECT
    assert answer.json()["verdict"]["is"] == "verified"


def test_an_unknown_lot_is_a_friendly_page_and_a_problem_for_tools(site):
    page = site.get("/01/09521234000020/10/NOWHERE?lang=en", headers=PAGE)
    problem = site.get("/01/09521234000020/10/NOWHERE", headers={"Accept": "application/json"})

    assert page.status_code == problem.status_code == 404
    assert "We hold nothing under this code" in page.text
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["status"] == 404


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/01/09521234000021/10/A", "check digit is 1, want 0"),
        ("/01/123/10/A", "has 3 characters"),
        ("/01/09521234000020/21/A/10/B", "not a key and its qualifiers"),
        (f"{PATH}{PATH}", "stands before the key"),
        ("/01/09521234000020/10/A?10=B", "AI (10)"),
        ("/00/123", "has 3 characters"),
        ("/01/09521234000020/10/%00", "AI (10)"),
    ],
)
def test_a_malformed_link_is_refused_with_what_is_wrong(site, path, said):
    page = site.get(f"{path}{'&' if '?' in path else '?'}lang=en", headers=PAGE)
    problem = site.get(path)

    assert page.status_code == problem.status_code == 400
    assert "This link is not right" in page.text
    assert said in problem.json()["detail"]


def test_an_escaped_slash_stays_inside_the_lot():
    inside = replace(a_trace(), subject="https://id.gs1.org/01/09521234000020/10/A%2FB")
    with served(SampleLedger({inside.subject: inside})) as address:
        assert httpx.get(f"{address}/01/09521234000020/10/A%2FB", trust_env=False).status_code == 200
        assert httpx.get(f"{address}/01/09521234000020/10/A/B", trust_env=False).status_code == 400


def test_a_slash_at_the_end_and_tracking_parameters_are_forgiven(site):
    assert site.get(f"{PATH}/?utm_source=x").status_code == 200


def test_a_page_that_did_not_change_is_not_sent_again():
    trace = a_trace()
    ledger = SampleLedger({trace.subject: trace})
    with served(ledger) as address, httpx.Client(base_url=address, trust_env=False) as client:
        first = client.get(PATH)
        again = client.get(PATH, headers={"If-None-Match": first.headers["etag"]})
        other_language = client.get(f"{PATH}?lang=en", headers={"If-None-Match": first.headers["etag"]})

    assert again.status_code == 304
    assert "content-security-policy" not in again.headers
    assert other_language.status_code == 200
    assert ledger.traced == 2


def test_every_page_forbids_inline_scripts_and_third_parties(site):
    for path in (PATH, "/", "/01/1", f"/overlay{PATH}"):
        headers = site.get(path, headers=PAGE).headers
        policy = headers["content-security-policy"]

        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http:" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_pages_load_nothing_from_elsewhere(site):
    for path in (PATH, "/", f"/overlay{PATH}"):
        text = site.get(path).text

        assert re.search(r'src="(?!/static/)', text) is None
        assert "@import" not in text
        assert 'style="' not in text
        assert "url(http" not in text


def test_a_page_that_finds_nothing_speaks_the_readers_language_alone(site):
    page = site.get(f"{NOWHERE}?lang=zh-CN", headers=PAGE)

    assert (page.status_code, "we hold no" in page.text) == (404, False)
    assert "we hold no event for" in site.get(NOWHERE).json()["detail"]


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/01/9521234000020/10/HY261112", PATH),
        ("/gtin/09521234000020/lot/HY261112", PATH),
        (f"/p{PATH}", PATH),
        ("/01/09521234000020/21/A/10/B", "/01/09521234000020/10/B/21/A"),
        ("/01/09521234000020/10/", None),
        ("/01/%EF%BC%90%EF%BC%99521234000020", "/01/09521234000020"),
        (f"{PATH}?q=%C3%28&10=HY261112", f"{PATH}?q=%C3%28"),
        ("/overlay/01/9521234000020/10/HY261112", f"/overlay{PATH}"),
        ("/01/09521234000021/10/A", None),
        ("/01/ABC", None),
    ],
)
def test_the_link_that_was_obviously_meant_stands_beside_what_is_wrong(site, path, meant):
    problem = site.get(path)
    page = site.get(path, headers=PAGE)

    assert problem.status_code == page.status_code == 400
    assert problem.json().get("corrected") == (meant and PUBLIC_URL + meant)
    assert (f'<a href="{meant}">'.replace("&", "&amp;") in page.text) == (meant is not None)


def test_an_unknown_code_without_a_lot_asks_for_the_lot(site):
    for code in ("/01/09521234000020", "/01/09521234000020/21/X"):
        page = site.get(f"{code}?lang=en", headers=PAGE)
        assert page.status_code == 404
        assert 'value="(01)09521234000020"' in page.text
    assert 'name="lot"' not in site.get(NOWHERE, headers=PAGE).text

    answer = site.get("/", params={"code": "(01)09521234000020", "lot": "HY261112", "lang": "en"})
    assert answer.headers["location"] == f"{PATH}?lang=en"
