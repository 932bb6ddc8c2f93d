"""The farmer's page in a real browser: signing in by a link, an alert, a harvest with its photo."""

from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from scripts.screenshots import ARGUMENTS, CHROMIUM, DESK, PHONE, SMALL
from tests.api.farming import GTIN, PARTY, Farming, a_full_farm
from tests.api.serving import served
from traceability.own_store import open_store
from traceability.settings import Settings
from traceability.upkeep.installation import make

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian package chromium is missing"),
]

PHOTO = b"\xff\xd8\xff\xe0 a punnet of strawberries"
WORDS = {
    "en": {"seen": "I am on my way", "by": "Entered by a person", "recorded": "Recorded"},
    "zh-CN": {"seen": "我这就去看", "by": "人工录入", "recorded": "已记录"},
}

CONTRAST = """() => {
    const parts = (color) => color.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const under = (node) => {
        for (; node; node = node.parentElement) {
            const color = parts(getComputedStyle(node).backgroundColor);
            if (color.length === 3 || color[3] === 1) return color;
        }
        return [255, 255, 255];
    };
    const weak = [];
    for (const node of document.querySelectorAll("body *")) {
        const says = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
        if (!says || !node.checkVisibility() || node.closest("svg")) continue;
        const [a, b] = [light(parts(getComputedStyle(node).color)), light(under(node))].sort((x, y) => y - x);
        const ratio = (a + 0.05) / (b + 0.05);
        if (ratio < 4.5) weak.push(`${ratio.toFixed(2)} ${node.textContent.trim().slice(0, 40)}`);
    }
    return weak;
}"""
TAPPED = "a:visible, button:visible, select:visible, input:visible:not([type=file]), summary:visible"


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def farming(settings, store):
    return a_full_farm(Farming(settings, store))


