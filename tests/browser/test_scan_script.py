"""The script of an item's page in Chromium: it tells of a look that somebody takes, of a place if asked."""

from pathlib import Path

import brotli
import pytest
from playwright.sync_api import sync_playwright

from api.scan_visit import ScanDesk
from scripts.screenshots import ARGUMENTS, CHROMIUM, SMALL
from tests.api.serving import SampleLedger, served
from tests.api.test_scans import GTIN, ITEM, KEY, NOW_MS, PATH, SERIAL, TRACE
from tests.browser.running import PROJECT
from tests.ledger.fake_scans import FakeScans
from traceability.gs1 import serials
from traceability.ledger.scan import Cell
from traceability.ledger.scans import SAME_PRESS_MS, Scans

SCRIPT = PROJECT / "api" / "static" / "scan.js"
AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
MOST_BYTES = 1_500
HANGZHOU = {"latitude": 30.2741, "longitude": 120.1551}
CODE = serials.scratch_code(KEY, GTIN, SERIAL)
ANSWER = "#scans > .scan-answer[data-is]"
in_chromium = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian package chromium is missing")


def test_the_script_is_small():
    assert len(brotli.compress(SCRIPT.read_bytes())) < MOST_BYTES


@pytest.mark.slow
@in_chromium
def test_a_look_is_told_once_and_only_by_a_page_that_somebody_sees():
    later, store, ledger = [0], FakeScans(), SampleLedger({ITEM: TRACE})
    scans = Scans(store, ledger.trace, KEY, 30, lambda: NOW_MS + later[0])
    with (
        served(ledger, scan_desk=ScanDesk(scans, has_scratch_codes=True)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        url = f"{address}{PATH}?lang=en"
        without = browser.new_context(java_script_enabled=False).new_page()
        without.goto(url)
        assert without.locator("#scans button, #scans form").filter(visible=True).count() == 0
        assert "without it this look is not counted" in without.locator("#scans").inner_text()

        here = browser.new_context(geolocation=HANGZHOU, permissions=["geolocation"], viewport=SMALL)
        hidden = here.new_page()
        hidden.add_init_script("Object.defineProperty(document, 'visibilityState', { value: 'hidden' })")
        sent = []
        here.on("request", lambda each: sent.append(each.post_data) if "/scans" in each.url else None)
        hidden.goto(url)
        page = here.new_page()
        page.goto(url)
        page.wait_for_selector(ANSWER)
        assert page.locator(ANSWER).inner_text() == "You are the first to open this code"
        page.get_by_role("button", name="Compare the place, too").click()
        page.wait_for_selector("#scans > button", state="hidden")
        page.get_by_label("Code under the scratch field").fill(
            serials.scratch_code(KEY, GTIN, SERIAL).lower()
        )
        page.keyboard.press("Enter")
        page.wait_for_selector("#scans form .scan-answer[data-is=first]")
        later[0] = SAME_PRESS_MS + 1
        page.keyboard.press("Enter")
        strip = page.wait_for_selector(".verdict + .strip.alert a")
        assert strip.inner_text() == "Right, but it was opened before"
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run('#scans', { runOnly: ['wcag2a', 'wcag2aa'] })")
        wide = page.evaluate("document.documentElement.scrollWidth")
        browser.close()

    [scan] = store.known[ITEM]
    assert (scan.posts, scan.cell) == (1, Cell(30, 120))
    code = f',"code":"{CODE.lower()}"'
    told = [f'{{"item":"{ITEM}"{more}}}' for more in ("", ',"cell":"30,120"', code, code)]
    assert sent == told
    assert [each["id"] for each in found["violations"]] == []
    assert wide <= SMALL["width"]
