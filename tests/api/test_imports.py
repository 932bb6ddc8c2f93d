"""The page for sheets: whoever has a token sends one, sees each wrong cell, confirms, and gets the traces."""

import ast
import re
import threading
from base64 import b64decode
from html import unescape
from pathlib import Path

import httpx
import pytest

from api.present.import_faults import SENTENCES, fault_line
from api.routes import imports as imports_page
from api.words import languages
from tests.api.serving import served
from tests.imports.sheets import PARTY, a_csv, a_row
from traceability import imports
from traceability.imports.fault import Fault
from traceability.ledger.grant import Grant
from traceability.ledger.parties import Party
from traceability.own_store import open_store
from traceability.settings import Settings
from traceability.sheets.read import read_sheet
from traceability.upkeep.installation import make
from traceability.wiring import importer, ledger

EVIL = "<script>alert(1)</script>"


class Partner(httpx.Client):
    """A browser without scripts, which follows no redirect by itself."""

    def __init__(self, address):
        super().__init__(base_url=address, trust_env=False, headers={"Accept": "text/html"})

    def sign_in(self, token):
        return self.post("/import/sign-in?lang=en", data={"token": token})

    def form_key(self):
        return re.search(r'name="form_key" value="(\w+)"', self.get("/import").text)[1]

    def look(self, data, kind="harvest", lang="en", **fields):
        fields = {"form_key": self.form_key(), "kind": kind, **fields}
        return self.post(f"/import/look?lang={lang}", data=fields, files={"file": ("x.csv", data)})

    def record(self, page):
        """As the button under what a sheet would become does."""
        form = re.search(r'action="/import/record.*?</form>', page.text, re.DOTALL)[0]
        fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
        files = [(name, (None, unescape(value))) for name, value in fields]
        return self.post("/import/record?lang=en", files=files)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """One for all tests here: each brings lots of its own."""
    settings = Settings.read({"GUOJI_HOME": str(tmp_path_factory.mktemp("sheets") / "home")})
    make(settings)
    store = open_store(settings)
    yield ledger(settings, store), importer(settings, store), store
    store.close()


@pytest.fixture(scope="module")
def address(installed):
    ours, taker, _ = installed
    with served(ours, importer=taker, public_url="http://farm.example") as address:
        yield address


@pytest.fixture
def store(installed):
    return installed[2]


@pytest.fixture
def name(request):
    """Of a token that this test alone uses."""
    return request.node.name


@pytest.fixture
def partner(address, store, name):
    with Partner(address) as partner:
        partner.sign_in(store.tokens.issue(name, Grant("capture", PARTY)))
        yield partner


def link(lot):
    return f"https://id.gs1.org/01/09521234000020/10/{lot}"


def test_a_sheet_is_looked_at_recorded_and_its_lot_can_be_opened(partner, store):
    page = partner.look(a_csv("harvest", a_row("harvest")))

    assert page.status_code == 200
    assert store.events.mentioning([link("HY1")]) == []
    for said in ("Records they become", "1 (harvested 1)", "28.8 kg", "1 time names no time zone"):
        assert said in page.text
    done = partner.record(page)
    assert done.status_code == 200
    assert "1 new record" in done.text
    assert '<a href="/01/09521234000020/10/HY1?lang=en">HY1</a>' in done.text
    [kept] = store.events.mentioning([link("HY1")])
    assert kept.submitter == PARTY
    assert partner.get("/01/09521234000020/10/HY1?lang=en").status_code == 200


def test_a_page_that_is_loaded_again_records_nothing_twice(partner, store):
    page = partner.look(a_csv("harvest", a_row("harvest", lot="TWICE")))
    partner.record(page)

    again = partner.record(page)

    assert "0 new records · 1 was here" in again.text
    assert len(store.events.mentioning([link("TWICE")])) == 1


def test_rows_that_were_changed_since_are_told_before_they_are_recorded(partner):
    partner.record(partner.look(a_csv("harvest", a_row("harvest", lot="CHANGED"))))

    page = partner.look(a_csv("harvest", a_row("harvest", lot="CHANGED", amount="30")))

    assert "these goods count twice: CHANGED" in page.text


