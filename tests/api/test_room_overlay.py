"""A room's overlay in a browser: each state in its area on clear ground, the code read off a poor stream."""

import shutil
from io import BytesIO
from itertools import combinations
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from scripts.code_on_air import seen_by_a_second_phone, streamed
from scripts.screenshots import CHROMIUM
from tests.api.hosting import hosting
from tests.api.overlay_states import (
    CANVAS,
    every_state,
    nothing_on,
    opened,
    rooms_by_language,
    tell,
    told,
    with_desk,
)
from tests.api.test_accessibility import AXE, FIND_FAULTS, RULES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian package chromium is missing"),
]

SAFE = {"vertical": (40, 250, 840, 1250), "horizontal": (0, 0, 1920, 1080)}
"""Left, top, right and bottom between which an app puts none of its own buttons."""
BOXES = """[...document.querySelectorAll('.card')].map(card => card.getBoundingClientRect())
    .filter(box => box.width).map(box => [box.left, box.top, box.right, box.bottom])"""


@pytest.fixture(scope="module")
def desk():
    with hosting() as desk:
        yield desk


@pytest.fixture
def page(browser):
    page = browser.new_page()
    yield page
    page.close()


def faults(boxes, area):
    """Cards that leave their area, or lie on one another."""
    left, top, right, bottom = area
    yield from (a for a in boxes if a[0] < left or a[1] < top or a[2] > right + 0.5 or a[3] > bottom + 0.5)
    yield from (
        (a, b)
        for a, b in combinations(boxes, 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    )


def alpha(page):
    return Image.open(BytesIO(page.screenshot(omit_background=True))).getchannel("A")


@pytest.mark.parametrize("layout", CANVAS)
def test_in_every_state_the_cards_lie_apart_in_their_area_on_clear_ground(page, desk, layout):
    found = []
    for lang, code in rooms_by_language(desk).items():
        opened(page, desk.address, code, layout)
        for name, state in every_state():
            if state["lang"] == lang:
                tell(page, state)
                boxes = page.evaluate(BOXES)
                found += [(name, fault) for fault in faults(boxes, SAFE[layout])] + [name] * (not boxes)
    tell(page, told())
    ground = alpha(page)
    x0, y0, x1, y1 = map(int, page.evaluate(BOXES)[0])
    inside = ground.crop((x0 + 30, y0 + 2, x1 - 30, y1 - 2)).getextrema()
    outside = ground.crop((0, 0, 1080, 200)).getextrema()
    for state in nothing_on().values():
        tell(page, state)
        outside += alpha(page).getextrema()

    assert found == []
    assert inside == (255, 255)
    assert set(outside) == {0}


def test_points_are_called_the_hosts_words_and_what_has_no_room_is_left_out_whole(page, desk):
    opened(page, desk.address, desk.code, "vertical")
    tell(page, told(with_desk(points=frozenset(range(1, 7)))))
    said = page.locator(".points").inner_text().split("\n")
    facts = page.locator(".facts").is_visible()
    tell(page, told(with_desk(hidden=frozenset({"qr"}))))
    codes = page.locator("svg.qr").is_visible(), page.locator(".code").inner_text()
    page.goto(f"{page.url}&qr=off")
    tell(page, told())

    assert said[0] == "主播说"
    assert [line for line in said if "1号卖点" in line]
    assert not facts
    assert not [line for line in said if "6号卖点" in line]
    assert codes == (False, "7K3QXA")
    assert not page.locator("svg.qr").is_visible()
    assert page.locator(".code").inner_text() == "7K3QXA"


def test_it_follows_its_room_without_a_reload_greys_in_silence_and_recovers_from_a_502(page, desk):
    rooms, code = desk.studio.rooms, desk.code
    first, second = (offer.code for offer in desk.room.offers)
    page.clock.install()
    page.goto(f"{desk.address}/live/{code}/overlay")
    strokes = []
    for offer in (first, second):
        rooms.show(code, offer)
        desk.director.look()
        expect(page.locator(".code")).to_have_text(offer)
        strokes.append(page.locator("svg.qr path").get_attribute("d"))
    page.route("**/events*", lambda route: route.fulfill(status=502))
    page.clock.fast_forward(11_000)
    expect(page.locator(".claim")).to_contain_text("连接中断")
    page.clock.fast_forward(5_000)
    page.unroute("**/events*")
    page.clock.fast_forward(30_000)

    expect(page.locator(".claim")).to_contain_text("本服务器声明")
    expect(page.locator("[data-text='cold.age']")).to_contain_text("信号中断")
    assert strokes[0] != strokes[1]


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is missing; npm ci brings it")
def test_what_it_shows_has_no_fault_that_axe_knows(page, desk):
    opened(page, desk.address, desk.code, "vertical")
    page.evaluate(AXE.read_text("utf-8"))
    states, found = dict(every_state()), {}
    for name in ("verified", "recalled", "stale", "corrected"):
        tell(page, states[name])
        found[name] = page.evaluate(FIND_FAULTS, RULES)

    assert found == {name: [] for name in found}


def test_an_age_goes_on_and_greys_by_itself_whatever_the_clock_of_the_browser_says(page, desk):
    page.clock.install(time="2001-01-01")
    opened(page, desk.address, desk.code, "vertical")
    page.clock.pause_at("2001-01-02")
    tell(page, told())
    age, said = page.locator("[data-text='cold.age']"), []
    for later_ms in (0, 5_000, 90_000):
        page.clock.run_for(later_ms)
        said.append((age.inner_text(), page.locator("html").get_attribute("data-fresh")))
    # Told once more by a server that stood still: no old state makes the value younger.
    for later_ms in (0, 60_000):
        page.clock.run_for(later_ms)
        page.evaluate("feed.onmessage(told)")
        said.append((age.inner_text(), page.locator("html").get_attribute("data-fresh")))

    assert said == [
        ("40 秒前", "live"),
        ("45 秒前", "live"),
        ("2 分钟前", "stale"),
        ("2 分钟前", "live"),
        ("信号中断 3 分钟", "stale"),
    ]


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="Debian package ffmpeg is missing")
@pytest.mark.parametrize("layout", CANVAS)
def test_the_code_is_read_off_a_second_phone_after_400_kbit_a_second(page, desk, layout, tmp_path):
    opened(page, desk.address, desk.code, layout)
    tell(page, told())
    picture = Image.open(BytesIO(page.screenshot(omit_background=True)))

    photo = seen_by_a_second_phone(streamed(picture, tmp_path, 400))

    assert [found.text for found in zxingcpp.read_barcodes(photo)] == ["HTTPS://GUOJI.EXAMPLE/S/7K3QXA"]
