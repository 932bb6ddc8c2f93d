"""A phone checks the page of an installation that runs, on its own test chain, and sees what was changed."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from scripts.screenshots import ARGUMENTS, CHROMIUM
from tests.builders import LOT, START
from tests.system.running import STORY

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian package chromium is missing")


@pytest.fixture(scope="module")
def told(installed):
    """An installation that holds a story with readings, all of it anchored."""
    running = installed()
    running.up()
    running.capture(*STORY)
    device = running.device("logger-1")
    taken_at_ms = round(START.timestamp() * 1000) + 4 * 3_600_000
    for number in range(20):
        device.send(taken_at_ms + number * 60_000, {"air_temperature": number / 10})
    device.settle(60)
    device.close()
    running.wait_until_anchored()
    return running


@pytest.fixture
def page():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser.new_page()
        browser.close()


def checked(page, running):
    """State, word and icons of the steps that have something to check, once the phone has checked."""
    page.goto(f"http://127.0.0.1:{running.settings.http_port}{urlsplit(LOT).path}?lang=en")
    page.wait_for_selector("html[data-checked]", state="attached", timeout=60_000)
    steps = page.locator("[data-step]").filter(has_not_text="none in these records")
    icons = {use.get_attribute("href") for use in steps.locator("use").all()}
    return page.locator("html").get_attribute("data-state"), page.locator(".verdict h2").inner_text(), icons


def test_the_phone_verifies_all_of_it_on_the_test_chain_itself(told, page):
    complaints, asked = [], set()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: asked.add(urlsplit(request.url).path))

    assert checked(page, told) == ("verified", "Verified", {"#dot-checked"})
    assert complaints == []
    assert "/chain" not in asked


def test_the_phone_sees_a_change_on_its_way(told, page):
    proof = told.proof()
    proof["proofs"][0]["event"]["eventTime"] = "2026-11-20T06:00:01.000Z"
    page.route("**/proof?*", lambda route: route.fulfill(body=json.dumps(proof)))

    state, word, icons = checked(page, told)

    assert (state, word) == ("contradicted", "Do not trust this record")
    assert "#dot-contradicted" in icons


def test_a_phone_that_reaches_the_chain_by_the_operator_alone_verifies_nothing(told, page):
    endpoint = next(
        line.split()[1] for line in told.get("/trust").splitlines() if line.startswith("endpoint")
    )
    page.route(f"{endpoint}/**", lambda route: route.abort())

    state, word, _ = checked(page, told)

    assert (state, word) == ("unknown", "Not checked")
    assert "via the operator" in page.locator(".verdict h2 + p").inner_text()
