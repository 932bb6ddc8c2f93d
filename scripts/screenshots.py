"""Takes a picture of every page in every state, from samples, with the browser of the machine.

Run from the top of the repository: python -m scripts.screenshots FOLDER
Those that the docs show are also put, small, into docs/screenshots.
"""

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.api.every_page import every_page
from tests.api.hosting import hosting
from tests.api.overlay_states import CANVAS, every_state, opened, rooms_by_language, tell
from tests.api.samples import PATH, in_every_state
from tests.api.serving import SampleLedger, served
from tests.api.shown import Shown

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
SMALL = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}
DOCS = Path(__file__).parents[1] / "docs" / "screenshots"
IN_DOCS = {
    "trace-verified-zh-CN": "trace-zh",
    "trace-recalled-zh-CN": "recalled-zh",
    "item-zh-CN": "item-zh",
    "item-scanned-zh-CN": "scanned-zh",
    "not-issued-zh-CN": "not-issued-zh",
    "farm-zh-CN": "farm-zh",
    "verify-verified-en": "verify-en",
    "live-control-zh-CN": "live-control-zh",
}
"""Pictures of what a phone shows, by the name of their copy."""
FROM = {"item-scanned": "[aria-labelledby=copied]", "verify-verified": ".verdict"}
"""Selectors of what is told in the docs, where it is not at the top of its page."""
OVERLAYS_IN_DOCS = {
    "room-verified-horizontal": (0, 480, 1920, 1080),
    "room-verified-vertical": (0, 200, 900, 1300),
}
"""What of an overlay's canvas is in the docs: left, top, right and bottom."""
GROUND = "#6b7681"
"""In the place of a camera's picture."""
MOST_COLOURS = 128


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context()
        page = context.new_page()
        for shown in every_page(context):
            for lang in ("zh-CN", "en"):
                _take(page, shown, lang, folder)
            if shown.comes_large:
                _print(context, shown, folder)
        for state, trace in in_every_state().items():
            with served(SampleLedger({trace.subject: trace})) as address:
                _overlays(browser, address, folder, state)
        _overlays_of_rooms(browser, folder)
        browser.close()


def _take(page: Page, shown: Shown, lang: str, folder: Path) -> None:
    """By day and by night, on a phone and a desk, in usual and in large type."""
    name = f"{shown.name}-{lang}"
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page.emulate_media(color_scheme="light")
    shown.open(page, lang)
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    if name in IN_DOCS:
        _keep(page, FROM.get(shown.name, "body"), DOCS / f"{IN_DOCS[name]}.png")
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=folder / f"{name}-dark.png", full_page=True)
    page.emulate_media(color_scheme="light", forced_colors="active")
    page.screenshot(path=folder / f"{name}-contrast.png", full_page=True)
    page.emulate_media(forced_colors="none")
    page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})
    page.screenshot(path=folder / f"{name}-desk.png", full_page=True)
    if shown.comes_large:
        page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
        shown.open(page, lang, large=True)
        page.screenshot(path=folder / f"{name}-large.png", full_page=True)


def _keep(page: Page, selector: str, file: Path) -> None:
    """What a phone shows from there on, in few colours: it is read on a page, beside words."""
    page.locator(selector).first.evaluate("element => element.scrollIntoView()")
    with Image.open(BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").quantize(MOST_COLOURS).save(file, optimize=True)


def _keep_overlay(file: Path) -> None:
    """On a ground of its own, at half its size."""
    with Image.open(file) as picture:
        ground = Image.new("RGBA", picture.size, GROUND)
        ground.alpha_composite(picture.convert("RGBA"))
    part = ground.convert("RGB").crop(OVERLAYS_IN_DOCS[file.stem])
    small = part.resize((part.width // 2, part.height // 2), Image.Resampling.LANCZOS)
    small.quantize(MOST_COLOURS).save(
        DOCS / f"{file.stem.replace('room-verified', 'overlay')}.png", optimize=True
    )


def _print(context: BrowserContext, shown: Shown, folder: Path) -> None:
    page = context.new_page()
    shown.open(page, "zh-CN")
    page.pdf(path=folder / f"{shown.name}-zh-CN.pdf", prefer_css_page_size=True)
    page.close()


def _overlays(browser: Browser, address: str, folder: Path, state: str) -> None:
    for layout, canvas in CANVAS.items():
        page = browser.new_page(viewport={"width": canvas["width"], "height": canvas["height"]})
        page.goto(f"{address}/overlay{PATH}?layout={layout}&lang=zh-CN")
        page.screenshot(path=folder / f"overlay-{state}-{layout}.png", omit_background=True)
        page.close()


def _overlays_of_rooms(browser: Browser, folder: Path) -> None:
    with hosting() as desk:
        for lang, code in rooms_by_language(desk).items():
            for layout in CANVAS:
                page = opened(browser.new_page(), desk.address, code, layout)
                for name, state in every_state():
                    if state["lang"] == lang:
                        tell(page, state)
                        file = folder / f"room-{name}-{layout}.png"
                        page.screenshot(path=file, omit_background=True)
                        if file.stem in OVERLAYS_IN_DOCS:
                            _keep_overlay(file)
                page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
