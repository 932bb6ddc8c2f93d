"""Every page in every state, one after another over sample data: for pictures, and for what is true of all pages."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page

from api.scan_visit import ScanDesk
from tests.api import checked
from tests.api.checked import VectorChain, a_ledger, an_endpoint
from tests.api.farming import PARTY, Farming, a_full_farm
from tests.api.samples import PATH, SUBJECT, in_every_state, single_things
from tests.api.serving import SampleLedger, served
from tests.api.test_scans import ITEM, KEY, NOW_MS, TRACE
from tests.api.test_scans import PATH as ITEM_PATH
from tests.fakes import FakeLinks
from tests.imports.sheets import a_csv, a_row
from tests.ledger.fake_scans import FakeScans
from traceability.errors import CodeWithdrawn, NeverActivated
from traceability.gs1 import serials
from traceability.ledger.grant import Grant
from traceability.ledger.issued import Issued
from traceability.ledger.links import Links
from traceability.ledger.parties import Party, Register
from traceability.ledger.scans import Scans
from traceability.settings import Settings
from traceability.upkeep.installation import make
from traceability.wiring import importer, open_store, recaller

OWN_HOST = "http://guoji.example"
"""Without https: else a browser keeps no cookie of a sign-in over plain HTTP."""


def _nothing(page: Page) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Shown:
    """A page in a state, for as long as it is the newest of `every_page`."""

    name: str
    url: str
    ready: str = "body"
    """Selector of what has to be there before it is in its state."""
    act: Callable[[Page], None] = _nothing
    """What a reader does before."""
    fragment: str = ""
    comes_large: bool = False
    """Whether there is a form of it in large type."""

    def open(self, page: Page, lang: str, large: bool = False) -> None:
        more = f"{'&' if '?' in self.url else '?'}lang={lang}{'&type=large' if large else ''}{self.fragment}"
        # Of two addresses that differ in their fragment alone the second would not be loaded.
        page.goto("about:blank")
        page.goto(self.url + more, wait_until="load")
        self.act(page)
        page.wait_for_selector(self.ready, state="attached")


def every_page(context: BrowserContext) -> Iterator[Shown]:
    """The pages. `context` is signed in wherever that is needed."""
    yield from _as_the_server_says(context)
    yield from _of_single_things()
    yield from _refusals()
    yield from _checked_by_the_phone()
    yield from _links(context)
    yield from _of_parties(context)


def _as_the_server_says(context: BrowserContext) -> Iterator[Shown]:
    """These samples have no proof that a phone could check: the script that would say so is kept away."""
    ledger = SampleLedger()
    things = {"trace-" + name: trace for name, trace in in_every_state().items()} | single_things()
    with served(ledger) as address, _without_script(context, "check.js"):
        for name, trace in things.items():
            ledger.traces = {trace.subject: trace}
            yield Shown(name, address + urlsplit(trace.subject).path, comes_large=True)
        yield Shown("linkset", f"{address}{urlsplit(trace.subject).path}?linkType=linkset")


@contextmanager
def _without_script(context: BrowserContext, name: str) -> Iterator[None]:
    where = f"**/static/{name}"
    context.route(where, lambda route: route.fulfill(content_type="text/javascript", body=""))
    yield
    context.unroute(where)


def _of_single_things() -> Iterator[Shown]:
    """An item's page, which tells of earlier looks, as they are told to whoever opened it first or after many."""
    ledger, store = SampleLedger({ITEM: TRACE}), FakeScans()
    scans = Scans(store, ledger.trace, lambda _: 0, KEY, 30, lambda: NOW_MS)
    desk = ScanDesk(scans, has_scratch_codes=True, is_issued=lambda _: True)
    with served(ledger, scan_desk=desk) as address:
        answered = "#scans > .scan-answer[data-is]"
        yield Shown("item-scanned", address + ITEM_PATH, answered, comes_large=True)
        yield Shown(
            "item-scratch-wrong", address + ITEM_PATH, "form .scan-answer[data-is]", _scratch("AAAA AAAA")
        )
        opened = serials.scratch_code(KEY, "09521234000020", ITEM.rsplit("/", 1)[1])
        yield Shown("item-scratch-first", address + ITEM_PATH, "form .scan-answer[data-is]", _scratch(opened))


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
        yield Shown("landing", f"{address}/")
        yield Shown("unknown-lot", address + PATH)
        yield Shown("unknown-path", f"{address}/nothing")
        yield Shown("bad-link", f"{address}/01/9521234000020/10/A")
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


