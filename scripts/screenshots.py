"""Takes a picture of every page in every state, from sample traces, with the browser of the machine.

Run from the top of the repository: python -m scripts.screenshots FOLDER
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from tests.api.checked import PATH as CHECKED_PATH
from tests.api.checked import VectorChain, a_ledger, an_endpoint
from tests.api.farming import Farming, a_full_farm
from tests.api.samples import PATH, in_every_state, single_things
from tests.api.serving import SampleLedger, served
from traceability.own_store import open_store
from traceability.settings import Settings
from traceability.upkeep.installation import make

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
CANVAS = {"vertical": {"width": 1080, "height": 1920}, "horizontal": {"width": 1920, "height": 1080}}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, trace in single_things().items():
            with served(SampleLedger({trace.subject: trace})) as address:
                _variants(browser, f"{address}{urlsplit(trace.subject).path}", folder, name)
        for state, trace in in_every_state().items():
            with served(SampleLedger({trace.subject: trace})) as address:
                _traces(browser, address, folder, state)
                _overlays(browser, address, folder, state)
        with served(SampleLedger({})) as address:
            _others(browser, address, folder)
        with an_endpoint(VectorChain()) as endpoint:
            for state, ledger in _checked(endpoint).items():
                with served(ledger) as address:
                    _checks(browser, address, folder, state)
                    _verifier(browser, address, folder, state)
        with TemporaryDirectory() as home:
            _farm(browser, Settings.read({"GUOJI_HOME": home}), folder)
        browser.close()


def _traces(browser: Browser, address: str, folder: Path, state: str) -> None:
    """As the server says it: these samples have no proof that a phone could check."""
    for lang in ("zh-CN", "en"):
        url = f"{address}{PATH}?lang={lang}"
        _take(browser, url, folder / f"page-{state}-{lang}.png", PHONE, scripts=False)
        if state == "verified":
            _take(browser, url, folder / f"page-{state}-{lang}-full.png", PHONE, full=True, scripts=False)
            _take(browser, url, folder / f"page-{state}-{lang}-desk.png", DESK, full=True, scripts=False)
            _take(browser, url, folder / f"page-{state}-{lang}-dark.png", PHONE, dark=True, scripts=False)
            _take(browser, url, folder / f"page-{state}-{lang}-small.png", SMALL, full=True, scripts=False)


def _variants(browser: Browser, url: str, folder: Path, name: str) -> None:
    """An item or a box: as it is, in large type, and on paper."""
    for lang in ("zh-CN", "en"):
        plain, large = f"{url}?lang={lang}", f"{url}?lang={lang}&type=large"
        _take(browser, plain, folder / f"page-{name}-{lang}.png", PHONE, scripts=False)
        _take(browser, large, folder / f"page-{name}-{lang}-large.png", PHONE, full=True, scripts=False)
        page = browser.new_page()
        page.goto(plain)
        page.pdf(path=folder / f"page-{name}-{lang}.pdf", prefer_css_page_size=True)
        page.close()


def _checked(endpoint: str) -> dict[str, SampleLedger]:
    """What a phone's own check comes to, by what there is to check."""
    return {
        "checking": a_ledger(),
        "verified": a_ledger(endpoint=endpoint),
        "contradicted": a_ledger("lie-trace-with-one-lie", endpoint=endpoint),
        "via-operator": a_ledger(chain=VectorChain()),
        "chain-away": a_ledger(),
        "no-scripts": a_ledger(),
    }


def _checks(browser: Browser, address: str, folder: Path, state: str) -> None:
    for lang in ("zh-CN", "en"):
        context = browser.new_context(
            viewport={"width": PHONE["width"], "height": PHONE["height"]},
            java_script_enabled=state != "no-scripts",
        )
        page = context.new_page()
        if state == "checking":
            page.route("**/proof*", lambda route: None)
        page.goto(f"{address}{CHECKED_PATH}?lang={lang}", wait_until="load")
        if state not in ("checking", "no-scripts"):
            page.wait_for_selector("html[data-checked]", state="attached")
        page.wait_for_timeout(300)
        page.screenshot(path=folder / f"check-{state}-{lang}.png")
        page.locator(".checks").screenshot(path=folder / f"check-{state}-{lang}-steps.png")
        context.close()


def _verifier(browser: Browser, address: str, folder: Path, state: str) -> None:
    """The verifier's page over what this server holds, by the server's own word."""
    if state not in ("verified", "contradicted", "chain-away"):
        return
    for lang in ("zh-CN", "en"):
        for size, dark, name in ((PHONE, False, ""), (PHONE, True, "-dark"), (DESK, False, "-desk")):
            page = browser.new_page(
                viewport={"width": size["width"], "height": size["height"]},
                color_scheme="dark" if dark else "light",
            )
            page.goto(f"{address}/verify?lang={lang}#{address}{CHECKED_PATH}")
            page.click("#link-form button")
            page.wait_for_selector("#proof-said p")
            page.click("#own-take")
            page.wait_for_selector("#policy-said p")
            page.click("#check")
            page.wait_for_selector("#verdict")
            page.evaluate("document.querySelector('.verdict').scrollIntoView()")
            page.screenshot(path=folder / f"verify-{state}-{lang}{name}.png")
            page.close()


def _farm(browser: Browser, settings: Settings, folder: Path) -> None:
    make(settings)
    store = open_store(settings)
    farming = a_full_farm(Farming(settings, store))
    token = farming.token()
    with served(farming.ledger, farm=farming.farm, public_url="http://farm.example") as address:
        for lang in ("zh-CN", "en"):
            for size, name in ((PHONE, ""), (DESK, "-desk")):
                context = browser.new_context(viewport={"width": size["width"], "height": size["height"]})
                page = context.new_page()
                page.goto(f"{address}/farm?lang={lang}#token={token}")
                page.wait_for_selector(".head")
                page.screenshot(path=folder / f"farm-{lang}{name}.png", full_page=bool(name))
                page.goto(f"{address}/farm/harvest?lang={lang}")
                page.screenshot(path=folder / f"farm-harvest-{lang}{name}.png", full_page=True)
                context.close()
    store.close()


def _overlays(browser: Browser, address: str, folder: Path, state: str) -> None:
    for layout, canvas in CANVAS.items():
        url = f"{address}/overlay{PATH}?layout={layout}&lang=zh-CN"
        _take(browser, url, folder / f"overlay-{state}-{layout}.png", canvas, transparent=True)


def _others(browser: Browser, address: str, folder: Path) -> None:
    for lang in ("zh-CN", "en"):
        _take(browser, f"{address}/?lang={lang}", folder / f"landing-{lang}.png", PHONE)
        _take(browser, f"{address}{PATH}?lang={lang}", folder / f"unknown-lot-{lang}.png", PHONE)
        _take(browser, f"{address}/01/123/10/A?lang={lang}", folder / f"bad-link-{lang}.png", PHONE)


def _take(
    browser: Browser,
    url: str,
    file: Path,
    size: dict[str, int],
    full: bool = False,
    dark: bool = False,
    transparent: bool = False,
    scripts: bool = True,
) -> None:
    page = browser.new_page(
        viewport={"width": size["width"], "height": size["height"]},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
    )
    page.on(
        "console", lambda message: print(f"{file.name}: {message.text}") if message.type == "error" else None
    )
    page.goto(url, wait_until="load")
    page.wait_for_timeout(300)
    page.screenshot(path=file, full_page=full, omit_background=transparent)
    page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
