"""The phone's own check, in a real browser: what it ticks, and that it never says more."""

import json
import re
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from scripts.screenshots import ARGUMENTS, CHROMIUM, PHONE
from tests.api.checked import PATH, SUBJECT, VectorChain, a_ledger, an_endpoint, vector
from tests.api.samples import a_curve, a_traced_event
from tests.api.serving import served
from traceability.epcis.event import Event
from traceability.proof.entry import Entry
from traceability.proof.verdict import Contradicted
from traceability.telemetry.curve import Point

STEPS = ("policy", "event", "readings", "inclusion", "checkpoint", "anchor", "complete")
AWAY = "http://127.0.0.1:9"
ELSEWHERE = "fruit.example"

needs_chromium = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian package chromium is missing")


def in_chromium(test):
    return pytest.mark.slow(needs_chromium(test))


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        arguments = [*ARGUMENTS, f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


class Seen:
    """What a phone shows once its check has ended."""

    def __init__(self, browser, ledger, lang="en", host="127.0.0.1"):
        self.complaints, self.hosts = [], set()
        with served(ledger) as address:
            self.address = address.replace("127.0.0.1", host)
            page = browser.new_page(viewport=PHONE)
            page.on("console", lambda message: self.complaints.append(message.text))
            page.on("request", lambda request: self.hosts.add("/".join(request.url.split("/")[:3])))
            page.goto(f"{self.address}{PATH}?lang={lang}")
            page.wait_for_selector("html[data-checked]", state="attached", timeout=60_000)
            self.state = page.locator("html").get_attribute("data-state")
            self.word = page.locator(".verdict h2").inner_text()
            self.sentence = page.locator(".verdict h2 + p").inner_text()
            self.claim = page.locator(".claim").inner_text()
            self.seal = page.locator(".verdict .seal use").get_attribute("href")
            self.steps = {
                step: page.locator(f"[data-step={step}] use").get_attribute("href") for step in STEPS
            }
            self.said = {step: page.locator(f"[data-step={step}] b").inner_text() for step in STEPS}
            self.shown = {
                row: (
                    page.locator(f"[data-step={row}] use").get_attribute("href"),
                    page.locator(f"[data-step={row}] b").inner_text(),
                )
                for row in ("shown", "drawn", "documents")
            }
            self.events = page.locator("[data-key]").all_text_contents()
            self.dots = {
                dot.get_attribute("href") for dot in page.locator(".steps .dot use, .batches use").all()
            }
            self.width = page.evaluate("document.documentElement.scrollWidth")
            page.close()


@in_chromium
def test_what_the_chain_itself_confirms_is_ticked_and_nobody_else_is_asked(browser):
    with an_endpoint(VectorChain()) as endpoint:
        seen = Seen(browser, a_ledger(endpoint=endpoint))

    assert (seen.state, seen.word, seen.seal) == ("verified", "Verified", "#seal-checked")
    assert seen.sentence.startswith(
        "Unaltered since they were recorded: 5 of 5 records, 3 sensor readings. Newest anchor: "
    )
    assert "None is missing up to" in seen.sentence
    assert seen.claim == "Checked on this phone, with this server's script and trust policy."
    assert set(seen.steps.values()) == {"#dot-checked"}
    assert seen.said["readings"] == "1 of 1"
    assert all(text.startswith("Checked on this phone; on the chain since") for text in seen.events)
    assert seen.dots == {"#dot-checked"}
    assert seen.shown["shown"] == ("#dot-checked", "7 of 7")
    assert seen.complaints == []
    assert seen.hosts == {seen.address, endpoint}
    assert seen.width == PHONE["width"]


@in_chromium
@pytest.mark.parametrize(
    ("edit", "step", "said"),
    [
        (lambda proof: proof["event"].update(bizStep="receiving"), "event", "not the one that was sealed"),
        (lambda proof: proof["batch"]["leaves"].pop(), "readings", "not those that its record commits to"),
    ],
)
def test_a_proof_that_was_tampered_with_turns_the_page_whatever_the_server_states(browser, edit, step, said):
    ledger = a_ledger()
    bundle = json.loads(ledger.bundle)
    edit(bundle["proofs"][1])
    ledger.bundle = json.dumps(bundle).encode()
    with an_endpoint(VectorChain()) as endpoint:
        ledger.policy += f"endpoint {endpoint}\n"
        seen = Seen(browser, ledger)

    assert (seen.state, seen.word, seen.seal) == (
        "contradicted",
        "Do not trust this record",
        "#seal-contradicted",
    )
    assert said in seen.sentence
    assert seen.claim == "Found on this phone."
    assert seen.steps[step] == "#dot-contradicted"
    assert seen.events.count("Contradicted on this phone") == 1


@in_chromium
@pytest.mark.parametrize("endpoint", [AWAY, None])
def test_while_the_chain_is_away_nothing_is_verified_and_what_was_checked_is_said(browser, endpoint):
    seen = Seen(browser, a_ledger(endpoint=endpoint))

    assert (seen.state, seen.word, seen.seal) == ("unknown", "Not checked", "#seal-unknown")
    assert "fewer chain endpoints answered than the trust policy demands" in seen.sentence
    assert seen.claim == "Tried on this phone."
    assert seen.steps["anchor"] == "#dot-unknown"
    assert seen.steps["event"] == seen.steps["inclusion"] == seen.steps["checkpoint"] == "#dot-checked"
    assert set(seen.events) == {"Not checked on this phone"}
    assert seen.dots == {"#dot-unknown"}


@in_chromium
@pytest.mark.parametrize("endpoint", [AWAY, None])
def test_the_operators_word_for_the_chain_never_makes_verified(browser, endpoint):
    seen = Seen(browser, a_ledger(endpoint=endpoint, chain=VectorChain()))

    assert (seen.state, seen.word, seen.seal) == ("unknown", "Not checked", "#seal-unknown")
    assert "Of 5 of 5 records everything but the chain was checked." in seen.sentence
    assert "via the operator" in seen.sentence
    assert seen.said["anchor"] == "5 of 5, via the operator"
    assert seen.steps["anchor"] == seen.steps["complete"] == "#dot-unknown"
    assert set(seen.events) == {"Checked but for the chain, which came via the operator"}
    assert seen.hosts <= {seen.address, AWAY}


@in_chromium
def test_what_the_operator_says_of_the_chain_may_still_contradict_it(browser):
    chain = VectorChain()

    def with_failed_transactions(method, *params):
        answer = chain(method, *params)
        return answer | {"status": "0x0"} if method == "eth_getTransactionReceipt" else answer

    seen = Seen(browser, a_ledger(chain=with_failed_transactions))

    assert (seen.state, seen.claim) == ("contradicted", "Found on this phone.")
    assert seen.sentence == "The chain does not hold what the log has signed."


@in_chromium
def test_on_another_phone_the_operators_loopback_address_is_not_asked_and_plain_http_will_do(browser):
    with an_endpoint(VectorChain()) as endpoint:
        seen = Seen(browser, a_ledger(endpoint=endpoint, chain=VectorChain()), host=ELSEWHERE)

    assert seen.hosts == {seen.address}
    assert "via the operator" in seen.sentence
    assert set(seen.events) == {"Checked but for the chain, which came via the operator"}


@in_chromium
def test_an_event_that_the_page_shows_beside_the_proof_is_not_checked(browser):
    with an_endpoint(VectorChain()) as endpoint:
        ledger = a_ledger(endpoint=endpoint)
        trace = ledger.traces[SUBJECT]
        ledger.traces[SUBJECT] = replace(trace, events=(*trace.events, a_traced_event()))
        seen = Seen(browser, ledger)

    assert (seen.state, seen.word) == ("unknown", "Verified")
    assert "Shown here, but not in the proof: 1." in seen.sentence
    assert seen.events.count("Not checked on this phone") == 1
    assert "#dot-unknown" in seen.dots


@in_chromium
@pytest.mark.parametrize(
    ("minutes_ago", "state", "word", "waiting"),
    [(1, "verified", "Verified", "the newest 1"), (6, "pending", "1 of 2 verified", "1")],
)
def test_what_waits_for_the_chain_is_counted_apart_and_a_batch_of_this_moment_in_small_type_alone(
    browser, minutes_ago, state, word, waiting
):
    name = "sound-trace-partly-anchored"
    [_, batch] = vector(name)["proof"]["proofs"]
    captured_ms = Entry.from_bytes(b64decode(batch["entry"])).captured_at_ms
    made_at = datetime.fromtimestamp(captured_ms / 1000 + minutes_ago * 60, UTC)
    with an_endpoint(VectorChain(name)) as endpoint:
        ledger = a_ledger(name, endpoint=endpoint)
        ledger.traces[SUBJECT] = replace(ledger.traces[SUBJECT], made_at=made_at)
        seen = Seen(browser, ledger)

    assert (seen.state, seen.word) == (state, word)
    assert "1 of 2 records" in seen.sentence
    assert f"Waiting for the chain: {waiting}." in seen.sentence
    assert "Whether records are missing was not checked: the proof does not show it." in seen.sentence
    assert seen.events.count("Checked as far as the log; not yet anchored") == 1


@in_chromium
def test_what_the_server_itself_found_untrue_is_not_made_good(browser):
    with an_endpoint(VectorChain()) as endpoint:
        ledger = a_ledger(endpoint=endpoint)
        trace, lie = ledger.traces[SUBJECT], Contradicted("event", "changed")
        events = (*trace.events[:-1], replace(trace.events[-1], verdict=lie))
        ledger.traces[SUBJECT] = replace(trace, events=events, verdict=lie)
        seen = Seen(browser, ledger)

    assert (seen.state, seen.word) == ("contradicted", "Do not trust this record")
    assert seen.claim == "As this server states. This phone's own check: Verified."
    assert seen.dots == {"#dot-checked", "#dot-contradicted"}


@in_chromium
def test_what_the_server_itself_has_lost_is_not_made_good_by_the_rest(browser):
    with an_endpoint(VectorChain()) as endpoint:
        ledger = a_ledger(endpoint=endpoint)
        ledger.traces[SUBJECT] = replace(ledger.traces[SUBJECT], lost=1)
        seen = Seen(browser, ledger)

    assert (seen.state, seen.word) == ("unknown", "Not complete")
    assert seen.claim == "As this server states. This phone's own check: Verified."


@in_chromium
@pytest.mark.parametrize("bundle", [None, b'{"format":"guoji-trace-proof/1"}'])
def test_a_proof_that_cannot_be_read_is_not_checked_and_says_so(browser, bundle):
    ledger = a_ledger(chain=VectorChain())
    ledger.bundle = bundle
    seen = Seen(browser, ledger)

    assert (seen.state, seen.word) == ("unknown", "Not checked")
    assert "the proof or the trust policy could not be fetched or read" in seen.sentence
    assert set(seen.steps.values()) == {"#dot-unknown"}


@in_chromium
def test_the_check_speaks_chinese(browser):
    with an_endpoint(VectorChain()) as endpoint:
        verified = Seen(browser, a_ledger(endpoint=endpoint), lang="zh-CN")
    away = Seen(browser, a_ledger(), lang="zh-CN")

    assert (verified.word, away.word) == ("已验证", "未能核对")
    assert "回答的链上节点少于信任策略的要求" in away.sentence
    for text in (verified.sentence, verified.claim, away.claim, *verified.said.values(), *away.said.values()):
        assert re.search(r"[A-Za-z]{3}", text) is None, text


@in_chromium
def test_without_scripts_the_page_says_that_this_phone_checked_nothing(browser):
    with served(a_ledger()) as address:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{address}{PATH}?lang=en")
        claim = page.locator(".claim").inner_text()
        icons = {
            use.get_attribute("href") for use in page.locator("[data-step] use, .dot use, .seal use").all()
        }
        said = set(page.locator("[data-step] b").all_text_contents())
        context.close()

    assert claim == "As this server states; this phone has not checked it."
    assert not any("checked" in icon for icon in icons)
    assert said == {"not checked"}


def with_events(edit_each):
    """A ledger whose page shows other events than its proof holds."""
    ledger = a_ledger()
    trace = ledger.traces[SUBJECT]
    events = tuple(
        replace(each, event=Event(edit(dict(each.event.body)), []))
        for each, edit in zip(trace.events, edit_each, strict=True)
    )
    ledger.traces[SUBJECT] = replace(trace, events=events)
    return ledger


@in_chromium
def test_a_page_that_shows_something_else_than_the_checked_records_is_contradicted(browser):
    another = {"epcClass": SUBJECT, "quantity": 999.5, "uom": "KGM"}
    edits = (
        lambda body: body | {"quantityList": [another]},
        lambda body: body,
        lambda body: body | {"bizStep": "receiving"},
        lambda body: body | {"eventTime": "2026-11-18T08:01:00.000Z"},
        lambda body: body | {"readPoint": {"id": "https://id.gs1.org/414/9521321000010/254/elsewhere"}},
    )
    with an_endpoint(VectorChain()) as endpoint:
        ledger = with_events(edits)
        ledger.policy += f"endpoint {endpoint}\n"
        seen = Seen(browser, ledger)

    assert (seen.state, seen.word) == ("contradicted", "Do not trust this record")
    assert seen.sentence == "This page shows something else than the record says."
    assert seen.events.count("Contradicted on this phone") == 4
    assert seen.steps["event"] == "#dot-checked"
    assert seen.shown["shown"] == ("#dot-contradicted", seen.sentence)


def cold_curve(*values):
    """Of the readings in the vector, which measure 4.25, 4.5 and 4.75, or of others."""
    points = [Point(1_795_000_001_000 + 1000 * at, value) for at, value in values]
    return a_curve(points, alias="cold-7")


SOUND = ((0, 4.25), (1, 4.5), (2, 4.75))
CURVES = {
    "sound": cold_curve(*SOUND),
    "changed": cold_curve(SOUND[0], (1, 3.0), SOUND[2]),
    "hidden": cold_curve(SOUND[0], SOUND[2]),
    "invented": cold_curve(SOUND[0], (0.5, 3.0), *SOUND[1:]),
    "longer": cold_curve(*SOUND, (3, 1.0)),
    "live": replace(cold_curve(*SOUND, (3, 1.0)), live=True),
    "rounded": replace(cold_curve((0, 4.25), (1, 4.26)), low=None, high=None),
}
COUNTED = """async () => {
  const { checkCurve } = await import("/static/check-page.js");
  const { verify } = await import("/static/verify.js");
  const { proof } = JSON.parse(document.querySelector("#check-words").textContent);
  const batches = [];
  const measured = (root, { air_temperature }) => batches.push(air_temperature);
  await verify(await (await fetch(proof)).json(), "quorum none", { measured });
  const [narrow, ...others] = [...document.querySelectorAll("svg[data-alias]")].reverse();
  const raw = [[[+narrow.dataset.from, 425], [+narrow.dataset.to, 426]]];
  return [...others.reverse().map((svg) => checkCurve(svg, batches)), checkCurve(narrow, raw)];
}"""


@in_chromium
def test_a_curve_is_compared_with_the_readings_point_by_point(browser):
    ledger = a_ledger()
    ledger.traces[SUBJECT] = replace(ledger.traces[SUBJECT], curves=tuple(CURVES.values()))
    with served(ledger) as address:
        page = browser.new_page()
        page.goto(f"{address}{PATH}")
        counted = dict(zip(CURVES, page.evaluate(COUNTED), strict=True))
        page.close()

    assert counted == {
        "sound": [3, 3],
        "changed": None,
        "hidden": None,
        "invented": None,
        "longer": [3, 4],
        "live": [3, 3],
        "rounded": [2, 2],
    }


@in_chromium
def test_a_curve_that_shows_something_else_than_the_readings_turns_the_page(browser):
    with an_endpoint(VectorChain()) as endpoint:
        ledger = a_ledger(endpoint=endpoint)
        later, curves = datetime(2027, 1, 1, tzinfo=UTC), (CURVES["sound"], CURVES["changed"])
        ledger.traces[SUBJECT] = replace(ledger.traces[SUBJECT], curves=curves, made_at=later)
        seen = Seen(browser, ledger)

    assert (seen.state, seen.shown["drawn"][0]) == ("contradicted", "#dot-contradicted")
    assert seen.sentence == "A curve shows something else than the sensor's readings say."


DOCUMENTS = """async () => {
  const { checkPage } = await import("/static/check-page.js");
  const wanted = { same: "5c3a", other: "5c3b", gone: "5c3c", lied: "5c3d", unproven: "5c3e" };
  document.body.insertAdjacentHTML("beforeend", Object.entries(wanted).map(([by, digest]) =>
    `<i data-document="${digest}" data-by="${by}"></i>`).join(""));
  const record = (digest) => ({ event: { "guoji:reportSha256": digest } });
  const found = { same: record("5c3a"), other: record("5c3b"), gone: record("5c3c"), lied: record("5c30") };
  const sheets = Object.keys(wanted).map(async (by) => by === "gone" ? null : by);
  const { documents } = await checkPage(found, { sheets, digest: async () => "5c3a" });
  return documents.map(({ outcome }) => outcome);
}"""


@in_chromium
def test_a_laboratorys_sheet_is_hashed_and_compared_with_the_record_that_names_it(browser):
    with served(a_ledger()) as address:
        page = browser.new_page()
        page.goto(f"{address}{PATH}")
        outcomes = page.evaluate(DOCUMENTS)
        page.close()

    assert outcomes == ["verified", "contradicted", "missing", "contradicted", "unknown"]
