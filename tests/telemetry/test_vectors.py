import json
import subprocess
import sys
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

import pytest

from traceability.epcis.profile import profile_faults
from traceability.epcis.validate import schema_faults
from traceability.epcis.vocabulary import GUOJI_NAMESPACE, GUOJI_PREFIX, STANDARD_CONTEXT
from traceability.telemetry.authenticate import content_digest
from traceability.telemetry.batch_event import check_batch
from traceability.telemetry.cose import parse_sign1
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.public_key import PublicKey
from traceability.telemetry.reading import leaf_of, parse_leaf
from traceability.telemetry.receipt import parse_text, to_text

VECTORS = Path(__file__).parent.parent / "vectors" / "telemetry"
CONTEXT = [STANDARD_CONTEXT, {GUOJI_PREFIX: GUOJI_NAMESPACE}]


def vector(name):
    return json.loads((VECTORS / f"{name}.json").read_text("utf-8"))


def test_the_vectors_are_those_that_the_script_writes(tmp_path):
    subprocess.run([sys.executable, VECTORS / "generate.py", tmp_path], check=True)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in VECTORS.glob("*.json")
    }


def test_the_leaf_reads_back():
    leaf = bytes.fromhex(vector("reading-leaf")["leaf"])

    assert leaf_of(parse_leaf(leaf)) == leaf
    assert parse_leaf(leaf).payload.decode() == vector("reading-leaf")["payload"]


@pytest.mark.parametrize("number", [0, 1])
def test_a_batch_event_is_checked_and_is_sound_epcis(number):
    batch = vector("batches")[number]

    check_batch([b64decode(leaf) for leaf in batch["leaves"]], batch["event"])
    assert schema_faults({"@context": CONTEXT, **batch["event"]}) == []
    assert profile_faults(batch["event"], CONTEXT) == []


@pytest.mark.parametrize("number", [0, 1])
def test_a_device_with_the_key_signs_the_same_message_and_the_gateway_takes_it(number):
    signed = vector("signed")[number]
    signer = DeviceSigner.from_pem(signed["private_key"].encode())
    payload = bytes.fromhex(signed["message"])

    assert signer.sign(bytes.fromhex(signed["senml"]), "cold-7") == payload
    assert (str(signer.public), signer.public.key_id.hex()) == (signed["public_key"], signed["key_id"])
    assert sha256(bytes.fromhex(signed["signed"])).hexdigest() == signed["digest"]
    assert content_digest(payload, "cold-7").hex() == signed["digest"]
    key = PublicKey.parse(signed["public_key"])
    assert key.verifies(parse_sign1(payload).signature, bytes.fromhex(signed["signed"]))


def test_a_batch_with_signed_readings_is_checked_and_is_sound_epcis():
    batch = vector("signed-batch")

    check_batch([b64decode(leaf) for leaf in batch["leaves"]], batch["event"])
    assert batch["event"]["guoji:signedCount"] == 2
    assert schema_faults({"@context": CONTEXT, **batch["event"]}) == []
    assert profile_faults(batch["event"], CONTEXT) == []


def test_the_receipt_reads_back():
    text = vector("receipt")["text"]

    assert to_text(parse_text(text)) == text
    assert parse_text(text).runs.all[0].chain.hex() == vector("receipt")["chain_after_2"]
    assert parse_text(text).runs.all[1].chain.hex() == vector("receipt")["chain_of_4"]
