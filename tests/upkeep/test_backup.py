"""A backup taken from under writers is one moment, and comes back whole on either database, or not at all."""

import hashlib
import json
import threading
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import MetaData, text

from tests.audit import audit
from tests.builders import FARM, LOGGER, a_harvest
from traceability.errors import InvalidInput, Unavailable
from traceability.keys.files import write_secret
from traceability.keys.ring import CHAIN, GATEWAY, LOG, NEXT
from traceability.ledger.anchor import Anchor
from traceability.ledger.capture import capture
from traceability.ledger.publish import publish
from traceability.ledger.record import Accepted, Rejected
from traceability.ledger.seal import seal
from traceability.log.checkpoint import Checkpoint
from traceability.log.merkle import EMPTY_ROOT
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.own_files import documents
from traceability.own_policy import gateway_signer, log_signer, own_log, policy_text
from traceability.own_store import open_store
from traceability.settings import Settings
from traceability.store import dump
from traceability.store.high_water import HighWaterFile
from traceability.store.migrate import check_up_to_date, upgrade
from traceability.store.schema import open_engine
from traceability.telemetry.device import Device
from traceability.telemetry.reading import Authenticated, Reading
from traceability.upkeep.backup import backup
from traceability.upkeep.backup_file import MANIFEST, Writer, opened
from traceability.upkeep.installation import make
from traceability.upkeep.restore import restore
from traceability.upkeep.rotation import rotate_gateway, rotate_log

AT = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]


def silent(_line):
    pass


@pytest.fixture
def home(tmp_path, request):
    """Settings of a home on one of the databases; nothing is there yet."""

    def named(name, database):
        url = request.getfixturevalue("new_postgresql")() if database == "postgresql" else ""
        return Settings.read({"GUOJI_HOME": str(tmp_path / name), "GUOJI_DATABASE": url})

    return named


@pytest.fixture(params=DATABASES)
def installation(request, home):
    """With something in every corner."""
    settings = home("home", request.param)
    make(settings)
    store = open_store(settings)
    store.devices.keep(Device("cold-7", LOGGER, FARM, {"zh": "冷藏车"}, "p", cold_chain=True))
    store.arrivals.record([*(a_reading(number) for number in range(1, 9)), a_rejection()])
    write(settings, store, range(3))
    seal(store.sealing, 1_790_000_100_000, 1, "https://guoji.example")
    write(settings, store, range(3, 30))
    note = store.checkpoints.newest()
    signed = Checkpoint.open(note, own_log(settings))
    store.anchors.keep(Anchor("0x01", 0, signed.size, signed.root, note, b"raw", AT, "final", 7, "0x07", AT))
    documents(settings).keep(b"a laboratory sheet")
    (settings.home / "documents" / ("0" * 64 + ".new")).write_bytes(b"unfinished")
    store.close()
    return settings


def a_reading(sequence):
    payload = json.dumps(
        [
            {"bn": "cold-7:", "bt": 1_790_000_000 + sequence, "n": "epoch", "u": "count", "v": 1},
            {"n": "seq", "u": "count", "v": sequence},
            {"n": "battery", "u": "%EL", "v": 50},
        ]
    ).encode()
    at_ms = (1_790_000_000 + sequence) * 1000
    reading = Reading("cold-7", 1, sequence, at_ms, Authenticated.BROKER, payload)
    return Accepted(reading, hashlib.sha256(payload).digest(), at_ms, at_ms)


def a_rejection():
    digest = hashlib.sha256(b"warm").digest()
    return Rejected("guoji/v1/cold-7/readings", "cold-7", None, 1_000, b"warm", digest, "not JSON")


def write(settings, store, numbers):
    capture([a_harvest(kg=number + 1) for number in numbers], FARM, store.events, 5)
    publish(store.log, store.checkpoints, HighWaterFile(settings.high_water_file), log_signer(settings))


def taken(settings, name="one.guoji", with_keys=False):
    file = settings.home.parent / name
    backup(settings, file, with_keys, AT, silent)
    return file


def check(settings, verifier):
    """Recompute all that a restored home holds."""
    store = open_store(settings)
    try:
        audit(store, verifier)
    finally:
        store.close()


@pytest.mark.parametrize("to", DATABASES)
def test_what_is_restored_elsewhere_is_the_same_on_either_database_to_the_byte(installation, home, to):
    first, there = taken(installation), home("there", to)

    manifest = restore(first, there, silent)
    second = taken(replace(there, origin=installation.origin), "two.guoji")

    verifier = own_log(installation)
    assert NoteVerifier.of(log_signer(installation)) == verifier == own_log(there)
    check(there, verifier)
    assert contents(second) == contents(first)
    assert Checkpoint.open(manifest.checkpoint, verifier).size == size_of(there)
    assert documents(there).read(hashlib.sha256(b"a laboratory sheet").hexdigest()) == b"a laboratory sheet"


