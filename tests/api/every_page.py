"""Every page in every state, one after another over samples: for pictures, and what holds of all pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page

from api.scan_visit import ScanDesk
from tests.api.checked import VectorChain, a_ledger, an_endpoint
from tests.api.samples import PATH, SUBJECT, in_every_state, single_things
from tests.api.serving import SampleLedger, served
from tests.api.shown import Shown
from tests.api.shown_to_hosts import to_hosts
from tests.api.shown_to_parties import to_brand_owners, to_parties
from tests.api.shown_to_viewers import to_viewers
from tests.api.test_scans import GTIN, ITEM, KEY, NOW_MS, SERIAL, TRACE
from tests.api.test_scans import PATH as ITEM_PATH
from tests.ledger.fake_scans import FakeScans
from traceability.errors import CodeWithdrawn, NeverActivated
from traceability.gs1 import serials
from traceability.ledger.issued import Issued
from traceability.ledger.scan_hint import Visitor
from traceability.ledger.scans import Scans

CODE = serials.scratch_code(KEY, GTIN, SERIAL)


def every_page(context: BrowserContext) -> Iterator[Shown]:
    """The pages. `context` is signed in wherever that is needed."""
    yield from _as_the_server_says(context)
    yield from _of_single_things()
    yield from _refusals()
    yield from _checked_by_the_phone()
    yield from to_brand_owners(context)
    yield from to_parties(context)
    yield from to_hosts(context)
    yield from to_viewers()


def _as_the_server_says(context: BrowserContext) -> Iterator[Shown]:
    """These samples have no proof that a phone could check: the script that would say so is kept away."""
    ledger = SampleLedger()
    things = {"trace-" + name: trace for name, trace in in_every_state().items()} | single_things()
    with served(ledger) as address, _without_script(context, "check.js"):
        for name, trace in things.items():
            ledger.traces = {trace.subject: trace}
            yield Shown(name, address + urlsplit(trace.subject).path, comes_large=True)
        yield Shown("linkset", f"{address}{urlsplit(trace.subject).path}?linkType=linkset", comes_large=True)


@contextmanager
def _without_script(context: BrowserContext, name: str) -> Iterator[None]:
    where = f"**/static/{name}"
    context.route(where, lambda route: route.fulfill(content_type="text/javascript", body=""))
    yield
    context.unroute(where)


def _of_single_things() -> Iterator[Shown]:
    """An item that tells of earlier looks, and what is said of the code under its scratch field."""
    ledger, store = SampleLedger({ITEM: TRACE}), FakeScans()
    scans = Scans(store, ledger.trace, KEY, 30, lambda: NOW_MS)
    desk = ScanDesk(scans, has_scratch_codes=True, is_issued=lambda _: True)
    with served(ledger, scan_desk=desk) as address:
        url, told = address + ITEM_PATH, ".scan-answer[data-is]"
        yield Shown("item-scanned", url, f"#scans > {told}", comes_large=True)
        yield Shown("item-scratch-wrong", url, f"form {told}", _scratch("AAAA AAAA"))
        yield Shown("item-scratch-first", url, f"form {told}", _scratch(CODE))
        scans.seen(ITEM, Visitor("192.0.2.1", "another phone", ""), None, None)
        yield Shown("item-opened", url, "#opened:not([hidden])")


def _scratch(code: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.wait_for_selector("#scans > .scan-answer[data-is]")
        page.fill("#scratch", code)
        page.press("#scratch", "Enter")

    return act


def _refusals() -> Iterator[Shown]:
    check = Issued(KEY, lambda _: True, lambda _: None).check
    ledger = SampleLedger()
    with served(ledger, check_issued=check) as address:
        yield Shown("landing", f"{address}/", comes_large=True)
        yield Shown("unknown-lot", address + PATH, comes_large=True)
        yield Shown("unknown-path", f"{address}/nothing")
        yield Shown("bad-link", f"{address}/01/9521234000020/10/A", comes_large=True)
        yield Shown("bad-link-without-a-right-one", f"{address}/01/123/10/A")
        yield Shown("which-lot", f"{address}/?code=09521234000020")
        yield Shown("not-issued", address + ITEM_PATH[:-1] + ("0" if ITEM_PATH[-1] != "0" else "1"))
        ledger.away = NeverActivated("this code was issued by us, but never put on goods")
        yield Shown("never-activated", address + ITEM_PATH)
        ledger.away = CodeWithdrawn("this code was withdrawn before it was put on goods")
        yield Shown("withdrawn", address + ITEM_PATH)
        ledger.away, ledger.silent = None, True
        yield Shown("server-away", address + PATH)


def _checked_by_the_phone() -> Iterator[Shown]:
    """What a phone's own check comes to, by what there is to check; and the verifier's page over the same."""
    with an_endpoint(VectorChain()) as endpoint:
        ledgers = {
            "verified": a_ledger(endpoint=endpoint),
            "contradicted": a_ledger("lie-trace-with-one-lie", endpoint=endpoint),
            "pending": a_ledger("sound-complete-trace-not-anchored", endpoint=endpoint),
            "partly": a_ledger("sound-trace-partly-anchored", endpoint=endpoint),
            "via-operator": a_ledger(chain=VectorChain()),
            "chain-away": a_ledger(),
            "no-proof": SampleLedger({SUBJECT: in_every_state()["verified"]}),
        }
        for name, ledger in ledgers.items():
            [subject] = ledger.traces
            with served(ledger) as address:
                url = address + urlsplit(subject).path
                yield Shown(f"check-{name}", url, "html[data-checked]", comes_large=True)
                if name in ("verified", "contradicted", "chain-away"):
                    yield Shown(f"verify-{name}", f"{address}/verify", "#verdict", _verify, f"#{url}")
        with served(a_ledger()) as address:
            yield Shown("verify", f"{address}/verify")


def _verify(page: Page) -> None:
    """By the server's own word."""
    page.click("#link-form button")
    page.wait_for_selector("#proof-said p")
    page.click("#own-take")
    page.wait_for_selector("#policy-said p")
    page.click("#check")
