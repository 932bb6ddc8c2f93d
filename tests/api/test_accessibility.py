"""Every page in a real browser: no fault that axe-core knows, narrow, by keys alone, shut to strangers."""

from dataclasses import dataclass
from itertools import cycle, product
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from scripts.screenshots import ARGUMENTS, CHROMIUM, SMALL
from tests.api.every_page import every_page

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
    *("unknown-path", "bad-link-without-a-right-one", "never-activated", "withdrawn", "item-scratch-first"),
    *("import-sign-in", "recall-sign-in", "links", "farm-no-device", "harvest-wrong", "recall-refused"),
}
"""Pages whose like is among the others."""
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
    asked: set[str]
    """Origins."""
    blocked: list[str]


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
    page, axe, asked, policies = context.new_page(), AXE.read_text("utf-8"), set(), []
    page.on("request", lambda request: asked.add(request.url))
    page.on("response", lambda answer: policies.append(answer.headers.get("content-security-policy", "")))
    for shown in every_page(context):
        for lang, ground, large in ways_of(shown):
            page.emulate_media(color_scheme=ground)
            asked.clear()
            policies.clear()
            shown.open(page, lang, large)
            # The protocol of the developer tools puts it in: no policy stands in its way, and none was
            # loosened for it, as with Playwright's bypass_csp. A reader's browser obeys the same headers.
            page.evaluate(axe)
            yield Look(
                f"{shown.name} {lang} {ground}{' large' if large else ''}",
                page.evaluate(FIND_FAULTS, RULES),
                page.evaluate("document.documentElement.scrollWidth"),
                page.evaluate(FIND_SMALL),
                next(filter(None, policies)),
                {origin(url) for url in asked if url.startswith("http")},
                page.evaluate("window.blocked ?? []"),
            )
    page.close()


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


@pytest.mark.soak
def test_no_page_has_a_fault_in_any_language_on_any_ground_in_any_type(context):
    def in_all(shown):
        return product(["zh-CN", "en"], ["light", "dark"], {False, shown.comes_large})

    looks = list(looks_at(context, in_all))

    assert faults_of(looks) == {}
    assert {look.at: look.width for look in looks if look.width > SMALL["width"]} == {}


def test_no_page_asks_or_may_ask_a_stranger(looks):
    assert [
        look.at for look in looks if "unsafe-" in look.policy or "default-src 'none'" not in look.policy
    ] == []
    assert {look.at: look.blocked for look in looks if look.blocked} == {}
    for look in looks:
        assert len(look.asked) <= (2 if "check" in look.at or "verify" in look.at else 1), look.at
