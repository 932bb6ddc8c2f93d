"""An old copy of the store signs nothing until it has back, from a mirror, what was published since."""

import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from tests.api.serving import served
from tests.builders import FARM, FIELD_LOT, a_harvest
from traceability import own_store, wiring
from traceability.cli.main import main
from traceability.errors import Refused, Unknown
from traceability.ledger.anchor import check_same_history
from traceability.ledger.capture import capture
from traceability.ledger.ports import Held
from traceability.ledger.publish import publish
from traceability.log import tiles
from traceability.log.checkpoint import Checkpoint
from traceability.log.merkle import check_consistency
from traceability.log.name_map import MapEntry, from_names_bundle, to_names_bundle
from traceability.log.note import NoteVerifier
from traceability.log.tiles import TilePath, from_bundle, to_bundle
from traceability.own_policy import log_signer
from traceability.store.high_water import HighWaterFile
from traceability.store.put_back import PutBack, put_back
from traceability.store.schema import open_engine
from traceability.upkeep.fsck import fsck
from traceability.upkeep.recover import recover
from traceability.upkeep.rotation import rotate_log

BEFORE, SINCE = 270, 260


class Installation:
    def __init__(self, settings):
        self.settings = settings
        self.signer = log_signer(settings)
        self.mark = HighWaterFile(settings.high_water_file)
        self.captured = 0
        self.store = own_store.open_store(settings)

    def capture(self, count, kind=a_harvest):
        events = [kind(kg=self.captured + number + 1) for number in range(count)]
        self.captured += count
        return [each.key for each in capture(events, FARM, self.store.events, 5)]

    def publish(self):
        return publish(self.store.log, self.store.checkpoints, self.mark, self.signer)

    def newest(self):
        return Checkpoint.open(self.store.checkpoints.newest(), NoteVerifier.of(self.signer))

    def mirror(self, folder):
        """The log as it is served now, as files."""
        ledger = wiring.ledger(self.settings)
        log, size = folder / "log", self.newest().size
        for tile in tiles.new_tiles(0, size):
            if tile.level == 0:
                path = TilePath(None, tile.index, tile.width)
                keep(log / str(path), ledger.entry_bundle(tile.index, tile.width))
                keep(
                    log / str(path).replace("entries", "names"),
                    ledger.names_bundle(tile.index, tile.width),
                )
        keep(log / "checkpoint", self.store.checkpoints.newest().encode())
        return str(folder)

    def copy_database(self, target):
        """Only while nobody writes."""
        self.store.close()
        shutil.copy(self.settings.home / "guoji.db", target)
        self.store = own_store.open_store(self.settings)

    def restore(self, copy):
        self.store.close()
        for file in self.settings.home.glob("guoji.db*"):
            file.unlink()
        shutil.copy(copy, self.settings.home / "guoji.db")
        self.store = own_store.open_store(self.settings)


def keep(file, content):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


@pytest.fixture
def ours(settings):
    installation = Installation(settings)
    yield installation
    installation.store.close()


@pytest.fixture
def lost(ours, tmp_path):
    """Restored from an old copy. The mirror has what came since; three of its events were queued then."""
    ours.capture(BEFORE)
    ours.publish()
    ours.queued = ours.capture(3)
    ours.copy_database(tmp_path / "copy")
    ours.gone = ours.capture(SINCE)
    ours.publish()
    ours.gone += ours.capture(2)
    ours.signed = ours.publish()
    ours.mirrored = ours.mirror(tmp_path / "mirror")
    ours.restore(tmp_path / "copy")
    return ours


def test_an_old_copy_goes_on_once_it_has_back_what_was_published_since(lost):
    meanwhile = lost.capture(2)
    with pytest.raises(Refused, match="we signed 538 entries, our store holds only 271"):
        lost.publish()

    done = recover(lost.settings, lost.mirrored, lambda line: None)

    assert done == PutBack(first=271, size=538, with_event=3, without_event=SINCE + 2)
    assert lost.newest() == lost.signed
    new = lost.publish()
    assert lost.store.log.entries(new.size - 3, new.size - 1) == [
        lost.store.events.by_key(key).entry for key in meanwhile
    ]
    assert [lost.store.log.index_of(key) for key in lost.queued] == [271, 272, 273]
    told = []
    assert [
        str(each) for each in fsck(lost.settings, lambda what, total, items: iter(items), told.append)
    ] == []
    assert (
        f"{SINCE + 2} entries are known by entry only: their events are not here, so not recomputed" in told
    )


