"""docs/verify-by-hand.md does what it says, on a real installation, with no tools but those that it names."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.builders import PALLET, a_sighting
from tests.system.running import STORY
from traceability.log.merkle import leaf_hash
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.log.text import from_base64, to_base64

PAGE = (Path(__file__).parents[2] / "docs" / "verify-by-hand.md").read_text("utf-8")
TOOLS = re.findall(
    r"[a-z0-9]+", re.search(r"small tools (.+?) of any", PAGE, re.DOTALL)[1].replace(" and ", " ")
)
START, FETCH, *CHECKS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def told(installed):
    """An installation with two anchors, and the keys of an event under each."""
    running = installed()
    running.up()
    running.capture(*STORY)
    running.wait_until_anchored()
    running.capture(a_sighting(5, PALLET))
    running.wait_until_anchored()
    return running


@pytest.fixture
def proofs(told):
    """Of the events, by key, in the order of the log."""
    trace = told.proof(PALLET)["proofs"]
    by_key = {leaf_hash(from_base64(each["entry"], "entry")).hex(): each for each in trace}
    return dict(sorted(by_key.items(), key=lambda one: one[1]["anchor"]["size"]))


@pytest.fixture
def by_hand(told, tmp_path):
    """Type what the page says, into a folder of its own; `spoil` changes what was fetched."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in (*TOOLS, "curl", "openssl", "sha256sum"):
        (tools / name).symlink_to(shutil.which(name))
    folder = tmp_path / "folder"
    folder.mkdir()
    bash = shutil.which("bash")

    def typed(lines):
        return subprocess.run(
            [bash, "-eu", "-c", lines],
            cwd=folder,
            env={"PATH": str(tools)},
            capture_output=True,
            text=True,
            check=False,
        )

    def run(key, spoil=lambda folder: None):
        assert re.findall(r"^(\w+)=", START, re.MULTILINE) == ["SITE", "KEY"]
        start = f"SITE=http://127.0.0.1:{told.settings.http_port}\nKEY={key}\n"
        assert typed(start + FETCH).returncode == 0
        spoil(folder)
        return typed(start + "".join(CHECKS)), folder

    return run


def test_the_page_finds_every_event_of_a_trace_in_the_log_and_on_the_chain(by_hand, proofs):
    assert len(proofs) > 2
    for key in proofs:
        done, _ = by_hand(key)

        assert done.returncode == 0, done.stdout + done.stderr
        assert "FAILED" not in done.stdout
        assert "ok: the log signed it" in done.stdout
        assert "ok: the block is final\nanchored " in done.stdout


def in_proof(change):
    def spoil(folder):
        proof = json.loads((folder / "proof.json").read_text())
        change(proof)
        (folder / "proof.json").write_text(json.dumps(proof, ensure_ascii=False, indent=1))

    return spoil


def in_tlog(found, put):
    def change(proof):
        proof["tlog"], count = re.subn(found, put, proof["tlog"], count=1)
        assert count == 1

    return in_proof(change)


def in_trust(found, put):
    def spoil(folder):
        text, count = re.subn(found, put, (folder / "trust.txt").read_text(), flags=re.MULTILINE)
        assert count == 1
        (folder / "trust.txt").write_text(text)

    return spoil


def turned(text, at):
    """Base64 with one bit of the byte `at` turned over."""
    data = bytearray(from_base64(text, "text"))
    data[at] ^= 1
    return to_base64(bytes(data))


def with_entry(at):
    return in_proof(lambda proof: proof.update(entry=turned(proof["entry"], at)))


def with_transaction(transaction):
    return in_proof(lambda proof: proof["anchor"].update(transaction=transaction))


A_HASH = r"(?<=\n)[A-Za-z0-9+/]{43}=\n"
OTHER = NoteVerifier.of(NoteSigner("guoji.example/log", Ed25519PrivateKey.from_private_bytes(bytes(32))))


LIES = {
    "the entry's first byte": (with_entry(0), "the entry has this key"),
    "the entry's last byte": (with_entry(-1), "the entry has this key"),
    "an index beyond the log": (in_tlog(r"index \d+", "index 999999"), "the index lies in the log"),
    "an index that is a command": (
        in_tlog(r"index \d+", "index a[$(touch hacked)]"),
        "the index lies in the log",
    ),
    "no index": (in_tlog(r"index \d+\n", ""), "the index lies in the log"),
    "a hash changed": (
        in_tlog(A_HASH, lambda line: turned(line[0][:-1], 0) + "\n"),
        "the top is the root of the checkpoint",
    ),
    "a hash missing": (in_tlog(A_HASH, ""), "the climb ends at the top"),
    "a hash added": (in_tlog("\n\n", f"\n{'A' * 43}=\n\n"), "one step up from place 0 of 1"),
    "another log": (
        in_tlog("\n\n[^\n]+", "\n\nother.example/log"),
        "the checkpoint is of the log in the policy",
    ),
    "the signed text": (in_tlog(r"\n\n(?=—)", "\nextension\n\n"), "the log signed it"),
    "another key": (in_trust("^log .*", f"log {OTHER.vkey}"), "a signature names a key of the policy"),
    "another chain": (in_trust("^chain .*", "chain 1"), "it is the chain of the policy"),
    "another contract": (
        in_trust("^contract 0x..", "contract 0x00"),
        "the contract took this size and root of this log",
    ),
    "no such transaction": (with_transaction("0x" + "11" * 32), "the transaction succeeded"),
    "a transaction that is a command": (
        with_transaction("0x'; touch hacked; '"),
        "the transaction succeeded",
    ),
    "no anchor": (in_proof(lambda proof: proof.update(anchor=None)), "the transaction succeeded"),
}
"""What is changed in the files that were fetched, and what the page says then."""


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_stops_the_page_at_the_line_that_finds_it(by_hand, proofs, lie):
    spoil, said = LIES[lie]

    done, folder = by_hand(next(iter(proofs)), spoil)

    assert done.returncode != 0
    assert done.stdout.splitlines()[-1] == f"FAILED: {said}", done.stdout + done.stderr
    assert not (folder / "hacked").exists()


@pytest.mark.parametrize("lines", [r"log {} \n\g<0>", r"\g<0>\nlog {} "])
def test_of_the_keys_of_a_log_the_page_takes_the_one_that_signed(by_hand, proofs, lines):
    spoil = in_trust("^log .*", lines.format(OTHER.vkey))

    done, _ = by_hand(next(iter(proofs)), spoil)

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_signature_of_another_key_under_the_right_id_is_none(by_hand, proofs):
    def change(proof):
        note, line = proof["tlog"].rstrip("\n").rsplit(" ", 1)
        proof["tlog"] = f"{note} {turned(line, -1)}\n"

    done, _ = by_hand(next(iter(proofs)), in_proof(change))

    assert done.stdout.splitlines()[-1] == "FAILED: the log signed it"


def test_an_anchor_of_another_size_is_not_taken_for_this_one(by_hand, proofs):
    first, *_, last = proofs.values()
    assert first["anchor"]["size"] != last["anchor"]["size"]

    done, _ = by_hand(next(iter(proofs)), with_transaction(last["anchor"]["transaction"]))

    assert done.stdout.splitlines()[-1] == "FAILED: the contract took this size and root of this log"


def test_the_entry_of_another_event_is_not_taken_for_the_one_that_was_asked_for(by_hand, proofs):
    *_, last = proofs.values()

    done, _ = by_hand(next(iter(proofs)), in_proof(lambda proof: proof.update(last)))

    assert done.stdout.splitlines() == ["FAILED: the entry has this key"]