def contents(file):
    """All but the settings, which name the database, and what the manifest says of them."""
    with opened(file) as reader:
        return {part.name: part for part in reader.manifest.parts if part.name != "home/guoji.toml"}


def size_of(settings):
    store = open_store(settings)
    try:
        return store.log.size()
    finally:
        store.close()


def test_the_same_moment_makes_the_same_file(installation):
    assert taken(installation, "one").read_bytes() == taken(installation, "two").read_bytes()


def test_every_table_is_in_it_and_those_that_were_written_have_rows(installation):
    with opened(taken(installation)) as reader:
        sizes = {part.shape.name: part.size for part in reader.manifest.parts if part.shape}

    assert set(sizes) == {table.name for table in dump.tables()}
    written = {
        "reading",
        "quarantine",
        "batch",
        "event",
        "log_entry",
        "tile",
        "checkpoint",
        "anchor",
        "token",
    }
    assert all(sizes[name] for name in written)


def test_what_is_taken_while_others_write_is_one_moment(installation, home):
    stop, there = threading.Event(), home("there", "sqlite")

    def keep_writing():
        store, number = open_store(installation), 1_000
        while not stop.is_set():
            write(installation, store, range(number, number + 20))
            number += 20
        store.close()

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        while size_of(installation) < 80:
            pass
        file = taken(installation)
    finally:
        stop.set()
        writer.join()

    manifest = restore(file, there, silent)
    check_newest_is_covered(there, installation, manifest)


def check_newest_is_covered(there, installation, manifest):
    """The newest checkpoint, and the entries beyond it that wait for the next one."""
    store = open_store(there)
    signed = Checkpoint.open(manifest.checkpoint, own_log(installation)).size
    assert 30 < signed <= store.log.size() <= size_of(installation)
    publish(store.log, store.checkpoints, HighWaterFile(there.high_water_file), log_signer(installation))
    audit(store, own_log(installation))
    store.close()


