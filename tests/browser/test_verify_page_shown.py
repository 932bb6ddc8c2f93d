"""What a reader sees on the page that checks any proof, in Chromium: as it is served, and from a file."""

import json
import re
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from scripts.screenshots import ARGUMENTS, CHROMIUM
from tests.api.checked import PATH, VectorChain, a_ledger, an_endpoint, vector
from tests.api.serving import served
from tests.browser.running import PROJECT
from tests.browser.test_vectors import PROOFS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian package chromium is missing"),
]
PAGE = PROJECT / "api" / "static" / "guoji-verify.html"
AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
SOUND, TRACE = PROOFS["sound-event"], PROOFS["sound-complete-trace"]
HOSTS = "--host-resolver-rules=MAP *.example 127.0.0.1"
"""So that two endpoints of one machine are two to whoever asks them."""


def a_file(name, content):
    return {"name": name, "mimeType": "text/plain", "buffer": content}


def give(page, proof, policy=None, endpoints=()):
    page.set_input_files("#proof-file", a_file("lot.json", proof))
    if policy is not None:
        page.set_input_files("#policy-file", a_file("trust.txt", policy.encode()))
        page.wait_for_selector("#policy-said p")
    for endpoint in endpoints:
        page.fill("#endpoint", endpoint)
        page.press("#endpoint", "Enter")
    page.wait_for_selector("#proof-said p")


def card(page):
    """The state and the words of the verdict. Nothing is ticked before."""
    assert page.query_selector("#result .dot, #result .seal") is None
    page.click("#check")
    page.wait_for_selector("#verdict")
    return page.get_attribute(".verdict", "data-state"), page.inner_text(".verdict")


def faults_in(page):
    """What axe-core finds, if it is installed."""
    if not AXE.exists():
        return []
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, HOSTS])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address():
    with served(a_ledger()) as address:
        yield address


@pytest.fixture
def page(browser, address):
    """The page as it is served, on a small telephone; nothing it does may be a fault in the console."""
    page = browser.new_page(viewport={"width": 320, "height": 640})
    faults = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.goto(f"{address}/verify?lang=en")
    yield page
    assert faults == []
    page.close()


@contextmanager
def endpoints_of(name):
    """Addresses of the chains of a vector, each of another host."""
    with ExitStack() as stack:
        chains = [VectorChain(name, number) for number in range(len(PROOFS[name]["chains"]))]
        ports = [stack.enter_context(an_endpoint(chain)).rsplit(":", 1)[1] for chain in chains]
        yield [f"http://chain-{number}.example:{port}" for number, port in enumerate(ports)]


SAID = {
    "lie-event-changed": ("contradicted", r"not the one that was sealed.*\sdigest \w{64}, want \w{64}"),
    "lie-trace-with-one-lie": (
        "contradicted",
        "the record “Shipped” of 18 Nov 2026, 16:00:00, as the file has it",
    ),
    "unchecked-no-policy": ("unchecked", "there is no trust policy"),
    "lie-foreign-log": ("contradicted", "No log that the policy names has signed this"),
    "lie-other-root-in-the-receipt": ("contradicted", "The chain does not hold.*two histories: 0x"),
    "unchecked-endpoints-disagree": ("unchecked", "the endpoints disagree"),
}
"""By vector: the state of the verdict, and what a reader is told."""


@pytest.mark.parametrize("name", SAID)
def test_a_reader_is_told_what_is_untrue_or_was_not_checked(page, name):
    vector = PROOFS[name]
    with endpoints_of(name) as endpoints:
        give(page, json.dumps(vector["proof"]).encode(), vector["policy"], endpoints)

        found, said = card(page)

    state, sentence = SAID[name]
    assert found == state
    assert abs(page.locator(".verdict").bounding_box()["y"]) < 40
    assert re.search(sentence, said, re.DOTALL)


def test_a_sound_trace_is_shown_with_its_facts_and_all_that_was_checked(page):
    name = "sound-complete-trace"
    page.set_input_files("#documents-file", a_file("sheet.csv", b"no record names it"))
    with endpoints_of(name) as endpoints:
        give(page, json.dumps(TRACE["proof"]).encode(), TRACE["policy"] + "label a private chain", endpoints)
        assert faults_in(page) == []

        found, said = card(page)

    page.press(".events summary >> nth=0", "Enter")
    page.wait_for_selector(".events .facts")
    assert "It says of the chain: a private chain" in said
    assert (found, "5 of 5 records" in said) == ("verified", True)
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    shown = page.inner_text("#result")
    assert "(01) 09521234500018 (10) L1: 120.5 KGM" in shown
    assert re.search(r"The paper sheet.csv No record of this file names it", shown)
    assert "None of the 4 records that name these goods is missing" in shown
    assert re.search(r"chain-0\.example:\d+\s+confirms 5, contradicts 0, silent on 0 of 5", shown)
    assert faults_in(page) == []
    with page.expect_download() as saved:
        page.click("text=Save the report")
    report = json.loads(Path(saved.value.path()).read_text())
    assert (report["report"]["verdict"], report["endpoints"]) == ("verified", [f"{endpoints[0]}/"])
    page.click("#language")
    assert "已验证" in page.inner_text(".verdict")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


