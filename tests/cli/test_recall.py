"""`guoji recall` calls goods back, tells whoever has them, and ends only with evidence."""

import csv
import json
import re
import time

import pytest
import typst

from tests.builders import (
    CASE,
    CONTEXT,
    FARM,
    FIELD_LOT,
    ITEM,
    LOT,
    a_harvest,
    a_pack_out,
    a_packing,
    a_sighting,
    an_event,
)
from traceability.alerts.deliver import deliver
from traceability.cli.main import main
from traceability.epcis.event import Event
from traceability.errors import Unavailable
from traceability.ledger.capture import as_stored
from traceability.ledger.follow import LATE_S
from traceability.ledger.parties import Party
from traceability.own_store import open_store
from traceability.settings import Settings
from traceability.store import recalls as store_recalls
from traceability.wiring import ledger

SHOP = "9521234000020"
PLAN = f"""
[[target]]
name = "shop"
party = "{SHOP}"
webhook = "https://hooks.example.org/guoji"
secret_file = "shop.secret"
"""


@pytest.fixture
def home(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GUOJI_HOME", str(tmp_path))
    monkeypatch.setenv("GUOJI_PARTY", FARM)
    assert main(["init"]) == 0
    (tmp_path / "alerts.toml").write_text(PLAN, "utf-8")
    (tmp_path / "shop.secret").write_text("whsec_" + "A" * 32)
    (tmp_path / "shop.secret").chmod(0o600)
    labelled = an_event(hours=4, action="ADD", epcList=[ITEM], ilmd={"guoji:lot": LOT})
    events = (a_harvest(0), a_pack_out(3), labelled, a_packing(5, CASE, units=[ITEM]))
    tell(tmp_path, *events)
    tell(tmp_path, a_sighting(6, CASE, "receiving"), party=SHOP)
    capsys.readouterr()
    return tmp_path


def store_in(home):
    return open_store(Settings.read({"GUOJI_HOME": str(home), "GUOJI_PARTY": FARM}))


def tell(home, *events, party=FARM):
    store, now_ms = store_in(home), int(time.time() * 1000)
    stored = [as_stored(Event(each.body, CONTEXT), party, now_ms, bytes(16)) for each in events]
    keys = [each.key for each in store.events.insert(stored)]
    store.close()
    return keys


def recall(*more, goods=FIELD_LOT):
    return main(["recall", goods, "--reason", "农药残留超标", "--reason-en", "residue", *more])


def recalls_of(home, subject):
    return ledger(Settings.read({"GUOJI_HOME": str(home)}), store_in(home)).trace(subject).recalls


def test_it_shows_who_has_what_and_recalls_only_when_that_was_agreed(home, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: "no")

    assert recall() == 0

    out = capsys.readouterr().out
    assert "touches  1 item, 2 lots, 1 logistic unit" in out
    assert f"{FARM}  has 1 lot: 28 KGM, last seen" in out
    assert re.search(
        rf"{SHOP}  has 1 item, 1 logistic unit \(only by its own word\), last seen .*; shop\n", out
    )
    assert out.endswith("nothing was recalled\n")
    assert not recalls_of(home, ITEM)


def test_nobody_is_asked_where_nobody_sits(home, capsys):
    assert recall() == 65
    assert "want --yes" in capsys.readouterr().err


def test_from_the_next_look_on_everything_made_of_it_is_recalled(home, capsys):
    here = ledger(Settings.read({"GUOJI_HOME": str(home)}), store_in(home))
    assert here.trace(ITEM).recalls == ()

    assert recall("--yes", "--level", "1", "--advice", "退回购买处") == 0

    time.sleep(LATE_S)
    [told] = here.trace(ITEM).recalls
    assert (told.holds, told.goods, told.level, told.by) == (True, (FIELD_LOT,), "1", FARM)
    assert told.reason == {"zh": "农药残留超标", "en": "residue"}
    assert told.advice == {"zh": "退回购买处", "en": "退回购买处"}
    assert recall("--yes") == 65
    assert "is recalled already" in capsys.readouterr().err


def test_whoever_has_some_is_told_once_by_a_notice_that_is_kept_with_the_recall(home):
    assert recall("--yes") == 0

    sent = []
    outbox = store_in(home).alerts
    assert deliver(outbox, "shop", sent.append, int(time.time() * 1000)) == "sent"
    assert deliver(outbox, "shop", sent.append, int(time.time() * 1000)) is None
    body = json.loads(sent[0].body)
    assert (body["format"], body["kind"], body["to"]) == ("guoji-recall/1", "recalled", SHOP)
    assert body["goods"] == [CASE, ITEM]
    assert body["page"].endswith("/01/09521234000013/10/F1")
    assert "residue" in sent[0].text


def test_no_recall_waits_for_a_target_that_is_set_up_wrong(home, capsys):
    (home / "shop.secret").unlink()

    assert recall("--yes") == 0

    shown = capsys.readouterr().out
    assert "nobody is told by us, all of them are yours to tell: " in shown
    assert "shop.secret" in shown
    assert [each.holds for each in recalls_of(home, ITEM)] == [True]


def test_what_cannot_be_delivered_is_shown(home, capsys):
    assert recall("--yes") == 0

    def away(_notice):
        raise Unavailable("webhook at hooks.example.org answered 500, want 2xx")

    deliver(store_in(home).alerts, "shop", away, int(time.time() * 1000))
    capsys.readouterr()

    assert main(["recalls", "show", ITEM]) == 0
    out = capsys.readouterr().out
    assert "holds\n" in out
    assert "not delivered to shop, is tried again: webhook at hooks.example.org answered 500" in out


def test_a_crash_while_the_notices_are_kept_leaves_no_half_recall(home, monkeypatch):
    class Crash(BaseException):
        pass

    def crash(*_):
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(store_recalls, "put_out", crash)
        with pytest.raises(Crash):
            recall("--yes")
    assert not recalls_of(home, FIELD_LOT)

    assert recall("--yes") == 0
    assert recalls_of(home, FIELD_LOT)[0].holds


def test_a_drill_is_timed_and_leaves_nothing_behind(home, capsys):
    report = home / "drill.csv"

    assert recall("--mock", "--report", str(report)) == 0

    assert "a drill: nothing was recorded, nobody was told" in capsys.readouterr().out
    with report.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows if row["part"] == "step"] == [
        "find all that became of it",
        "check and write recall and holds",
    ]
    assert {row["name"]: row["told"] for row in rows if row["part"] == "party"} == {FARM: "", SHOP: "shop"}
    assert {row["name"] for row in rows if row["part"] == "goods"} == {FIELD_LOT, LOT, ITEM, CASE}
    assert not recalls_of(home, FIELD_LOT)
    assert store_in(home).recalls.all() == []