def test_the_new_tree_extends_the_one_that_was_signed_so_the_contract_takes_it(lost):
    recover(lost.settings, lost.mirrored, lambda line: None)
    lost.capture(1)
    new = lost.publish()

    old = lost.signed
    proof = tiles.consistency_proof(old.size, new.size, lost.store.log.read_tile)
    check_consistency(old.size, new.size, proof, old.root, new.root)
    check_same_history(Held(old.size, old.root), lost.store.log)


def test_no_new_proof_is_made_of_an_event_that_is_lost_and_that_is_said(lost):
    recover(lost.settings, lost.mirrored, lambda line: None)
    ledger = wiring.ledger(lost.settings)

    with pytest.raises(Unknown, match="no event has the key"):
        ledger.proof(lost.gone[0])


def test_the_server_that_is_lost_may_still_serve_its_log(ours, tmp_path):
    ours.capture(3)
    ours.copy_database(tmp_path / "empty")
    ours.publish()
    ledger = wiring.ledger(ours.settings)
    other = tmp_path / "other"
    shutil.copytree(ours.settings.home, other)
    shutil.copy(tmp_path / "empty", other / "guoji.db")
    for file in other.glob("guoji.db-*"):
        file.unlink()

    with served(ledger) as address:
        done = recover(wiring.Settings.read({"GUOJI_HOME": str(other)}), address, lambda line: None)

    assert (done.first, done.size, done.with_event) == (0, 4, 3)


def test_where_nothing_is_missing_nothing_happens(lost):
    recover(lost.settings, lost.mirrored, lambda line: None)

    again = recover(lost.settings, lost.mirrored, lambda line: None)

    assert (again.first, again.size) == (538, 538)


def changed_entry(folder):
    path = folder / "log" / "tile" / "entries" / "001"
    entries = from_bundle(path.read_bytes())
    entries[20] = entries[20][:20] + b"x" + entries[20][21:]
    path.write_bytes(to_bundle(entries))


def changed_names(folder):
    path = folder / "log" / "tile" / "names" / "001"
    names = from_names_bundle(path.read_bytes(), 256)
    names[20] = names[20][32:]
    path.write_bytes(to_names_bundle(names))


def changed_map_entry(folder):
    [path] = (folder / "log" / "tile" / "entries" / "002.p").iterdir()
    entries = from_bundle(path.read_bytes())
    entries[-1] = MapEntry(537, bytes(32)).to_bytes()
    path.write_bytes(to_bundle(entries))


def without_map_entry(folder):
    [path] = (folder / "log" / "tile" / "entries" / "002.p").iterdir()
    entries = from_bundle(path.read_bytes())
    entries[-1] = entries[-2]
    path.write_bytes(to_bundle(entries))
    [path] = (folder / "log" / "tile" / "names" / "002.p").iterdir()
    names = from_names_bundle(path.read_bytes(), len(entries))
    path.write_bytes(to_names_bundle([*names[:-1], names[-2]]))


def changed_checkpoint(folder):
    path = folder / "log" / "checkpoint"
    path.write_text(path.read_text().replace("\n538\n", "\n537\n"))


def missing_bundle(folder):
    (folder / "log" / "tile" / "entries" / "001").unlink()


def cut_bundle(folder):
    path = folder / "log" / "tile" / "entries" / "001"
    path.write_bytes(path.read_bytes()[:-1])


def test_a_source_that_is_older_than_what_we_signed_is_refused_and_a_newer_one_asked_for(
    lost, tmp_path, monkeypatch, capsys
):
    older = lost.mirror(tmp_path / "older")
    monkeypatch.setenv("GUOJI_HOME", str(lost.settings.home))

    assert main(["recover", "--from", older]) == 65

    said = capsys.readouterr()
    assert "this source has 271 entries, we signed 538: try another one; nothing was changed" in said.err
    assert (said.out, lost.store.log.size()) == ("", 271)


def test_an_older_source_is_no_trouble_for_a_store_that_is_whole(lost, tmp_path):
    older = lost.mirror(tmp_path / "older")
    recover(lost.settings, lost.mirrored, lambda line: None)

    assert recover(lost.settings, older, lambda line: None).first == 538


def test_a_trace_counts_the_records_of_its_lot_that_are_known_by_entry_only(lost):
    assert wiring.ledger(lost.settings).trace(FIELD_LOT).lost == 0

    recover(lost.settings, lost.mirrored, lambda line: None)

    assert wiring.ledger(lost.settings).trace(FIELD_LOT).lost == SINCE + 2