HOSTILE = {
    "type": "ObjectEvent",
    "eventTime": "<script>1</script>",
    "bizStep": "<img src=x onerror=document.title=1>",
    "epcList": ["\u202emoc.elpmaxe", "<b>bold</b>", *["x"] * 30],
    "readPoint": "no object",
    "guoji:reportSha256": sha256(b"a sheet").hexdigest(),
    "quantityList": [7, None, ["deep"]],
    "sensorElementList": {"sensorReport": "text"},
}


def test_what_a_hostile_file_says_stays_text(page):
    event = json.dumps(HOSTILE)[:-1] + ', "__proto__": {"verdict": "verified"}, "note": "' + "y" * 9000 + '"}'
    file = json.dumps(SOUND["proof"] | {"event": 1}).replace('"event": 1', f'"event": {event}')
    page.set_input_files("#documents-file", a_file("<i>sheet</i>.csv", b"a sheet"))
    give(page, file.encode(), SOUND["policy"])

    found, _ = card(page)

    page.click(".events summary >> nth=0")
    page.click("text=The record as it stands in the file")
    shown = page.inner_text("#result")
    assert found == "contradicted"
    assert "<b>bold</b>" in shown
    assert "and 12 more" in shown
    assert "The paper <i>sheet</i>.csv Its SHA-256 stands in the record" in shown
    assert "Cut here" in shown
    assert "\u202e" not in shown
    assert page.query_selector("#result img, #result script, #result bdi b") is None
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_file_that_is_none_is_refused_in_words(page):
    for content, said in [
        (b"[" * 200_000, "This is no proof file"),
        (b'{"a": ' * 70 + b"1" + b"}" * 70, "malformed name a"),
        (b'{"format": "guoji-proof/2"}', "malformed object, want anchor,batch,context"),
    ]:
        give(page, content, SOUND["policy"])
        page.click("#check")
        page.wait_for_selector("#check-said .error")
        assert said in page.inner_text("#check-said")
        assert "no verdict" in page.inner_text("#check-said")
        assert page.is_hidden("#result")
    page.evaluate("""() => {
        const dropped = new DataTransfer();
        dropped.items.add(new File(["{", new Uint8Array(64 * 1024 * 1024)], "huge.json"));
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true }));
    }""")
    page.wait_for_selector("#proof-said .error")
    assert "more than 67,108,864 bytes: 67,108,865" in page.inner_text("#proof-said")


def test_it_works_from_a_file_with_a_link_to_the_goods_and_the_operators_own_word(browser, address):
    page = browser.new_page()
    page.goto(f"{PAGE.as_uri()}?lang=en#{address}{PATH}")
    assert f"From {address}: the operator's word" in page.inner_text("#own-note")
    page.click("#link-form button")
    page.click("#own-take")
    page.wait_for_selector("#policy-said p")
    with endpoints_of("sound-complete-trace") as [endpoint]:
        page.fill("#endpoint", endpoint)
        page.press("#endpoint", "Enter")

        found, said = card(page)

    assert found == "verified"
    assert "convinces only who believes the operator" in said
    assert "It has to be about (01) 09521234500018 (10) L1" in page.inner_text("#proof-said")
    page.close()


def test_of_a_live_room_it_shows_what_the_overlay_showed_at_a_moment_that_the_reader_chooses(page):
    name = "../on_air/sound-record-that-goes-on"
    record = vector(name)
    with an_endpoint(VectorChain(name)) as endpoint:
        give(page, json.dumps(record["proof"]).encode(), record["policy"], [endpoint])

        found, said = card(page)

    told = []
    for second in ("18:06:39", "18:07:10", "18:10:00"):
        page.fill("#moment", f"2026-11-18T{second}")
        page.press("#moment", "Enter")
        told.append(page.inner_text("#moment-said"))
    page.press("#on-air summary >> nth=1", "Enter")
    page.click("text=Show the overlay at its end")

    assert (found, "About live room 7K2M9Q: 今晚苹果" in said) == ("verified", True)
    assert "The room was not on air then" in told[0]
    shown = r"Proven.*since 18 Nov 2026, 18:06:41:.*红富士苹果.*Struck.*contradicted"
    assert re.search(shown, told[1], re.DOTALL)
    assert "Not checked: the file does not reach this moment" in told[2]
    assert page.inner_text("#moment-said").startswith("18 Nov 2026, 18:07:10")
    assert "3 segments fit together" in page.inner_text("#result")
    assert faults_in(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.click("#language")
    assert "本文件可以证明" not in page.inner_text("#on-air")
    page.press("#moment", "Enter")
    assert "本文件可以证明" in page.inner_text("#moment-said")