def test_a_report_can_be_printed(home):
    assert recall("--yes", "--report", str(home / "report.PDF")) == 0
    assert (home / "report.PDF").read_bytes().startswith(b"%PDF-")


def test_a_report_that_cannot_be_printed_is_refused_before_anything_is_recalled(home, capsys, monkeypatch):
    class Latin:
        def families(self):
            return ["Libertinus Serif"]

    monkeypatch.setattr(typst, "Fonts", Latin)

    assert recall("--yes", "--report", str(home / "report.pdf")) == 65
    assert "no font with Chinese letters is installed" in capsys.readouterr().err
    assert not recalls_of(home, FIELD_LOT)


def test_a_report_of_another_form_is_refused_before_anything_is_recalled(home, capsys):
    assert recall("--yes", "--report", str(home / "report.doc")) == 65
    assert "want .pdf or .csv" in capsys.readouterr().err
    assert not recalls_of(home, FIELD_LOT)


def test_whoever_made_nothing_of_it_recalls_nothing(home, capsys):
    assert recall("--yes", "--as", SHOP) == 65
    said = capsys.readouterr()
    assert "only who was, or an authority, may recall it" in said.err
    assert f"Asked as party {SHOP}; --as GLN asks as another" in said.err

    store = store_in(home)
    store.parties.keep(Party(SHOP, "Authority", (), is_authority=True))
    assert recall("--yes", "--as", SHOP) == 0
    assert recalls_of(home, ITEM)[0].holds


def test_that_a_text_is_in_one_language_is_said_before_anything_is_recalled(home, capsys):
    assert recall("--mock", "--advice", "退货") == 0

    said = capsys.readouterr().out
    assert "the advice is in one language" in said
    assert "the reason is in one language" not in said


def test_the_recall_of_goods_that_nobody_recorded_is_refused(home, capsys):
    assert recall("--yes", goods=f"{FIELD_LOT}9") == 65
    assert "we hold no event for" in capsys.readouterr().err


def release(*evidence):
    return main(["recalls", "release", FIELD_LOT, "--reason", "已销毁", "--yes", "--evidence", *evidence])


def test_a_recall_ends_with_evidence_that_is_kept(home, capsys):
    assert recall("--yes") == 0
    paper = home / "destroyed.pdf"
    paper.write_bytes(b"%PDF-1.7 all of it")
    gone = {"epcClass": LOT, "quantity": 28, "uom": "KGM"}
    [key] = tell(home, an_event(hours=9, action="DELETE", bizStep="destroying", quantityList=[gone]))

    assert release(str(paper), key) == 0

    [told] = recalls_of(home, ITEM)
    assert (told.holds, told.evidence) == (False, 2)
    out = capsys.readouterr().out
    assert "28 destroyed" in out
    assert "evidence 1 events, 1 documents" in out
    release_event = store_in(home).recalls.all()[-1].event
    [event, document] = release_event.body["guoji:evidence"]
    assert event == {"guoji:event": key}
    here = ledger(Settings.read({"GUOJI_HOME": str(home)}), store_in(home))
    assert here.document(document["guoji:document"]) == b"%PDF-1.7 all of it"
    assert main(["recalls", "list"]) == 0
    assert re.search(rf"release  {FARM}  {FIELD_LOT}  已销毁", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("evidence", "why"),
    [("no-such-file", "neither a file nor the key of an event"), ("ab" * 32, "newer than the recall")],
)
def test_without_evidence_that_is_here_the_recall_holds(home, capsys, evidence, why):
    assert recall("--yes") == 0

    assert release(evidence) == 65
    assert why in capsys.readouterr().err
    assert recalls_of(home, ITEM)[0].holds


def test_only_whoever_recalled_or_an_authority_ends_it(home, capsys):
    assert recall("--yes") == 0
    paper = home / "paper"
    paper.write_bytes(b"put right")

    assert release(str(paper), "--as", SHOP) == 65
    assert "only it or an authority may end it" in capsys.readouterr().err