def test_an_event_whose_row_is_gone_is_counted_as_lost_and_its_bundles_are_unknown(ours):
    ours.capture(4)
    ours.publish()
    with sqlite3.connect(ours.settings.home / "guoji.db") as database:
        database.execute("DELETE FROM event WHERE id = 3")
    ledger = wiring.ledger(ours.settings)

    trace = ledger.trace(FIELD_LOT)

    assert (len(trace.events), trace.lost) == (3, 1)
    for bundle in (ledger.entry_bundle, ledger.names_bundle):
        with pytest.raises(Unknown, match="entry 2 is lost: its event is not in our store"):
            bundle(0, 5)


def test_what_is_captured_and_not_yet_in_the_log_is_not_lost(ours):
    ours.capture(2)
    ours.publish()
    ours.capture(1)

    assert wiring.ledger(ours.settings).trace(FIELD_LOT).lost == 0


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (changed_entry, "entry 534 says that the map of 534 entries has the root"),
        (changed_names, "entry 276: commits to names of the digest"),
        (changed_map_entry, "entry 537 says that the map of 537 entries has the root 0000"),
        (without_map_entry, "the last 3 entries are followed by no map entry"),
        (changed_checkpoint, "the signature of .* does not fit the note"),
        (missing_bundle, "log/tile/entries/001|there is no"),
        (cut_bundle, "is cut or too long"),
    ],
)
def test_a_mirror_that_lies_is_refused_and_nothing_is_changed(lost, spoil, complaint):
    spoil(Path(lost.mirrored))

    with pytest.raises(Refused, match=complaint):
        recover(lost.settings, lost.mirrored, lambda line: None)

    assert lost.store.log.size() == 271
    assert lost.newest().size == 271


def test_a_store_that_went_on_otherwise_is_refused_and_not_changed(lost):
    lost.store.log.integrate(10)

    with pytest.raises(Refused, match=r"has gone on otherwise|says that the map of"):
        recover(lost.settings, lost.mirrored, lambda line: None)

    assert lost.store.log.size() == 275


def test_what_the_contract_holds_must_be_a_part_of_it_too(lost):
    engine = open_engine(lost.settings.database_url)

    with pytest.raises(Refused, match=r"over 271 entries; what we signed, or the contract holds, is 0000"):
        put_back(engine, lambda start: [], lost.newest(), [Held(271, bytes(32))])


def test_what_does_not_lead_to_what_we_signed_is_refused(lost):
    engine, signed = open_engine(lost.settings.database_url), lost.newest()

    with pytest.raises(Refused, match=r"over 271 entries; what we signed, or the contract holds, is 0000"):
        put_back(engine, lambda start: [], replace(signed, root=bytes(32)))


def test_the_command_says_what_it_put_back(lost, monkeypatch, capsys):
    monkeypatch.setenv("GUOJI_HOME", str(lost.settings.home))

    assert main(["recover", "--from", lost.mirrored]) == 0
    assert capsys.readouterr().out.split("\n")[:3] == [
        "put back: entries 271 to 537",
        "  with their events, which were still queued: 3",
        f"  known by entry only, since their events are lost: {SINCE + 2}",
    ]
    assert main(["recover", "--from", "https://no such place"]) == 65
    assert capsys.readouterr().err.count("\n") == 1


def test_a_mirror_that_a_replaced_key_signed_is_not_believed(lost):
    """Its thief could otherwise have the new key sign what the thief made up."""
    thief = lost.signer
    rotate_log(lost.settings)
    made_up = Checkpoint(thief.name, 999, bytes(32)).sign(thief)
    keep(Path(lost.mirrored) / "log" / "checkpoint", made_up.encode())
    marked = lost.mark.newest()

    with pytest.raises(Refused, match="signed by an earlier key of ours; nothing was changed"):
        recover(lost.settings, lost.mirrored, print)

    assert (lost.store.log.size(), lost.mark.newest()) == (271, marked)


def test_a_mirror_that_leaves_out_what_stands_at_the_mark_is_refused(lost):
    """What is missing is the tree that the mark names, and what the mirror has leads elsewhere."""
    signed = Checkpoint.open(lost.mark.newest(), NoteVerifier.of(lost.signer))
    other = replace(signed, size=signed.size - 1, root=bytes(32)).sign(lost.signer)
    (lost.settings.high_water_file).write_text(other)

    with pytest.raises(Refused, match=f"over {signed.size - 1} entries; what we signed"):
        recover(lost.settings, lost.mirrored, print)
    assert lost.mark.newest() == other