def test_amounts_are_read_back_in_words_one_line_for_each_use(partner):
    rows = a_row("harvest"), a_row("harvest", lot="PIECES", amount="1", unit="个")

    page = partner.look(a_csv("harvest", *rows)).text

    assert "1 piece, 28.8 kg" in page
    assert "H87" not in page


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"\xd0\xcf\x11\xe0", b"", a_csv("harvest")])
def test_a_file_that_is_no_sheet_is_refused_in_the_readers_language(partner, data):
    refused = re.search(r'role="alert">(.*?)</p>', partner.look(data, lang="zh-CN").text, re.DOTALL)

    assert not re.search("[a-z]{4}", refused[1].replace("xlsx", ""))


def test_what_is_wrong_with_a_row_names_it_as_a_row(partner):
    page = partner.look(a_csv("harvest", a_row("harvest", lot="ROW"), a_row("harvest", lot="ROW")))

    assert '<td class="cell">row 3</td>' in page.text


def test_each_wrong_cell_is_shown_and_nothing_can_be_recorded(partner, store):
    page = partner.look(a_csv("harvest", a_row("harvest", amount=EVIL), a_row("harvest", lot="EVIL")))

    assert page.status_code == 422
    assert '<td class="cell">C2</td><td>数量</td>' in page.text
    assert "want a number such as 1234.5" in page.text
    assert "&lt;script&gt;" in page.text
    assert EVIL not in page.text
    assert "/import/record" not in page.text
    assert store.events.mentioning([link("EVIL")]) == []


def test_wrong_cells_are_told_in_chinese(partner):
    page = partner.look(a_csv("harvest", a_row("harvest", gtin="9521234000021")), lang="zh-CN")

    assert "最后一位校验码不符（应为 0）；请与标签核对" in page.text


def test_headings_that_nobody_knows_are_chosen_once_and_then_remembered(partner):
    own = "货,条码,重,单位,时间,地点\nOWN,9521234000020,28.8,kg,2026-11-20 6:30,9521234000013\n".encode()
    asked = partner.look(own)
    assert '<details class="card" open>' in asked.text
    chosen = {
        name: re.search(r'<option value="(\w*)" selected>', choices)[1]
        for name, choices in re.findall(r'name="(means_\d+)">(.*?)</select>', asked.text)
    }
    assert chosen["means_0"] == chosen["means_2"] == ""

    page = partner.look(own, **{**chosen, "means_0": "lot", "means_2": "amount"})

    assert page.status_code == 200
    assert partner.record(page).status_code == 200
    assert partner.look(own).status_code == 200


def test_what_is_no_sheet_is_refused_on_the_page_in_words(partner):
    for data, says in ((b"PK..", "not an XLSX"), (b"", "no sheet was chosen"), (b"a\n" * 1, "no column for")):
        page = partner.look(data)
        assert (page.status_code, says in page.text) == (422, True)
    assert "want one of harvest" in partner.look(b"x", kind="eating").text


def test_a_sheet_that_is_too_large_is_refused_before_it_is_read(partner, monkeypatch):
    assert "on this page" in partner.look(b"x" * (2 * 1024 * 1024 + 1)).text
    assert partner.look(b"x" * (3 * 1024 * 1024)).status_code == 413
    monkeypatch.setattr(imports_page, "MOST_ROWS", 1)
    two = a_csv("harvest", a_row("harvest"), a_row("harvest", lot="HY2"))
    assert "sheet has 2 rows, want at most 1 at a time" in partner.look(two).text
    monkeypatch.setattr(imports_page, "MOST_CELLS", 5)
    assert "spreadsheet has more than 5 cells" in partner.look(two).text


def test_one_sheet_is_read_at_a_time(partner, monkeypatch):
    monkeypatch.setattr(imports_page, "_reading", threading.Semaphore(0))

    page = partner.look(a_csv("harvest", a_row("harvest")))

    assert page.status_code == 503


@pytest.mark.parametrize("path", ["/import", "/import/look", "/import/record", "/import/sign-out"])
def test_nobody_gets_in_without_a_token(address, path):
    with Partner(address) as stranger:
        page = stranger.get(path) if path == "/import" else stranger.post(path, data={"form_key": "x"})

    assert page.status_code == 401
    assert 'name="token"' in page.text


