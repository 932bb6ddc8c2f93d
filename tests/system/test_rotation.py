"""Each key of an installation that runs is replaced, and every proof of before and after stays good."""

import json
import time
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.builders import LOT, a_harvest
from tests.system.running import STORY
from traceability.chain.devnet import fund, settle
from traceability.chain.rpc import RpcChain
from traceability.keys.ring import CHAIN, OLD
from traceability.log.checkpoint import Checkpoint, log_id, open_checkpoint
from traceability.log.merkle import leaf_hash
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.log.successor import is_successor_entry
from traceability.log.tlog_proof import TlogProof
from traceability.own_chain import contract, rpc_url
from traceability.own_policy import own_logs, policy, policy_text
from traceability.proof.proof_file import parse_proof_file, to_bytes


@pytest.fixture(scope="module")
def rotated(running):
    """Proofs from before, and what happened then: every key was replaced while things were captured."""
    running.capture(*STORY)
    running.wait_until_anchored()
    before = running.proof()
    for key in ("gateway", "log", "chain"):
        done = running.guoji("keys", "rotate", key)
        assert done.returncode == 0, done.stderr
        running.capture(a_harvest(10 + len(key), lot=LOT))
    running.down()
    running.up()
    running.capture(a_harvest(20, lot=LOT))
    running.wait_until_anchored()
    return before


def test_a_proof_by_the_old_key_verifies_with_the_new_trust_policy(running, rotated):
    done = running.verify(rotated)

    assert done.returncode == 0, done.stdout + done.stderr


def test_all_of_it_is_proved_under_both_keys_and_the_log_is_one(running, rotated):
    done = running.verify(running.proof())

    assert done.returncode == 0, done.stdout + done.stderr
    running.audit()
    newest, by = open_checkpoint(running.store.checkpoints.newest(), own_logs(running.settings))
    assert by == own_logs(running.settings)[1]
    entries = running.store.log.entries(0, newest.size)
    assert sum(map(is_successor_entry, entries)) == 1


def test_devices_with_the_new_policy_get_receipts_that_they_believe(running, rotated):
    device = running.device("logger-1", epoch=77)
    device.send(time.time_ns() // 1_000_000, {"battery": 50})

    device.settle(60)

    assert device.kept() == 0
    device.close()


def test_in_the_contract_the_new_key_took_over_the_log(running, rotated):
    old, new = (log_id(key.name, key.public_key) for key in own_logs(running.settings))
    chain = RpcChain(rpc_url(running.settings))
    address = policy(running.settings).contract

    assert chain.predecessor(address, new) == old
    assert chain.head(address, new).size > chain.head(address, old).size > 0


@pytest.fixture(scope="module")
def rewritten(running, rotated):
    """The key of an operator who drops all entries but one and begins anew with it; a proof by that key."""
    settings, proof = running.settings, parse_proof_file(json.dumps(running.proof()).encode()).proofs[0]
    signer = NoteSigner(own_logs(settings)[0].name, Ed25519PrivateKey.generate())
    key = NoteVerifier.of(signer)
    tree = Checkpoint(signer.name, 1, leaf_hash(proof.entry.to_bytes()))
    seen = contract(settings, log=key)
    administrator = contract(settings, CHAIN + OLD, log=key)  # for a day still
    fund(rpc_url(settings), administrator.client.account.address)
    administrator.grant_publisher(seen.client.account.address)
    signed = seen.sign_append(0, tree.size, tree.root, [])
    seen.client.mine(signed)
    settle(rpc_url(settings))
    mined = seen.mined(signed.tx_hash)
    claim = replace(
        proof.anchor,
        log_id=seen.log_id,
        size=tree.size,
        root=tree.root,
        transaction=signed.tx_hash,
        block_number=mined.block_number,
        block_hash=mined.block_hash,
    )
    forged = replace(proof, tlog=TlogProof(0, (), tree.sign(signer)), anchor=claim)
    return key, json.loads(to_bytes(forged))


def test_an_operator_who_begins_anew_under_another_key_is_contradicted(running, rewritten, tmp_path):
    key, proof = rewritten
    trust = policy_text(running.settings)
    told, alone = tmp_path / "told.txt", tmp_path / "alone.txt"
    told.write_text(f"{trust}log {key.vkey}\n")
    others = [line for line in trust.splitlines() if not line.startswith("log ")]
    alone.write_text("\n".join([*others, f"log {key.vkey}", ""]))

    for each in (proof, running.proof()):
        done = running.verify(each, "--trust", str(told))
        assert "Contradicted" in done.stdout
        assert "does not know the log id" in done.stdout
    # Nothing else is wrong with it: who believes that key alone has no history to compare.
    done = running.verify(proof, "--trust", str(alone))
    assert done.returncode == 0, done.stdout + done.stderr
