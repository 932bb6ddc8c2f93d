"""A foreign program reads and verifies the log that we serve, and refuses one that lies."""

import base64
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.api.serving import served
from tests.builders import FARM, a_harvest
from tests.fakes import FakeMark
from traceability import own_store, wiring
from traceability.ledger.capture import capture
from traceability.ledger.publish import publish
from traceability.log import tiles
from traceability.log.checkpoint import Checkpoint
from traceability.log.merkle import leaf_hash
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.log.tiles import TilePath
from traceability.own_policy import log_signer
from traceability.settings import Settings
from traceability.upkeep.installation import make

pytestmark = pytest.mark.slow

FIRST, MORE = 130, 460
"""Events of two publications: full tiles and partial ones, and a tile of tiles."""


@dataclass(frozen=True, slots=True)
class Published:
    url: str
    folder: Path
    """What lies under the URL, as files."""
    signer: NoteSigner
    old: str
    """The checkpoint after the first publication."""
    proof: bytes
    """The proof file of one event."""
    entries: list[bytes]

    @property
    def key(self):
        return NoteVerifier.of(self.signer).vkey

    @property
    def checkpoint(self):
        return Checkpoint.open((self.folder / "checkpoint").read_text(), NoteVerifier.of(self.signer))


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A log of our own store, served by our own application."""
    home = tmp_path_factory.mktemp("foreign")
    settings = Settings.read({"GUOJI_HOME": str(home / "home")})
    make(settings)
    store, ledger, signer = own_store.open_store(settings), wiring.ledger(settings), log_signer(settings)
    harvests = [a_harvest(kg=number + 1) for number in range(FIRST + MORE)]
    capture(harvests[:FIRST], FARM, store.events, 5)
    publish(store.log, store.checkpoints, FakeMark(), signer)
    old = store.checkpoints.newest()
    [*_, last] = capture(harvests[FIRST:], FARM, store.events, 6)
    publish(store.log, store.checkpoints, FakeMark(), signer)
    with served(ledger) as address:
        url = f"{address}/log"
        size = Checkpoint.open(store.checkpoints.newest(), NoteVerifier.of(signer)).size
        copy(url, size, home / "log")
        yield Published(url, home / "log", signer, old, ledger.proof(last.key), store.log.entries(0, size))
    store.close()


def copy(url, size, folder):
    hash_tiles = list(tiles.new_tiles(0, size))
    bundles = [TilePath(None, tile.index, tile.width) for tile in hash_tiles if tile.level == 0]
    with httpx.Client(trust_env=False) as client:
        for path in ["checkpoint", *map(str, hash_tiles), *map(str, bundles)]:
            answer = client.get(f"{url}/{path}").raise_for_status()
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(answer.content)


@pytest.fixture
def folder(published, tmp_path):
    """A copy that a test may spoil."""
    return shutil.copytree(published.folder, tmp_path / "log")


def test_it_reads_the_log_as_we_serve_it(check_log, published):
    checked = check_log(published.url, published.key)

    size, root = published.checkpoint.size, base64.b64encode(published.checkpoint.root).decode()
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout == f"{size} entries under {root}\n"
    assert size >= FIRST + MORE


def test_it_finds_that_the_log_extends_an_older_checkpoint(check_log, published, folder, tmp_path):
    (tmp_path / "old").write_text(published.old)

    checked = check_log(folder, published.key, since=tmp_path / "old")

    old_size = Checkpoint.open(published.old, NoteVerifier.of(published.signer)).size
    assert checked.returncode == 0, checked.stderr
    assert f"extends the log of {old_size} entries" in checked.stdout


def test_it_verifies_a_tlog_proof(check_log, published, folder, tmp_path):
    proof = write_proof(published, tmp_path)

    checked = check_log(folder, published.key, **proof)

    assert checked.returncode == 0, checked.stderr
    assert "proof file: entry" in checked.stdout


def test_it_refuses_a_proof_of_another_entry(check_log, published, folder, tmp_path):
    proof = write_proof(published, tmp_path)
    flip_a_bit(proof["entry"])

    checked = check_log(folder, published.key, **proof)

    assert (checked.returncode, checked.stderr) == (1, "check_log: proof file: invalid transparency proof\n")


def test_it_refuses_a_checkpoint_under_another_key(check_log, published, folder):
    other = NoteSigner(published.signer.name, Ed25519PrivateKey.generate())
    (folder / "checkpoint").write_text(published.checkpoint.sign(other))

    checked = check_log(folder, published.key)

    assert (checked.returncode, checked.stderr) == (1, "check_log: note has no verifiable signatures\n")


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/001", "tile/1/000.p/2", "tile/entries/001"])
def test_it_refuses_a_bit_that_was_flipped(check_log, published, folder, path):
    flip_a_bit(folder / path)

    checked = check_log(folder, published.key)

    assert checked.returncode == 1
    # Which of its checks sees it first depends on the version of Go's package.
    assert re.fullmatch(
        r"check_log: (downloaded inconsistent tile|entry \d+: invalid transparency proof)\n", checked.stderr
    )


def test_it_refuses_a_tile_that_was_cut(check_log, published, folder):
    tile = folder / "tile" / "0" / "001"
    tile.write_bytes(tile.read_bytes()[:-32])

    checked = check_log(folder, published.key)

    assert (checked.returncode, checked.stderr) == (
        1,
        "check_log: tile/0/001 has 8160 bytes, want 256 hashes\n",
    )


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda entries: entries[:-1], "check_log: log shrank from {size} entries to {less}\n"),
        (lambda entries: [*entries[:7], b"rewritten", *entries[8:]], "does not extend the one of {size}"),
    ],
    ids=["shrunk", "rewritten"],
)
def test_it_refuses_a_log_that_does_not_extend_what_was_seen(
    check_log, published, tmp_path, change, complaint
):
    write_log(tmp_path / "forked", change(published.entries), published.signer)

    checked = check_log(tmp_path / "forked", published.key, since=published.folder / "checkpoint")

    size = published.checkpoint.size
    assert checked.returncode == 1
    assert complaint.format(size=size, less=size - 1) in checked.stderr


def write_proof(published, folder):
    proof = json.loads(published.proof)
    (folder / "proof").write_text(proof["tlog"])
    (folder / "entry").write_bytes(base64.b64decode(proof["entry"]))
    return {"proof": folder / "proof", "entry": folder / "entry"}


def flip_a_bit(file):
    content = bytearray(file.read_bytes())
    content[40] ^= 1
    file.write_bytes(content)


def write_log(folder, entries, signer):
    """A log of these entries that is sound in itself."""
    grown = tiles.extend(0, [leaf_hash(entry) for entry in entries], lambda *tile: b"")
    files = {str(path): grown[path.level, path.index] for path in tiles.new_tiles(0, len(entries))}
    for first in range(0, len(entries), tiles.WIDTH):
        bundle = entries[first : first + tiles.WIDTH]
        files[str(TilePath(None, first // tiles.WIDTH, len(bundle)))] = tiles.to_bundle(bundle)
    root = tiles.root(len(entries), lambda level, index, width: grown[level, index])
    files["checkpoint"] = Checkpoint(signer.name, len(entries), root).sign(signer).encode()
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
