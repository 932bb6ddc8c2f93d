"""What a host holds in the hand while on air, in a real browser: it is driven by thumb, and stays true."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from scripts.screenshots import CHROMIUM, PHONE
from tests.api.hosting import hosting
from traceability.live.room import Phase

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian package chromium is missing"),
]
NEXT = "#part-next button"
HOSTILE = "<img src=x onerror=alert(1)>“今早刚摘”"


@pytest.fixture(scope="module")
def served_rooms():
    with hosting() as room:
        yield room


@pytest.fixture
def room(served_rooms):
    return served_rooms.another(HOSTILE)


@pytest.fixture
def page(browser, room):
    """Signed in by the link that the host was given."""
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(f"{room.url}?lang=en#{room.key}")
    page.wait_for_selector(NEXT)
    yield page
    context.close()


def settle(page):
    """Nobody's thumb is so fast: a button that has just come is not pressed yet."""
    page.wait_for_timeout(450)


def test_the_key_of_the_link_is_in_no_address_and_the_page_is_the_rooms(page, room):
    [cookie] = page.context.cookies()
    page.route("**/sign-in?*", lambda route: route.fulfill(status=204))
    page.goto("about:blank")
    page.goto(f"{room.url}#{room.key}", wait_until="commit")
    page.wait_for_url(lambda url: "#" not in url, wait_until="commit")

    assert urlsplit(page.url).fragment == ""
    assert page.evaluate("document.cookie") == ""
    assert not [url for url in page.asked if "glive_" in url]
    assert (cookie["value"], cookie["httpOnly"], cookie["sameSite"]) == (room.key, True, "Strict")


def test_one_thumb_moves_on_hides_a_card_and_goes_on_air_only_with_a_second_thought(page, room):
    settle(page)
    page.dblclick(NEXT)
    expect(page.locator(".queue .is-on")).to_contain_text("红颜草莓")
    after_two_taps = room.room.current.name
    room.director.look()
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("红颜草莓 300 克")
    settle(page)
    page.click("button:has-text('Lab report')")
    expect(page.locator(".command.off")).to_contain_text("hidden")
    page.click(".air summary")
    page.click("text=Go on air now")
    without_agreeing = room.room.phase
    page.check("[name=agreed]")
    page.click("text=Go on air now")
    page.wait_for_selector(".phase.on_air .clock")

    assert after_two_taps == "红颜草莓"
    assert room.room.desk.hidden == {"lab"}
    assert (without_agreeing, room.room.phase) == (Phase.READY, Phase.ON_AIR)


def test_a_warning_comes_by_itself_and_is_answered_by_one_tap_while_somebody_types(page, room):
    rooms = room.studio.rooms
    rooms.show(room.code, room.room.offers[0].code)
    rooms.go_on_air(room.code)
    page.wait_for_selector("#point")
    page.fill("#point", "half a sentence")
    rooms.show_cards(room.code, {"lab": False})
    room.say(HOSTILE)
    warning = page.locator(".warning.level-3")
    expect(warning).to_contain_text("The records say otherwise")
    expect(page.locator(".command.off")).to_contain_text("Lab report")
    typed_in = page.evaluate("document.activeElement.id")
    settle(page)
    warning.locator("text=I correct it").click()
    expect(page.locator(".warning.answered")).to_contain_text("You corrected it")

    assert page.input_value("#point") == "half a sentence"
    assert typed_in == "point"
    assert room.studio.warnings.time_out(room.room).desk.correction is not None
    assert page.locator("main img").count() == 0
    assert HOSTILE in page.inner_text("#part-said")


def test_without_a_network_the_page_says_so_and_no_command_is_lost(page, room):
    settle(page)
    page.context.set_offline(True)
    page.click(NEXT)
    expect(page.locator("#sent .failed")).to_contain_text("Not carried out: Next: 红颜草莓")
    expect(page.locator("#sent .lost")).to_contain_text("What stands here is old.")
    while_away = room.room.current
    page.context.set_offline(False)
    page.click("#sent >> text=Try again")
    expect(page.locator(".queue .is-on")).to_contain_text("红颜草莓")

    assert while_away is None
    expect(page.locator("#sent p")).to_have_count(0)


def test_a_link_that_is_shown_once_is_copied_by_one_tap(browser, served_rooms):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    context.request.post(f"{served_rooms.address}/live/sign-in", form={"token": "capture"})
    page = context.new_page()
    page.goto(f"{served_rooms.address}/live?lang=en")
    page.fill("#title", "Apples tonight")
    page.fill("#host", "Li")
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("button", name="Copy").first.click()

    expect(page.get_by_role("button", name="Copied")).to_have_count(1)
    assert "/control#glive_" in page.evaluate("navigator.clipboard.readText()")
    context.close()
