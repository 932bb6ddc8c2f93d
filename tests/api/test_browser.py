"""The pages in a real browser: nothing is blocked, nothing overflows, and a dead connection is seen."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scripts.screenshots import CHROMIUM
from tests.api.samples import PATH, SUBJECT, a_trace, in_every_state, single_things
from tests.api.serving import SampleLedger, served

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian package chromium is missing"),
]


@pytest.mark.parametrize("path", [PATH, f"/overlay{PATH}", "/", "/01/1"])
def test_the_policy_blocks_nothing_of_ours_and_nothing_else_is_asked_for(browser, path):
    complaints, hosts = [], set()
    with served(SampleLedger({SUBJECT: a_trace()})) as address:
        page = browser.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        page.goto(address + path, wait_until="load")
        page.close()

    assert [text for text in complaints if "status of 400" not in text] == []
    assert hosts <= {address.removeprefix("http://"), ","}


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_nothing_is_wider_than_a_320_pixel_screen(browser, lang):
    for trace in in_every_state().values():
        with served(SampleLedger({SUBJECT: trace})) as address:
            page = browser.new_page(viewport={"width": 320, "height": 640})
            page.goto(f"{address}{PATH}?lang={lang}")
            for step in page.locator("summary").all():
                step.click()
            width = page.evaluate("document.documentElement.scrollWidth")
            page.close()

        assert width == 320


def test_on_paper_steps_are_told_in_short_which_is_said_and_no_card_lies_over_another(browser):
    item = single_things()["item"]
    with served(SampleLedger({item.subject: item})) as address:
        page = browser.new_page()
        page.goto(f"{address}{urlsplit(item.subject).path}?lang=en")
        page.emulate_media(media="print")
        verdict, this = (page.locator(each).bounding_box() for each in (".verdict", ".identity"))
        steps = page.locator("[aria-labelledby=steps]").inner_text()
        page.close()

    assert "On paper each step is told in short" in steps
    assert "Fingerprint of the record" not in steps
    assert this["y"] >= verdict["y"] + verdict["height"]


def test_the_page_is_whole_without_scripts(browser):
    with served(SampleLedger({SUBJECT: a_trace()})) as address:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{address}/overlay{PATH}?lang=en")
        shown = page.locator("[data-text='cold.value']").inner_text()
        context.close()

    assert shown == "2.3"


@pytest.mark.parametrize("canvas", [(1080, 1920), (1920, 1080)])
def test_the_overlay_covers_nothing_outside_its_cards(browser, canvas):
    with served(SampleLedger({SUBJECT: a_trace()})) as address:
        page = browser.new_page(viewport={"width": canvas[0], "height": canvas[1]})
        page.goto(f"{address}/overlay{PATH}")
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        boxes = [card.bounding_box() for card in page.locator(".card:visible").all()]
        page.close()

    assert background == "rgba(0, 0, 0, 0)"
    assert len(boxes) == 5
    for index, a in enumerate(boxes):
        for b in boxes[:index]:
            apart_x = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
            apart_y = a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
            assert apart_x or apart_y


def test_the_overlay_greys_its_value_when_the_server_falls_silent_and_recovers(browser):
    ledger = SampleLedger({SUBJECT: a_trace()})
    page = browser.new_page()
    with served(ledger, live_every_s=0.2) as address:
        page.goto(f"{address}/overlay{PATH}?lang=en")
        page.wait_for_selector("html[data-fresh=live]", state="attached")
        page.route("**/events*", lambda route: route.fulfill(status=502))
        ledger.silent = True
        page.wait_for_selector("html[data-fresh=stale][data-silent]", state="attached", timeout=60_000)
        assert "no connection" in page.inner_text("[data-text=claim]")
        age = page.inner_text("[data-text='cold.age']")
        page.wait_for_timeout(6_000)  # long enough for a new connection to meet the 502
        ledger.silent = False
        page.unroute("**/events*")
        page.wait_for_selector("html[data-fresh=live]", state="attached", timeout=60_000)
    page.close()

    assert age.endswith(" ago")
