"""`guoji live` makes rooms, puts lots up for sale in them, and prints where they are found."""

import re
from hashlib import sha256

import pytest

from tests.builders import FARM, FIELD_LOT, LOT, a_harvest
from traceability.cli.main import main
from traceability.ledger.capture import as_stored
from traceability.own_store import open_store

URL = "https://guoji.example"


@pytest.fixture
def ask(settings, store, monkeypatch, capsys):
    store.events.insert([as_stored(a_harvest(lot=lot), FARM, 5, bytes(16)) for lot in (FIELD_LOT, LOT)])
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))
    monkeypatch.setenv("GUOJI_PUBLIC_URL", URL)

    def ask(*words):
        code = main(["live", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return ask


@pytest.fixture
def room(ask):
    made = ask("make", "--title", "今晚苹果", "--host", "小李", "--as", FARM)[1]
    return re.match(r"room (\w{6}) ready: 今晚苹果, 小李 \(zh-CN\)\n", made)[1]


def test_a_room_is_made_with_its_overlays_and_a_link_for_the_host_alone(ask, settings):
    code, out, err = ask("make", "--title", "Apples tonight", "--host", "Li", "--lang", "en", "--as", FARM)

    room = out[5:11]
    key = re.search(rf"^control, for the host alone: {URL}/live/{room}/control#(glive_\S{{32}})$", out, re.M)[
        1
    ]
    assert (code, err) == (0, "")
    assert f"\noverlay 1920x1080: {URL}/live/{room}/overlay?layout=horizontal\n" in out
    assert f"\noverlay 1080x1920: {URL}/live/{room}/overlay?layout=vertical\n" in out
    assert sum("█" in line for line in out.splitlines()) > 10  # the QR code
    assert key not in ask("show", room)[1]
    store = open_store(settings)
    assert (store.rooms.room(room).party, store.rooms.room(room).lang) == (FARM, "en")
    store.close()


def test_another_control_link_shuts_out_whoever_has_the_one_before(ask, room, store):
    digest = store.rooms.key_digest(room)

    code, out, _ = ask("key", room)

    key = re.match(rf"control, for the host alone: {URL}/live/{room}/control#(glive_\S{{32}})\n", out)[1]
    assert code == 0
    assert store.rooms.key_digest(room) == sha256(key.encode()).digest() != digest
    assert ask("key", "000000")[2] == "guoji: there is no live room '000000'\n"


def test_lots_are_put_up_for_sale_in_the_order_that_is_asked_for(ask, room):
    first = ask("offer", room, FIELD_LOT, "红富士")[1].split("\t")
    second = ask("offer", room.lower(), LOT, "礼盒", "--place", 1)[1].split("\t")
    _, shown, _ = ask("show", room)

    assert first[1:] == [f"HTTPS://GUOJI.EXAMPLE/S/{first[0]}", FIELD_LOT, "红富士\n"]
    assert shown.index(second[0]) < shown.index(first[0])
    assert ask("list")[1].startswith(f"{room}\tready\t{FARM}\t")
    assert ask("list", "--as", "9521234000037")[1] == ""
    assert ask("remove", room, first[0]) == (0, f"removed: offer {first[0]}\n", "")
    assert first[0] not in ask("show", room)[1]


def test_a_point_that_the_records_do_not_bear_is_said_to_stay_off(ask, room):
    offer = ask("offer", room, FIELD_LOT, "Kiwi")[1][:6]

    assert ask("point", room, offer, "Sweet and juicy") == (
        0,
        f"point 1 of offer {offer}: Sweet and juicy\n",
        "",
    )
    assert ask("point", room, offer, "Sweet and juicy ")[1].startswith(f"point 1 of offer {offer}: ")
    code, out, err = ask("point", room, offer, "Cures cancer")
    assert (code, out) == (0, f"point 2 of offer {offer}: Cures cancer\n")
    assert err.startswith("note: it stays off the overlay, it is forbidden")
    assert ask("remove", room, offer, "--point", 2)[1] == f"removed: point 2 of offer {offer}\n"
    assert "\tpoint 1\tSweet and juicy\n" in ask("show", room)[1]


def test_what_cannot_be_is_refused_in_one_line(ask, room):
    refused = {
        ("show", "NONE00"): "there is no live room 'N0NE00'",
        ("show", "a/../b"): "is no short code",
        ("offer", room, "/01/09521234000020/10/NONE", "a"): "no event names",
        ("offer", room, FIELD_LOT, "a\x1b[31m"): "a character that is not shown, U+001B",
        ("make", "--title", "", "--host", "Li", "--as", FARM): "title of the room has 0 characters",
        ("make", "--title", "a", "--host", "Li", "--as", "123"): "GLN '123' has 3 characters",
    }

    for words, told in refused.items():
        code, out, err = ask(*words)
        assert (code, out) == (65, "")
        assert err.startswith("guoji: ")
        assert told in err


def test_an_ended_room_takes_no_command_any_more(ask, room):
    assert ask("end", room) == (0, f"ended: room {room}\n", "")

    assert ask("offer", room, FIELD_LOT, "a")[2] == (
        f"guoji: room {room} has ended: nothing in it changes any more\n"
    )
    assert f"room {room} ended: 今晚苹果" in ask("show", room)[1]
