"""Every page in a real browser: no fault that axe-core knows, narrow, by keys alone, shut to strangers."""

import re
from dataclasses import dataclass
from itertools import cycle, product
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from scripts.screenshots import ARGUMENTS, CHROMIUM, SMALL
from tests.api.every_page import every_page
from tests.api.samples import PATH, SUBJECT, a_trace
from tests.api.serving import SampleLedger, served

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FIND_FAULTS = """async (rules) => {
  const { violations } = await axe.run({ runOnly: rules, resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}"""
FIND_SMALL = """() => [...document.querySelectorAll("button, summary, select, .btn, .bar a, .top a")]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 43.9)
  .map((each) => each.outerHTML)"""
"""Main actions that are lower than a thumb is wide."""
LEFT_TO_SOAK = {
    *("trace-pending", "trace-new", "trace-unknown", "item", "box"),
    *("check-pending", "check-partly", "check-via-operator", "check-no-proof", "verify-chain-away"),
    *(
        "unknown-path",
        "bad-link-without-a-right-one",
        "never-activated",
        "withdrawn",
        "item-scratch-first",
        "item-opened",
    ),
    *("live-sign-in", "live-control-sign-in", "live-control-ready", "live-report", "live-control-ended"),
    *("import-sign-in", "recall-sign-in", "links", "farm-no-device", "harvest-wrong", "recall-refused"),
}
"""Pages whose like is among the others."""
WALKED = {"trace-recalled", "item-scanned", "verify", "landing", "farm", "import", "recall", "links-one"}
WATCH_FOCUS = """() => {
  const light = (colour) => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
    const [red, green, blue] = parts.map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  };
  const groundOf = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return colour === "rgba(0, 0, 0, 0)" ? groundOf(element.parentElement) : colour;
  };
  const reachable = "a[href], button, input:not([type=hidden]), select, summary, textarea";
  const shown = [...document.querySelectorAll(reachable)].filter((each) => each.checkVisibility());
  window.walked = [];
  addEventListener("focusin", ({ target }) => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(target);
    const [ring, ground] = [light(outlineColor), light(groundOf(target.parentElement))];
    const seen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    const contrast = Math.max(ring, ground) / Math.min(ring, ground);
    walked.push([shown.indexOf(target), seen && contrast >= 3 ? "seen" : target.outerHTML]);
  });
  return shown.length;
}"""
"""Gives how many things there are to reach; then each one that is reached goes into `walked`."""
COUNT_BLOCKED = """addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
  (window.blocked ??= []).push(`${effectiveDirective} ${blockedURI}`))"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian package chromium is missing"),
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is missing; npm ci brings it"),
]


@dataclass(frozen=True, slots=True)
class Look:
    """What was found on one page, in one language, on a light or dark ground, in usual or large type."""

    at: str
    faults: list[str]
    width: int
    small: list[str]
    policy: str
    asked: list[str]
    """Origins, its own first."""
    blocked: list[str]
    reached: list[tuple[int, str]] | None
    """By the key Tab: the place of each thing among all, and whether one sees that it has the focus."""


@pytest.fixture(scope="module")
def context():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(viewport=SMALL)
        context.add_init_script(COUNT_BLOCKED)
        yield context
        browser.close()


def looks_at(context, ways_of):
    """At every page in each of the ways (language, ground, large) that `ways_of` says of it."""
    page, axe, asked, policies = context.new_page(), AXE.read_text("utf-8"), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on(
        "response",
        lambda answer: answer.request.is_navigation_request() and policies.append(policy_of(answer)),
    )
    for shown in every_page(context):
        for lang, ground, large in ways_of(shown):
            page.emulate_media(color_scheme=ground)
            asked.clear()
            policies.clear()
            shown.open(page, lang, large)
            reached = walked(page) if shown.name in WALKED else None
            # The protocol of the developer tools puts it in: no policy stands in its way, and none was
            # loosened for it, as with Playwright's bypass_csp. A reader's browser obeys the same headers.
            page.evaluate(axe)
            yield Look(
                f"{shown.name} {lang} {ground}{' large' if large else ''}",
                page.evaluate(FIND_FAULTS, RULES),
                page.evaluate("document.documentElement.scrollWidth"),
                page.evaluate(FIND_SMALL),
                policies[-1],
                list(dict.fromkeys(origin(url) for url in asked if url.startswith("http"))),
                page.evaluate("window.blocked ?? []"),
                reached,
            )
    page.close()


def walked(page):
    for _ in range(page.evaluate(WATCH_FOCUS)):
        page.keyboard.press("Tab")
    return [tuple(each) for each in page.evaluate("walked")]


def policy_of(answer):
    return answer.headers["content-security-policy"]


def origin(url):
    return "{0.scheme}://{0.netloc}".format(urlsplit(url))


@pytest.fixture(scope="module")
def looks(context):
    """At most pages once; language, ground and size of type take turns."""
    turns = cycle(
        [("zh-CN", "light", False), ("en", "dark", True), ("zh-CN", "dark", True), ("en", "light", False)]
    )

    def in_turn(shown):
        if shown.name in LEFT_TO_SOAK:
            return []
        lang, ground, large = next(turns)
        return [(lang, ground, large and shown.comes_large)]

    return list(looks_at(context, in_turn))


def faults_of(looks):
    return {look.at: found for look in looks if (found := look.faults + look.small)}


def test_no_page_has_a_fault_that_axe_knows_or_an_action_too_small_for_a_thumb(looks):
    assert faults_of(looks) == {}


def test_no_page_is_wider_than_320_pixels(looks):
    """Which is also a desk of 1,280 pixels at 400 % zoom."""
    assert {look.at: look.width for look in looks if look.width > SMALL["width"]} == {}


def unlike_tab(looks):
    """Where it reaches something out of order, or unseen."""
    told = {look.at: look.reached for look in looks if look.reached}
    return {
        at: reached for at, reached in told.items() if reached != [(n, "seen") for n in range(len(reached))]
    }


@pytest.mark.soak
def test_no_page_has_a_fault_in_any_language_on_any_ground_in_any_type(context):
    def in_all(shown):
        return product(["zh-CN", "en"], ["light", "dark"], {False, shown.comes_large})

    looks = list(looks_at(context, in_all))

    assert faults_of(looks) == {}
    assert unlike_tab(looks) == {}
    assert {look.at: look.width for look in looks if look.width > SMALL["width"]} == {}


def test_no_page_asks_or_may_ask_a_stranger(looks):
    for look in looks:
        assert "default-src 'none'" in look.policy, look.at
        assert "unsafe-" not in look.policy, look.at
        assert look.blocked == [], look.at
        named = re.search(r"connect-src ([^;]*)", look.policy)[1].split()
        # The verifier's page may ask whichever endpoint its reader names, and asks no other by itself.
        assert named == ["*"] or set(look.asked[1:]) <= set(named), look.at


def test_every_thing_is_reached_in_order_by_the_key_tab_and_seen_to_be(looks):
    assert len([look for look in looks if look.reached]) == len(WALKED)
    assert unlike_tab(looks) == {}


def test_keys_skip_to_the_content_and_unfold_a_step(context):
    page = context.new_page()
    with served(SampleLedger({SUBJECT: a_trace()})) as address:
        page.goto(f"{address}{PATH}?lang=en")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        first = page.locator(".steps details").first
        assert first.locator("summary").evaluate("each => each === document.activeElement")
        page.keyboard.press("Enter")
        unfolded = first.get_attribute("open")
        page.keyboard.press("Space")
        folded = first.get_attribute("open")
    page.close()

    assert (unfolded, folded) == ("", None)


def test_the_policy_stops_what_a_stranger_puts_into_a_page(context):
    """For real: what is not stopped would run, or be asked for."""
    page, reached = context.new_page(), []
    page.route(
        "https://stranger.example/**", lambda route: (reached.append(route.request.url), route.abort())
    )
    with served(SampleLedger({SUBJECT: a_trace()})) as address:
        page.goto(address + PATH)
        page.evaluate("""() => {
            const put = (name, said) =>
                document.body.append(Object.assign(document.createElement(name), said));
            put("script", { textContent: "window.ran = true" });
            put("style", { textContent: "body { display: none }" });
            put("img", { src: "https://stranger.example/seen.png" });
            fetch("https://stranger.example/").catch(() => {});
        }""")
        # The page forbids `eval`, by which a browser's own waiting asks again.
        while page.evaluate("window.blocked?.length ?? 0") < 4:
            page.wait_for_timeout(50)
        blocked, ran = page.evaluate("[blocked, window.ran]")
    page.close()

    stopped = {each.split()[0] for each in blocked}
    assert stopped == {"script-src-elem", "style-src-elem", "img-src", "connect-src"}
    assert (ran, reached) == (None, [])