@pytest.fixture
def address(farming):
    with served(farming.ledger, farm=farming.farm, public_url="http://farm.example") as address:
        yield address


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A farm that no test changes, with a key to it: its address, and the key."""
    settings = Settings.read({"GUOJI_HOME": str(tmp_path_factory.mktemp("farm") / "home")})
    make(settings)
    store = open_store(settings)
    farming = a_full_farm(Farming(settings, store))
    with served(farming.ledger, farm=farming.farm, public_url="http://farm.example") as address:
        yield address, farming.token()
    store.close()


def signed_in(browser, address, token, lang="en", **options):
    """A page that was opened by the link, with all that the browser complains about."""
    page = browser.new_context(**options).new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.goto(f"{address}/farm?lang={lang}#token={token}")
    page.wait_for_selector(".head")
    return page


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_a_farmer_signs_in_acknowledges_and_records_a_harvest_with_a_photo(
    browser, farming, address, lang, size, tmp_path
):
    words = WORDS[lang]
    (tmp_path / "punnet.jpg").write_bytes(PHOTO)
    options = {"viewport": size, "timezone_id": "Asia/Kathmandu"}
    page = signed_in(browser, address, farming.token(), lang, **options)
    assert "token" not in page.url

    page.get_by_role("button", name=words["seen"]).click()
    page.wait_for_selector(".alert .said")
    assert words["seen"] in page.locator(".alert .said").first.inner_text()

    page.locator(".btn").first.click()
    assert page.locator("#zone").inner_text() == "UTC+05:45"
    now = page.input_value("#at")
    for at in ("2026-03-04T05:06", now):
        page.fill("#at", at)
        page.locator("#at").dispatch_event("change")
        assert f"-{at[2:10].replace('-', '')}" in page.locator("#lot-hint").inner_text()
    page.fill("#weight", "125.5")
    page.fill("#lot", "PHOTO-1")
    page.set_input_files("#picture", tmp_path / "punnet.jpg")
    expect(page.locator("[name=photo]")).not_to_have_value("")
    with page.expect_download() as download:
        page.locator("#photo a").click()
    assert download.value.path().read_bytes() == PHOTO
    page.locator("#harvest button").click()
    page.locator("form[action*=record] .btn").first.click()
    page.wait_for_url("**/farm/harvest/*")
    assert page.locator("h1").inner_text() == words["recorded"]

    page.goto(f"{address}/01/{GTIN}/10/PHOTO-1?lang={lang}")
    assert words["by"] in page.locator(".steps").inner_text()
    event = farming.store.events.harvests_of(PARTY, 1)[0].event
    assert event.body["guoji:photo"] == sha256(PHOTO).hexdigest()
    assert event.body["eventTimeZoneOffset"] == "+05:45"
    assert [text for text in page.complaints if "Content Security" in text] == []
    page.context.close()


def test_all_of_it_works_without_scripts_but_for_the_photo(browser, farming, address):
    page = browser.new_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(f"{address}/farm?lang=en")
    page.fill("#token", farming.token())
    page.click("#sign-in button")
    page.get_by_role("button", name="It is mended").click()
    assert "It is mended" in page.locator(".alert .said").first.inner_text()

    page.get_by_role("link", name="Record a harvest").click()
    assert not page.locator("#photo").is_visible()
    assert page.locator("#zone").inner_text() == "UTC+08:00"
    page.click("#harvest button")
    assert page.locator("#weight-error").is_visible()
    page.fill("#weight", "3")
    page.click("#harvest button")
    page.get_by_role("button", name="Change something").click()
    assert page.input_value("#weight") == "3"
    page.click("#harvest button")
    page.get_by_role("button", name="Record it").click()
    page.get_by_role("link", name="Show the page of this lot").click()
    assert "Entered by a person" in page.locator(".steps").inner_text()

    page.goto(f"{address}/farm?lang=en")
    page.get_by_role("button", name="Sign out").click()
    assert page.locator("#sign-in").is_visible()
    page.context.close()


def test_a_wrong_key_in_a_link_says_so_and_leaves_the_address_bar(browser, sample):
    page = browser.new_page()
    page.goto(f"{sample[0]}/farm?lang=en#token=guoji_wrong")

    page.wait_for_selector("[role=alert]")
    assert "does not open this page" in page.locator("[role=alert]").inner_text()
    assert "guoji_wrong" not in page.url
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_every_page_fits_a_small_phone_and_can_be_read_and_tapped(browser, sample, lang, scheme):
    page = signed_in(browser, *sample, lang, viewport=SMALL, color_scheme=scheme)
    for path in ("/farm", "/farm/devices/cold-1", "/farm/devices/truck-1", "/farm/harvest"):
        page.goto(f"{sample[0]}{path}?lang={lang}")
        for folded in page.locator("summary:visible").all():
            folded.click()

        assert page.evaluate("document.documentElement.scrollWidth") == 320, path
        assert page.evaluate(CONTRAST) == [], path
        sizes = [
            (tapped.bounding_box()["height"], tapped.inner_text()) for tapped in page.locator(TAPPED).all()
        ]
        assert [text for height, text in sizes if height < 31] == [], path
    assert page.locator("html").get_attribute("lang") == lang
    page.context.close()


def test_the_keyboard_reaches_the_alert_and_the_form(browser, sample):
    page = signed_in(browser, *sample, viewport=PHONE)
    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText"))

    assert reached[2:4] == ["Record a harvest", "I am on my way"]
    page.context.close()


def test_news_come_by_themselves_and_without_a_network_the_page_says_how_old_it_is(browser, farming, address):
    page = browser.new_context(viewport=PHONE).new_page()
    page.clock.install()
    page.goto(f"{address}/farm?lang=en#token={farming.token()}")
    page.wait_for_selector(".head")
    farming.send("station-3", 0, air_temperature=30.5)

    page.clock.run_for(61_000)
    page.wait_for_selector("text=30.5 °C")
    page.context.set_offline(True)
    page.clock.run_for(61_000)
    page.wait_for_selector(".away:visible")
    assert page.locator(".away").inner_text().startswith("No connection since")
    page.context.set_offline(False)
    page.clock.run_for(61_000)
    page.wait_for_selector(".away", state="hidden")
    page.context.close()