def test_keys_are_in_it_only_when_asked_for_and_the_passphrase_never(installation, home):
    ring = replace(installation, passphrase_file="keys/passphrase").key_ring
    installation.key_ring.passphrase_file.rename(ring.passphrase_file)
    settings = replace(installation, passphrase_file="keys/passphrase")
    write_secret(settings.keys / "administrator.token", b"guoji_secret")
    passphrase = ring.passphrase_file.read_bytes().strip()

    without, with_keys = taken(settings, "without"), taken(settings, "with", with_keys=True)

    assert {part for part in contents(without) if part.startswith("keys/")} == set()
    assert {part for part in contents(with_keys) if part.startswith("keys/")} == {
        "keys/log.pem",
        "keys/gateway.pem",
        "keys/chain.key",
        "keys/serials.key",
    }
    assert with_keys.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(with_keys) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert passphrase not in everything
    assert b"guoji_secret" not in everything

    there = replace(home("there", "sqlite"), passphrase_file="keys/passphrase")
    restore(with_keys, there, silent)
    write_secret(there.key_ring.passphrase_file, passphrase)
    assert there.key_ring.signing_key(LOG).public_key() == ring.signing_key(LOG).public_key()
    assert {file.stat().st_mode & 0o777 for file in there.keys.iterdir()} == {0o600}


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_rules_that_people_wrote_come_back_and_what_lies_elsewhere_is_named(installation, home):
    elsewhere = installation.home.parent / "elsewhere.toml"
    settings = replace(installation, alerts_file="my-alerts.toml", thresholds_file=str(elsewhere))
    for file in (settings.home / "my-alerts.toml", settings.home / "cold-chain.toml", elsewhere):
        file.write_text(f"# {file.name}")
    said, there = [], home("there", "sqlite")

    backup(settings, elsewhere.with_name("one.guoji"), False, AT, said.append)
    restore(elsewhere.with_name("one.guoji"), there, silent)

    for name in ("my-alerts.toml", "cold-chain.toml"):
        assert (there.home / name).read_text() == f"# {name}"
    assert not (there.home / elsewhere.name).exists()
    assert [line for line in said if "not in it" in line] == [
        f"not in it: {elsewhere}; only *.toml in {settings.home} itself are"
    ]


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_what_was_restored_without_keys_gets_no_new_ones(installation, home):
    there = home("there", "sqlite")
    restore(taken(installation), there, silent)

    with pytest.raises(
        InvalidInput, match=r"trust\.txt names other keys than .*log\.pem: put keys/ and passp"
    ):
        make(there)

    assert not there.keys.exists()
    assert not there.key_ring.passphrase_file.exists()


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "rotate", "sign"),
    [(LOG, rotate_log, log_signer), (GATEWAY, rotate_gateway, gateway_signer)],
)
def test_a_key_that_the_trust_policy_does_not_name_neither_signs_nor_is_rotated(
    installation, home, name, rotate, sign
):
    other = home("other", "sqlite")
    make(other)
    believed = policy_text(installation)
    (other.trust_file).write_text(believed)

    with pytest.raises(Unavailable, match=f"names other keys than .*{name}: put keys/ and passphrase back"):
        sign(other)
    with pytest.raises(InvalidInput, match=f"names other keys than .*{name}"):
        rotate(other)

    assert policy_text(other) == believed
    assert not other.key_ring.has(name + NEXT)


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_a_key_in_clear_is_not_put_into_a_backup(installation):
    write_secret(installation.keys / CHAIN, b"1f" * 32)

    with pytest.raises(InvalidInput, match=r"chain\.key is not encrypted; `guoji keys encrypt` makes it so"):
        taken(installation, with_keys=True)

    assert not (installation.home.parent / "one.guoji").exists()


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_a_file_that_is_there_is_not_overwritten(installation):
    file = installation.home.parent / "one.guoji"
    file.write_bytes(b"precious")

    with pytest.raises(InvalidInput, match="is there already"):
        taken(installation)

    assert file.read_bytes() == b"precious"


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_nothing_is_restored_over_anything(installation, home):
    file, other = taken(installation), home("other", "sqlite")
    make(other)
    before = {path: path.read_bytes() for path in sorted(other.home.rglob("*")) if path.is_file()}

    with pytest.raises(InvalidInput, match=r"other is not empty; restore into a new home"):
        restore(file, other, silent)

    assert {path: path.read_bytes() for path in sorted(other.home.rglob("*")) if path.is_file()} == before


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
@pytest.mark.slow
def test_a_database_that_holds_something_is_refused_and_the_home_not_made(installation, home):
    file, there = taken(installation), home("there", "postgresql")
    engine = open_engine(there.database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE mine (a int)"))
    engine.dispose()

    with pytest.raises(InvalidInput, match="the database holds 1 tables already, want an empty one"):
        restore(file, there, silent)

    assert not there.home.exists()


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_the_restored_settings_do_not_lead_to_the_old_database(installation, home):
    toml = installation.home / "guoji.toml"
    toml.write_text('database = "postgresql+psycopg://old@host/old"\nparty = "9521234000006"\n')
    there = home("there", "sqlite")

    restore(taken(installation), there, silent)

    assert Settings.read({"GUOJI_HOME": str(there.home)}) == replace(there, party="9521234000006")


@pytest.mark.parametrize("to", DATABASES)
def test_a_backup_with_an_older_schema_is_brought_up_to_date(tmp_path, home, to):
    """As of before an anchor knew under which key it is."""
    signer, there = NoteSigner("guoji.example/log", Ed25519PrivateKey.generate()), home("there", to)
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}", create=True)
    with engine.begin() as connection:
        upgrade(connection, "0002")
        values = "'0x01', '0x02', 0, 0, x'', :note, x'', 0, 'sent', NULL, NULL, NULL"
        note = Checkpoint(signer.name, 0, EMPTY_ROOT).sign(signer)
        connection.execute(text(f"INSERT INTO anchor VALUES ({values})"), {"note": note})
        tables = MetaData()
        tables.reflect(connection, only=lambda name, _: name != "alembic_version")
        with zipfile.ZipFile(tmp_path / "old.guoji", "w") as archive:
            writer = Writer(archive)
            for table in tables.sorted_tables:
                lines = dump.lines(connection, table)
                writer.add(f"tables/{table.name}.jsonl", lines, dump.Shape.of(table))
            writer.finish("0002", signer.name, "2026-11-22T07:30:00Z", None)
    engine.dispose()

    restore(tmp_path / "old.guoji", there, silent)

    engine = open_engine(there.database_url)
    check_up_to_date(engine)
    with engine.connect() as connection:
        keys = connection.execute(text("SELECT log_key FROM anchor")).scalars().all()
    engine.dispose()
    assert keys == [NoteVerifier.of(signer).key_id.hex()]


def a_copy(file, changes):
    """The backup with some members changed, left out (None) or added."""
    copy = file.with_name("altered.guoji")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        members = {name: source.read(name) for name in source.namelist()} | changes
        for name, content in members.items():
            if content is not None:
                target.writestr(name, content)
    return copy


def manifest_of(file):
    with zipfile.ZipFile(file) as archive:
        return json.loads(archive.read(MANIFEST))


