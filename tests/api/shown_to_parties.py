"""The pages for brand owners, farmers and partners, in every state, each signed in to."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import BrowserContext, Page

from tests.api.farming import GTIN, PARTY, Farming, a_full_farm
from tests.api.samples import NOW
from tests.api.serving import PUBLIC_URL, SampleLedger, served
from tests.api.shown import Shown
from tests.fakes import FakeLinks
from tests.imports.sheets import a_csv, a_row
from traceability.ledger.grant import Grant
from traceability.ledger.links import Links
from traceability.ledger.parties import Party, Register
from traceability.own_store import open_store
from traceability.settings import Settings
from traceability.upkeep.installation import make
from traceability.wiring import importer, recaller

OWN_HOST = "http://guoji.example"
"""Without https: else a browser keeps no cookie of a sign-in over plain HTTP."""


def to_brand_owners(context: BrowserContext) -> Iterator[Shown]:
    parties = [Party("9521321000001", "Shop", ("9529999",))]
    now_ms = round(NOW.timestamp() * 1000)
    links = Links(FakeLinks(), lambda: Register.of(parties), lambda _: {}, PUBLIC_URL, lambda: now_ms)
    with served(SampleLedger(links=links), public_url=OWN_HOST) as address:
        yield Shown("links-sign-in", f"{address}/link")
        context.request.post(f"{address}/link/sign-in", form={"token": "capture"})
        yield Shown("links", f"{address}/link")
        yield Shown("links-one", f"{address}/link", "form[action^='/link/remove']", _add_link)


def _add_link(page: Page) -> None:
    typed = {"description": "红颜草莓 300 克", "href": "https://farm.example/", "title": "草莓园"}
    for name, value in {"code": f"(01){GTIN}", **typed}.items():
        page.fill(f"#{name}", value)
    page.click("form[action^='/link/add'] button")


def to_parties(context: BrowserContext) -> Iterator[Shown]:
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
        yield from _recalls(context, address)


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


def _recalls(context: BrowserContext, address: str) -> Iterator[Shown]:
    url = f"{address}/recall"
    yield Shown("recall", url)
    yield Shown("recall-refused", url, "[role=alert]", _name_goods("(01)1"))
    yield Shown("recall-look", url, "form[action*=record]", _name_goods())
    yield Shown("recall-drill", url, "form[action*=report]", _drill)
    page = context.new_page()
    Shown("recalled", url, "form[action*=release]", _recall).open(page, "zh-CN")
    yield Shown("recall-one", page.url.partition("?")[0])
    page.close()


def _name_goods(goods: str = f"(01){GTIN}(10)F3-261120") -> Callable[[Page], None]:
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