def _links(context: BrowserContext) -> Iterator[Shown]:
    parties = [Party("9521321000001", "Shop", ("9529999",))]
    links = Links(FakeLinks(), lambda: Register.of(parties), lambda: NOW_MS)
    with served(SampleLedger(links=links), public_url=OWN_HOST) as address:
        yield Shown("links-sign-in", f"{address}/link")
        context.request.post(f"{address}/link/sign-in", form={"token": "capture"})
        yield Shown("links", f"{address}/link")
        yield Shown("links-one", f"{address}/link", "form[action^='/link/remove']", _add_link)


def _add_link(page: Page) -> None:
    typed = {
        "code": "(01)09521234000020",
        "description": "红颜草莓 300 克",
        "href": "https://farm.example/",
        "title": "草莓园",
    }
    for name, value in typed.items():
        page.fill(f"#{name}", value)
    page.click("form[action^='/link/add'] button")


def _of_parties(context: BrowserContext) -> Iterator[Shown]:
    """The pages of a farmer, and those for sheets and recalls, over a real store."""
    with ExitStack() as stack:
        home = stack.enter_context(TemporaryDirectory())
        settings = Settings.read({"GUOJI_HOME": str(Path(home) / "home")})
        make(settings)
        store = open_store(settings)
        stack.callback(store.close)
        store.parties.keep(Party(PARTY, "示范草莓园", ("9521234",)))
        farming = a_full_farm(Farming(settings, store))
        address = stack.enter_context(
            served(
                farming.ledger,
                farm=farming.farm,
                importer=importer(settings, store),
                recaller=recaller(settings, store),
                public_url=OWN_HOST,
            )
        )
        for path in ("farm", "import", "recall"):
            yield Shown(f"{path}-sign-in", f"{address}/{path}")
        for path, token in {
            "farm": farming.token(),
            "import": farming.token(role="capture", name="sheets"),
            "recall": store.tokens.issue("recalls", Grant("capture", PARTY)),
        }.items():
            context.request.post(f"{address}/{path}/sign-in", form={"token": token})
        yield from _farm(address)
        yield from _sheets(address)
        yield from _recalls(address)


def _farm(address: str) -> Iterator[Shown]:
    yield Shown("farm", f"{address}/farm", ".head")
    yield Shown("farm-device", f"{address}/farm/devices/cold-1")
    yield Shown("farm-no-device", f"{address}/farm/devices/none")
    yield Shown("harvest", f"{address}/farm/harvest")
    yield Shown("harvest-wrong", f"{address}/farm/harvest", ".error", _send("#harvest"))
    yield Shown("harvest-review", f"{address}/farm/harvest", "form[action*=record]", _weigh)
    yield Shown("harvest-recorded", f"{address}/farm/harvest", "form[action*=wrong]", _record_harvest)


def _send(form: str) -> Callable[[Page], None]:
    return lambda page: page.click(f"{form} button.btn >> nth=0")


def _weigh(page: Page) -> None:
    page.fill("#weight", "12.5")
    _send("#harvest")(page)


def _record_harvest(page: Page) -> None:
    _weigh(page)
    _send("form[action*=record]")(page)


def _sheets(address: str) -> Iterator[Shown]:
    sound = a_csv("harvest", a_row("harvest"))
    wrong = a_csv("harvest", a_row("harvest", amount="many", gtin="1"))
    yield Shown("import", f"{address}/import")
    yield Shown("import-no-sheet", f"{address}/import", "[role=alert]", _look_at(b"%PDF-1.7"))
    yield Shown("import-wrong", f"{address}/import", ".faults", _look_at(wrong))
    yield Shown("import-look", f"{address}/import", "form[action*=record]", _look_at(sound))
    yield Shown("import-done", f"{address}/import", "[role=status]", _record_sheet(sound))


def _look_at(sheet: bytes) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.select_option("#kind", "harvest")
        page.set_input_files("#file", {"name": "x.csv", "mimeType": "text/csv", "buffer": sheet})
        _send("form[action*=look]")(page)

    return act


def _record_sheet(sheet: bytes) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        _look_at(sheet)(page)
        _send("form[action*=record]")(page)

    return act


def _recalls(address: str) -> Iterator[Shown]:
    url = f"{address}/recall"
    yield Shown("recall", url)
    yield Shown("recall-refused", url, "[role=alert]", _name_goods("(01)1"))
    yield Shown("recall-look", url, "form[action*=record]", _name_goods())
    yield Shown("recall-drill", url, "form[action*=report]", _drill)
    yield Shown("recall-one", url, "form[action*=release]", _recall)


def _name_goods(goods: str = "(01)09521234000020(10)F3-261120") -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.fill("#goods", goods)
        page.fill("#reason", "农药残留超标")
        _send("form[action*=look]")(page)

    return act


def _drill(page: Page) -> None:
    _name_goods()(page)
    page.click("button[formaction]")


def _recall(page: Page) -> None:
    _name_goods()(page)
    page.check("[name=agreed]")
    page.click("button.danger")
