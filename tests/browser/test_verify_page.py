"""The page that checks any proof judges as the verifier does, and is served as it was made."""

import json
import re
from hashlib import sha256

import httpx
import pytest

from tests.api.checked import a_ledger
from tests.api.serving import served
from tests.browser.running import PROJECT, a_job, in_node
from tests.browser.test_vectors import CODES, PROOFS

PAGE = PROJECT / "api" / "static" / "guoji-verify.html"
DOCS = PROJECT / "docs" / "verify-page.md"
SOUND = PROOFS["sound-event"]


def test_the_page_judges_each_vector_as_the_verifier_does_and_has_facts_of_each_event():
    vectors = PROOFS | CODES
    jobs = [a_job(vector) for vector in vectors.values()]

    by_page = in_node("checkByPage", jobs)

    found = [said["found"] for said in by_page]
    by_verifier = dict(zip(vectors, in_node("check", jobs), strict=True))
    assert {name: each["report"] for name, each in zip(vectors, found, strict=True)} == by_verifier
    assert all(len(each["facts"]) == len(each["report"].get("events", [0])) for each in found)


def test_the_facts_are_those_of_the_file():
    [said] = in_node("checkByPage", [a_job(SOUND)])

    [facts] = said["found"]["facts"]
    rows = {row["word"]: row["texts"] for row in facts["rows"]}
    assert rows["amounts"] == ["(01) 09521234500018 (10) L1: 120.5 KGM"]
    assert rows["where"] == ["(414) 9521321000010 (254) gate"]
    assert (facts["step"], facts["submitter"]) == ("shipping", "9521321000010")
    assert said["found"]["digest"] == sha256(json.dumps(SOUND["proof"]).encode()).hexdigest()


def test_what_an_operator_relays_of_the_chain_is_not_counted():
    vector = SOUND | {"chains": [SOUND["chains"][0] | {"via": "the operator"}]}

    [said] = in_node("checkByPage", [a_job(vector)])

    assert said["found"]["report"]["verdict"] == "unchecked"
    assert "via the operator" in said["found"]["report"]["reason"]


def test_an_address_at_the_operators_own_server_is_no_endpoint_whatever_it_answers():
    [chain] = SOUND["chains"]
    jobs = [a_job(SOUND) | {"operators": [None, f"http://{name}"]} for name in (chain["name"], "elsewhere")]

    own, others = (said["found"]["report"] for said in in_node("checkByPage", jobs))

    assert (own["verdict"], others["verdict"]) == ("unchecked", "verified")
    assert "via the operator" in own["reason"]


@pytest.mark.parametrize(("words", "most"), [("words", 150), ("words_on_air", 25)])
def test_both_languages_have_the_same_words_with_the_same_values(words, most):
    english, chinese = (
        dict(re.findall(r'(\w+):\s+"((?:[^"\\]|\\.)*)",', (PROJECT / "api/verify_page" / name).read_text()))
        for name in (f"{words}_en.js", f"{words}_zh.js")
    )

    assert list(english) == list(chinese)
    assert len(english) > most
    for key, text in english.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", chinese[key])), key


def test_its_colours_are_those_of_the_other_pages():
    own, theirs = (colours_in(PROJECT / name) for name in ("api/verify_page/page.css", "api/static/page.css"))

    assert len(own) == 2
    assert all(mine.items() <= other.items() for mine, other in zip(own, theirs, strict=False))


def colours_in(file):
    """By day, and in the dark."""
    blocks = re.findall(r":root \{(.*?)\}", file.read_text(), re.DOTALL)
    return [dict(re.findall(r"(--[\w-]+): ([^;]+);", block)) for block in blocks]


def test_it_is_served_as_it_was_made_and_its_docs_name_its_digest():
    with served(a_ledger()) as address, httpx.Client(base_url=address, trust_env=False) as client:
        plain, asked = client.get("/verify"), client.get("/verify?lang=en&utm_source=x")

    assert plain.content == asked.content == PAGE.read_bytes()
    assert sha256(plain.content).hexdigest() in DOCS.read_text()
    stated = re.search(r'Security-Policy" content="([^"]+)"', plain.text).group(1)
    assert plain.headers["content-security-policy"] == f"{stated}; frame-ancestors 'none'"
    assert "unsafe" not in stated


def test_it_loads_nothing_from_anywhere():
    text = PAGE.read_text("utf-8")

    assert re.findall(r'(?:src|href)="([^"#]+)"', text.split("<script>")[0]) == ["data:,"]
    assert "import(" not in text
