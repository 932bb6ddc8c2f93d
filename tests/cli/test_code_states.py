"""What an item's code says of itself from the roll to the goods, over a real store."""

import time

import pytest

from tests.builders import CASE, CONTEXT, FARM, LOT, a_harvest, a_packing, an_event
from traceability.cli.main import main
from traceability.epcis.event import Event
from traceability.errors import CodeWithdrawn, NeverActivated, NotIssued, Unknown
from traceability.gs1 import digital_link, serials
from traceability.ledger.capture import as_stored
from traceability.ledger.scan_hint import Visitor
from traceability.own_store import open_store
from traceability.settings import Settings
from traceability.wiring import issued, ledger, scans

STRANGER = "9521234000037"
PHONE = Visitor("203.0.113.7", "a phone", "zh-CN")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GUOJI_HOME", str(tmp_path))
    assert main(["init", "--party", FARM]) == 0
    store = open_store(Settings.read({"GUOJI_HOME": str(tmp_path)}))
    harvest = Event(a_harvest(0, lot=LOT, kg=60).body, CONTEXT)
    store.events.insert([as_stored(harvest, FARM, 1, bytes(16))])
    store.close()
    assert (
        main(["codes", "issue", LOT, "--count", "3", "--each", "0.5", "-o", str(tmp_path / "codes.csv")]) == 0
    )
    return tmp_path


def test_a_code_waits_on_its_roll_goes_onto_goods_or_is_withdrawn(home):
    settings = Settings.read({"GUOJI_HOME": str(home)})
    store = open_store(settings)
    ours = ledger(settings, store)
    items = [line.split(",")[1] for line in (home / "codes.csv").read_text().splitlines()[1:]]
    with_lot = f"{LOT}/21/{items[0].rpartition('/')[2]}"
    for waiting in (items[0], with_lot):
        with pytest.raises(NeverActivated):
            ours.trace(waiting)

    assert main(["codes", "activate", "1", "--range", "1-2"]) == 0
    assert main(["codes", "withdraw", "1"]) == 0

    assert ours.trace(items[0]).subject == items[0]
    with pytest.raises(CodeWithdrawn):
        ours.trace(items[2])
    told = scans(settings, store, ours.trace)
    assert told.seen(items[0], PHONE, None).first_ms is None
    assert told.seen(items[0], PHONE, None).scans == 1
    with pytest.raises(CodeWithdrawn):
        told.seen(items[2], PHONE, None)
    store.close()


def test_no_event_of_a_stranger_gives_a_page_to_a_code_that_is_on_no_goods(home):
    settings = Settings.read({"GUOJI_HOME": str(home)})
    store = open_store(settings)
    ours, told = ledger(settings, store), scans(settings, store, ledger(settings, store).trace)
    _, item, withdrawn = [line.split(",")[1] for line in (home / "codes.csv").read_text().splitlines()[1:]]
    assert main(["codes", "withdraw", "1", "--range", "3-3"]) == 0

    seen = an_event(hours=1, action="OBSERVE", bizStep="receiving", epcList=[item, withdrawn])
    made = an_event(hours=2, action="ADD", bizStep="commissioning", epcList=[item, withdrawn])
    packed = a_packing(3, CASE, units=[withdrawn])
    for number, (event, party) in enumerate([(seen, STRANGER), (made, STRANGER), (packed, FARM)]):
        at_ms = time.time_ns() // 1_000_000
        store.events.insert(
            [as_stored(Event(event.body, CONTEXT), party, at_ms, bytes(15) + bytes([number]))]
        )

    for link, error in ((item, NeverActivated), (withdrawn, CodeWithdrawn)):
        for ask in (
            ours.holds,
            ours.trace,
            ours.trace_proof,
            ours.code_proof,
            lambda link: told.seen(link, PHONE, None),
        ):
            with pytest.raises(error):
                ask(link)
    store.close()


def test_a_serial_that_was_never_issued_is_refused_or_unknown(home):
    settings = Settings.read({"GUOJI_HOME": str(home)})
    store = open_store(settings)
    gtin = dict(digital_link.parse(LOT).path)["01"]
    check = issued(settings, store).check
    with pytest.raises(NotIssued):
        check(digital_link.item(gtin, "0" * 16))

    # One that somebody made with our key, and that stands in no set.
    drawn = digital_link.item(gtin, serials.issue(issued(settings, store).key, gtin, b"abcde"))
    check(drawn)
    with pytest.raises(Unknown) as unknown:
        ledger(settings, store).trace(drawn)
    assert type(unknown.value) is Unknown
    store.close()