ALTERED = {
    "a row changed": (
        lambda _: {"tables/token.jsonl": b'["administrator","0","admin",null,null,"all","",null]\n'},
        r"tables/token\.jsonl in .* was altered: it has 54 bytes with SHA-256 \w+, want \d+ with \w+",
    ),
    "a part left out": (lambda _: {"home/trust.txt": None}, "holds other parts than its manifest names"),
    "a part added": (lambda _: {"home/evil": b"x"}, "holds other parts than its manifest names"),
    "no manifest": (lambda _: {MANIFEST: None}, "manifest.json in .* is damaged"),
    "manifest is no JSON": (lambda _: {MANIFEST: b"{"}, "manifest.json in .*Invalid JSON"),
    "manifest says too much": (lambda m: {MANIFEST: m | {"more": 1}}, "more Unexpected keyword argument"),
    "another format": (lambda m: {MANIFEST: m | {"format": "x/9"}}, "has the format 'x/9', want 'guoji-b"),
    "newer schema": (
        lambda m: {MANIFEST: m | {"schema": "9999"}},
        "'9999' is newer than this Guoji, which knows",
    ),
    "a part outside": (
        lambda m: {
            MANIFEST: m | {"parts": [{"name": "home/../../x", "size": 1, "sha256": ""}]},
        },
        r"a backup has no part 'home/\.\./\.\./x'",
    ),
}


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("change", "complaint"), ALTERED.values(), ids=ALTERED)
def test_an_altered_backup_is_refused_by_what_is_wrong_and_nothing_is_touched(
    installation, home, change, complaint
):
    file, there = taken(installation), home("there", "sqlite")
    changes = {
        name: json.dumps(content).encode() if isinstance(content, dict) else content
        for name, content in change(manifest_of(file)).items()
    }

    with pytest.raises(InvalidInput, match=complaint):
        restore(a_copy(file, changes), there, silent)

    assert not list(there.home.parent.glob("there*"))


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_a_row_of_another_table_with_a_fitting_hash_is_refused_too(installation, home):
    file, there = taken(installation), home("there", "sqlite")
    manifest, row = manifest_of(file), b'["administrator", null, null, null, null, null, null, null]\n'
    [part] = [part for part in manifest["parts"] if part["name"] == "tables/token.jsonl"]
    part |= {"size": len(row), "sha256": hashlib.sha256(row).hexdigest()}
    copy = a_copy(file, {"tables/token.jsonl": row, MANIFEST: json.dumps(manifest).encode()})

    with pytest.raises(InvalidInput, match=r"tables/token\.jsonl does not fit its schema: IntegrityError"):
        restore(copy, there, silent)

    assert not list(there.home.parent.glob("there*"))


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_a_cut_or_damaged_file_is_refused_wherever_and_nothing_is_touched(installation, home):
    whole, there = taken(installation).read_bytes(), home("there", "sqlite")
    damaged = installation.home.parent / "damaged.guoji"
    places = [len(whole) * step // 23 for step in range(23)]

    for cut in places:
        damaged.write_bytes(whole[:cut])
        with pytest.raises(InvalidInput, match="is no backup, or was cut"):
            restore(damaged, there, silent)
    assert not list(there.home.parent.glob("there*"))


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_a_turned_bit_is_refused_or_changes_nothing(installation, home):
    file = taken(installation)
    whole, damaged = file.read_bytes(), file.with_name("damaged.guoji")
    refused = 0

    for step in range(20):
        at, there = len(whole) * step // 20, home(f"there-{step}", "sqlite")
        damaged.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            restore(damaged, there, silent)
            assert contents(taken(replace(there, origin=installation.origin), f"{step}")) == contents(file)
        except InvalidInput:
            refused += 1
            assert not there.home.exists()

    assert refused > 12


class Crash(Exception):
    pass


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_a_crash_while_restoring_leaves_no_home_and_the_next_try_makes_it(installation, home, monkeypatch):
    file, there = taken(installation), home("there", "sqlite")
    unfinished = Path(f"{there.home}.restoring")  # what a kill leaves
    (unfinished / "keys").mkdir(parents=True)
    (unfinished / "guoji.db").write_bytes(b"half")
    with monkeypatch.context() as patched:
        patched.setattr("traceability.upkeep.restore.upgrade", lambda *_: (_ for _ in ()).throw(Crash))
        with pytest.raises(Crash):
            restore(file, there, silent)
    assert not there.home.exists()

    restore(file, there, silent)

    check(there, own_log(installation))


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_a_crash_while_taking_it_leaves_no_file_that_looks_whole(installation, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr("traceability.upkeep.backup.Writer.finish", lambda *_: (_ for _ in ()).throw(Crash))
        with pytest.raises(Crash):
            taken(installation)
    assert not (installation.home.parent / "one.guoji").exists()

    with opened(taken(installation)) as reader:
        assert reader.manifest.taken_at == "2026-11-22T07:30:00Z"