@pytest.mark.parametrize(("role", "party"), [("read", PARTY), ("farm", PARTY), ("admin", None)])
def test_a_token_that_captures_for_nobody_opens_nothing(address, store, role, party):
    with Partner(address) as stranger:
        page = stranger.sign_in(store.tokens.issue(f"other {role}", Grant(role, party)))

    assert page.status_code == 401
    assert "This token does not open this page" in page.text


def test_a_token_that_was_taken_back_opens_nothing_any_more(partner, store, name):
    store.tokens.revoke(name, 1)

    assert partner.get("/import").status_code == 401


def test_a_form_of_another_page_or_site_is_refused(partner):
    sheet = {"file": ("x.csv", a_csv("harvest", a_row("harvest")))}
    fields = {"form_key": partner.form_key(), "kind": "harvest"}

    foreign = partner.post("/import/look", data=fields, files=sheet, headers={"Sec-Fetch-Site": "cross-site"})
    guessed = partner.post("/import/look", data={**fields, "form_key": "x"}, files=sheet)

    assert (foreign.status_code, guessed.status_code) == (403, 403)


def test_what_another_party_owns_cannot_be_recorded(partner, store):
    sheet = a_csv("harvest", a_row("harvest", gtin="09529990000018", place="9521234000013"))
    page = partner.look(sheet)
    store.parties.keep(Party("9529990000001", "somebody else", ("952999",)))

    assert partner.look(sheet).status_code == 422
    assert partner.record(page).status_code == 400
    assert store.events.mentioning(["https://id.gs1.org/01/09529990000018/10/HY1"]) == []


def test_signing_out_ends_it(partner):
    answer = partner.post("/import/sign-out", files={"form_key": (None, partner.form_key())})

    assert answer.status_code == 303
    assert partner.get("/import").status_code == 401


@pytest.mark.parametrize(("form", "media"), [("xlsx", "spreadsheetml"), ("csv", "text/csv")])
def test_templates_are_for_everybody_in_both_languages(address, form, media):
    with Partner(address) as stranger:
        found = stranger.get(f"/import/template/harvest.{form}?lang=en")
        chinese = stranger.get(f"/import/template/harvest.{form}?lang=zh-CN")
        none = stranger.get(f"/import/template/eating.{form}")

    assert media in found.headers["content-type"]
    assert read_sheet(found.content)[0][1] == "Lot*"
    assert read_sheet(chinese.content)[0][1] == "批次号*"
    assert none.status_code == 400


def test_a_server_without_an_importer_has_no_such_page(installed):
    with served(installed[0]) as address, Partner(address) as stranger:
        assert stranger.get("/import").status_code == 404


def test_every_sentence_about_a_cell_is_translated():
    said = {text for file in Path(imports.__path__[0]).glob("*.py") for text in _sentences(file)}

    assert said == SENTENCES
    line = fault_line(Fault(2, 0, "x", "", "want one of: {choices}", {"choices": "a"}), languages()["zh-CN"])
    assert line.todo == "请填其中之一：a"


def _sentences(file):
    """What is said with `Wrong(...)` or `.fault(key, ...)`, or is named `said` or `wants` first."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name("Wrong"), args=[first, *_]):
                yield from _texts(first)
            case ast.Call(func=ast.Attribute(attr="fault" | "_fault"), args=[_, second, *_]):
                yield from _texts(second)
            case ast.Call(func=ast.Name("partial"), args=[ast.Name("_coded"), _, text]):
                yield from _texts(text)
            case ast.Assign(targets=[ast.Name("said" | "wants")], value=value):
                yield from _texts(value)


def _texts(node):
    match node:
        case ast.Constant(str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from [*_texts(one), *_texts(other)]


def test_the_sheet_comes_back_with_the_form(partner):
    data = a_csv("harvest", a_row("harvest"))

    page = partner.look(data)

    assert b64decode(unescape(re.search(r'name="data" value="([^"]*)"', page.text)[1])) == data
