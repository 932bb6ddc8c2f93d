"""A room's overlay in a browser: each state in its area on clear ground, the code read off a poor stream."""

import json
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageFilter
from playwright.sync_api import sync_playwright

from api.room_scene import RoomScenes
from scripts.screenshots import ARGUMENTS, CANVAS, CHROMIUM
from tests.api.hosting import hosting
from tests.api.samples import NOW, SUBJECT, a_cabinet, a_trace, in_every_state
from traceability.live.room import Correction, Desk, Offer, Phase, Point, Room

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian package chromium is missing"),
]

NOW_MS = round(NOW.timestamp() * 1000)
HOST = "https://guoji.example"
SAFE = {"vertical": (40, 250, 840, 1250), "horizontal": (0, 0, 1920, 1080)}
"""Left, top, right and bottom between which an app puts none of its own buttons."""
BLUR_PX, TILT = 0.8, 0.06
POINTS = (Point(1, "示范草莓园三号地采收，冷链记录可查"), Point(2, "每一步都有记录"))
ROOM = Room(
    "7K2M9Q",
    "urn:uuid:8c1e4a9e-7d3f-4f0f-9d6e-2b5c1a7d9e10",
    "9521234000013",
    "小禾",
    "草莓专场",
    "zh-CN",
    NOW_MS,
    Phase.ON_AIR,
    offers=(Offer("7K3QXA", SUBJECT, "红颜草莓", POINTS),),
    desk=Desk(offer="7K3QXA"),
)
CORRECTED = Correction(7, "更正：本批采收于 11 月 11 日，并非今早。", NOW_MS + 20_000)
LONG = {"zh": "红颜草莓特级精选礼盒装" * 12, "en": "Unbreakablelongname" * 10}


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def shown(room=ROOM, trace=None):
    return RoomScenes(HOST)(room, trace or a_trace(curves=(a_cabinet(),)), NOW_MS).state


def with_desk(**fields):
    return replace(ROOM, desk=replace(ROOM.desk, **fields))


def every_state():
    yield from ((name, shown(trace=trace)) for name, trace in in_every_state().items())
    yield "english", shown(replace(ROOM, lang="en"), a_trace())
    yield "stale", shown(trace=a_trace(curves=(a_cabinet(age_s=4_000),)))
    yield "hostile", shown(trace=a_trace(product=LONG, origin=LONG))
    yield "points", shown(with_desk(points=frozenset({1, 2})))
    yield "corrected", shown(with_desk(correction=CORRECTED), a_trace())
    yield "rehearsal", shown(replace(ROOM, phase=Phase.REHEARSAL))
    yield "hidden", shown(with_desk(hidden=frozenset({"cold", "facts", "lab", "qr"})))


def drawn(page, address, code, layout, state):
    """The overlay's page on its canvas, once it shows `state`."""
    page.set_viewport_size(CANVAS[layout])
    event = f"data: {json.dumps(state)}\n\n"
    page.unroute("**/events*")
    page.route("**/events*", lambda route: route.fulfill(content_type="text/event-stream", body=event))
    page.goto(f"{address}/live/{code}/overlay?layout={layout}")
    page.wait_for_selector(
        f"html[data-shown={'goods' if state['product'] else 'nothing'}][data-hide]", state="attached"
    )
    if state["product"]:
        page.wait_for_function(
            "word => document.querySelector('[data-text=word]').textContent === word",
            arg=state["product"]["word"],
        )
    return page


def boxes_of(page):
    boxes = [card.bounding_box() for card in page.locator(".card:visible").all()]
    return [(box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]) for box in boxes]


def picture_of(page):
    return Image.open(BytesIO(page.screenshot(omit_background=True)))


@pytest.mark.parametrize("layout", CANVAS)
def test_in_every_state_the_cards_lie_apart_inside_their_area_on_a_clear_ground(browser, layout):
    left, top, right, bottom = SAFE[layout]
    faults = []
    with hosting() as desk:
        page = browser.new_page()
        for name, state in every_state():
            boxes = boxes_of(drawn(page, desk.address, desk.code, layout, state))
            for i, a in enumerate(boxes):
                if a[0] < left or a[1] < top or a[2] > right + 0.5 or a[3] > bottom + 0.5:
                    faults.append((name, "outside", a))
                faults += [
                    (name, "over", a, b)
                    for b in boxes[:i]
                    if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
                ]
            picture, (x0, y0, x1, _) = picture_of(page), boxes[0]
            if picture.getpixel((5, 5))[3] or picture.getpixel((int(x0 + x1) // 2, int(y0 + 9)))[3] != 255:
                faults.append((name, "ground", boxes[0]))
        state = shown(with_desk(offer=None))
        drawn(page, desk.address, desk.code, layout, state | {"product": None})
        nothing = picture_of(page).getchannel("A").getextrema()
        page.close()

    assert faults == []
    assert nothing == (0, 0)


def streamed(picture, folder):
    """The last frame of a second of it over a moving, noisy ground, at 400 kbit/s."""
    picture.save(folder / "overlay.png")
    ground = f"testsrc2=size={picture.width}x{picture.height}:rate=25:duration=1,noise=alls=30:allf=t"
    mixed = ["-f", "lavfi", "-i", ground, "-i", folder / "overlay.png", "-filter_complex", "overlay"]
    rate = ["-b:v", "400k", "-maxrate", "400k", "-bufsize", "400k", "-pix_fmt", "yuv420p"]
    coder = ["-c:v", "libx264", "-preset", "veryfast", *rate]
    run = ["ffmpeg", "-v", "error", "-y"]
    subprocess.run([*run, *mixed, *coder, folder / "stream.mp4"], check=True)
    last = ["-sseof", "-0.1", "-i", folder / "stream.mp4", "-update", "1", folder / "frame.png"]
    subprocess.run([*run, *last], check=True)
    return Image.open(folder / "frame.png").convert("L")


def seen_by_a_second_phone(frame):
    """On a phone's screen of 1170 pixels, held a little askew, out of focus, noisy, as a JPEG."""
    width, height = 1170, round(1170 * frame.height / frame.width)
    screen = frame.resize((width, height), Image.Resampling.BILINEAR)
    askew = (1, TILT, 0, TILT / 2, 1, 0, TILT / width, 0)
    photo = screen.transform(screen.size, Image.Transform.PERSPECTIVE, askew)
    blurred = photo.filter(ImageFilter.GaussianBlur(BLUR_PX))
    noisy = Image.blend(blurred, Image.effect_noise(blurred.size, 60), 0.15)
    file = BytesIO()
    noisy.save(file, "JPEG", quality=60)
    return Image.open(file)


@pytest.mark.parametrize("layout", CANVAS)
def test_the_code_is_read_off_a_second_phone_after_400_kbit_a_second(browser, layout, tmp_path):
    with hosting() as desk:
        page = browser.new_page()
        picture = picture_of(drawn(page, desk.address, desk.code, layout, shown()))
        page.close()

    photo = seen_by_a_second_phone(streamed(picture, tmp_path))

    assert [found.text for found in zxingcpp.read_barcodes(photo)] == ["HTTPS://GUOJI.EXAMPLE/S/7K3QXA"]
