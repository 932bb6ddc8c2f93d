"""fsck passes an honest store, and names whatever was changed in it at its place."""

import re
from hashlib import sha256

import pytest

from tests.audit import audit
from tests.fsck.filled_store import change, found, watching
from tests.fsck.lies import LIES
from traceability.cli.fsck import Progress
from traceability.cli.main import main
from traceability.log.checkpoint import Checkpoint
from traceability.log.note import NoteVerifier
from traceability.own_policy import log_signer
from traceability.own_store import open_store
from traceability.upkeep.fsck import fsck


def test_an_honest_store_is_whole_and_everything_in_it_is_looked_at(home):
    counts, told = {}, []

    assert list(fsck(home, watching(counts), told.append)) == []

    assert told == ["nothing was compared with a chain: there is none"]
    assert counts.pop("pages of the name map") > 1
    assert counts == {
        "events": 302,
        "indexed events": 302,
        "told events": 302,
        "events with readers": 302,
        "entries": 303,
        "hashes of the tree": 303,
        "tiles": 3,
        "names of entries": 303,
        "anchors": 1,
        "batches": 1,
        "readings": 4,
        "messages in quarantine": 2,
        "streams of receipts": 1,
        "sets of codes": 0,
        "records of live rooms": 0,
        "personal values": 1,
        "erasures": 1,
        "documents": 1,
    }


def test_the_slow_twin_agrees_on_an_honest_store(home):
    store = open_store(home)
    audit(store, NoteVerifier.of(log_signer(home)))
    store.close()


@pytest.mark.parametrize(
    "home", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)], indirect=True
)
@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_named_at_its_place(home, lie):
    statement, sentence = LIES[lie]
    change(home, statement, zero=bytes(32), one32=b"\x01" * 32, four=bytes(4), top=b"", one=b"aa", true=True)

    assert re.fullmatch(sentence, found(home)[0]), found(home)


def test_a_text_where_bytes_belong_is_said(home):
    if home.database:
        pytest.skip("PostgreSQL takes no text there")
    change(home, "UPDATE event SET entry = 'x' WHERE id = 7")

    assert found(home)[0].startswith("a value about events is of another type (")


def test_what_lies_outside_the_database_is_compared_with_it(home):
    mark = home.high_water_file
    mark.write_text(mark.read_text().replace("\n303\n", "\n302\n"))
    [sheet] = (home.home / "documents").iterdir()
    sheet.write_bytes(b"another")

    first, second = found(home)

    assert re.fullmatch(r"the high-water mark is worth nothing \(the signature .*", first)
    assert (
        second
        == f"the SHA-256 of document {sheet.name} is {sha256(b'another').hexdigest()}, want {sheet.name}"
    )


def test_a_mark_ahead_of_the_store_is_told_as_such(home):
    checkpoint = Checkpoint("guoji.example/log", 400, bytes(32))
    home.high_water_file.write_text(checkpoint.sign(log_signer(home)))

    assert found(home) == [
        "the high-water mark: its size is 400, want at most 303, which the log holds; "
        "`guoji recover --from MIRROR` fetches the others"
    ]


def test_events_before_the_index_are_not_recomputed_and_all_else_is(home):
    offset = 'eventTimeZoneOffset":"'
    change(
        home,
        "UPDATE event SET body = replace(body, :before, :after) WHERE id IN (7, 250)",
        before=f"{offset}+00",
        after=f"{offset}+01",
    )

    assert {line.partition(":")[0] for line in found(home)} == {"entry 6", "entry 249"}
    assert {line.partition(":")[0] for line in found(home, from_index=7)} == {"entry 249"}
    change(home, "UPDATE event SET entry = :zero WHERE id = 7", zero=bytes(32))
    beyond = found(home, from_index=260)
    assert beyond[0].startswith("hash 6 of tile 0 of level 0 (over entries 6) is ")


@pytest.fixture
def guoji(home, monkeypatch, capsys):
    def run(*words):
        monkeypatch.setenv("GUOJI_HOME", str(home.home))
        if home.database:
            monkeypatch.setenv("GUOJI_DATABASE", home.database)
        return main(words), *capsys.readouterr()

    return run


def test_the_command_says_that_all_is_as_it_must_be_and_what_was_looked_at(guoji):
    code, shown, _ = guoji("fsck")

    assert code == 0
    assert "not checked: nothing was compared with a chain: there is none\n" in shown
    assert "checked: 302 events, 303 entries, " in shown
    assert shown.endswith("\nall is as it must be\n")


def test_the_command_stops_at_the_first_difference_or_lists_all(guoji, home):
    change(home, "UPDATE event SET submitter = '9521234000013' WHERE id IN (7, 9)")

    code, shown, _ = guoji("fsck")
    _, all_shown, _ = guoji("fsck", "--all")

    assert code == 1
    assert shown.count("DIFFERS: ") == 1
    assert "DIFFERS: entry 6: its submitter is 9521234000006, want 9521234000013\n" in shown
    assert shown.endswith("\n1 differs; there may be more\n")
    assert [line for line in all_shown.split("\n") if "its submitter" in line] == [
        "DIFFERS: entry 6: its submitter is 9521234000006, want 9521234000013",
        "DIFFERS: entry 8: its submitter is 9521234000006, want 9521234000013",
        "DIFFERS: event number 7: its submitter to a trace is 9521234000006, want 9521234000013",
        "DIFFERS: event number 9: its submitter to a trace is 9521234000006, want 9521234000013",
    ]
    assert all_shown.endswith("\n6 differ\n")


def test_what_a_changed_store_says_cannot_steer_a_terminal(guoji, home):
    change(home, "UPDATE event SET submitter = :escape WHERE id = 7", escape="\x1b[2J")

    assert "\x1b" not in guoji("fsck", "--all")[1]


def test_progress_is_said_with_how_long_it_will_take(monkeypatch, capsys):
    progress = Progress()
    progress.every_s = progress._due_at_s = 0

    assert list(progress.watch("events", 4, [1, 2])) == [1, 2]

    assert re.match(r"events: 1 of 4, [\d,]+/s, 0 min 0 s left\n", capsys.readouterr().err)
    assert progress.summary == "2 events"
