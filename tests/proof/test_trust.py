"""Trust policies: what is read, and that nothing is passed over."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.laboratories import KEY, OTHER_KEY, a_trusted
from traceability.errors import InvalidInput
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.proof.chain_reader import Finality
from traceability.proof.trust import TrustedDevice, TrustPolicy
from traceability.telemetry.public_key import Algorithm, PublicKey


def a_key(name, seed=0):
    return NoteVerifier.of(NoteSigner(name, Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32))))


LOG, GATEWAY = a_key("guoji.example/log"), a_key("guoji.example/gateway", 1)
TRUCK = TrustedDevice("https://id.gs1.org/8004/9521234TRUCK7", PublicKey(Algorithm.EdDSA, bytes(range(32))))
CONTRACT = "0x" + "ab" * 20
LABORATORY = a_trusted()
WHOLE = f"""\
# what the demo believes
log {LOG.vkey} https://guoji.example/log
  quorum   none
gateway\t{GATEWAY.vkey}

chain 31337
contract {CONTRACT.upper().replace("0X", "0x")}
issuer {LABORATORY.text}
finality confirmations 6
device {TRUCK.giai} {TRUCK.key}
endpoint http://127.0.0.1:8545
endpoint https://rpc.example/key
agree 1
label Private test chain, editable by its operator
"""


def test_every_line_is_read():
    policy = TrustPolicy.parse(WHOLE)

    assert policy == TrustPolicy(
        logs=(LOG,),
        gateways=(GATEWAY,),
        devices=(TRUCK,),
        issuers=(LABORATORY,),
        chain_id=31337,
        contract=CONTRACT,
        finality=Finality(6),
        endpoints=("http://127.0.0.1:8545", "https://rpc.example/key"),
        agree=1,
        label="Private test chain, editable by its operator",
    )


def test_a_plain_tlog_policy_is_one_too():
    policy = TrustPolicy.parse(f"log {LOG.vkey}\nquorum none\n")

    assert policy == TrustPolicy(logs=(LOG,))
    assert (policy.agree, policy.finality) == (2, Finality())


def _issuer(**changed):
    """The JSON of a line about another laboratory."""
    return json.dumps(json.loads(LABORATORY.text) | {"id": OTHER_KEY.issuer} | changed)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("chian 1", "cannot read 'chian 1'"),
        (f"device {TRUCK.giai} RSA AAAA", "public key is for 'RSA'"),
        (f"device {TRUCK.giai}", "cannot read"),
        (f"device {TRUCK.giai}?11=260101 {TRUCK.key}", "is not the canonical Digital Link of a GIAI"),
        (f"device https://id.gs1.org/414/9521234000013 {TRUCK.key}", "is not the canonical"),
        ("issuer", "cannot read"),
        ("issuer https://lab.example", "not JSON"),
        ("issuer {}", "issuer lacks 'for'"),
        (f"issuer {_issuer(id='http://other.example')}", "neither an https URL"),
        (f"issuer {_issuer(**{'for': ['Diploma']})}", "trusted for"),
        (f"issuer {_issuer(**{'for': []})}", "want some of LaboratoryReport"),
        (f"issuer {_issuer(keys=[])}", "0 keys"),
        (f"issuer {_issuer(keys=[OTHER_KEY.jwk() | {'d': 'AAAA'}])}", "private key"),
        (f"issuer {_issuer(keys=[KEY.jwk(), OTHER_KEY.jwk() | {'kid': KEY.key_id}])}", "two keys of one kid"),
        (f"issuer {_issuer(keys=[{'kty': 'oct', 'k': 'AAAA', 'kid': 'x'}])}", "neither an OKP key"),
        (f"issuer {_issuer(keys=[OTHER_KEY.jwk() | {'x': 'AAAA'}])}", "3 bytes, want 32"),
        *(
            (f"issuer {_issuer(lists=[url])}", "want an https URL")
            for url in ("http://lab.example/1", "https://", "https://[::1", "https://a@b/1", "https://b:x/1")
        ),
        (f"issuer {_issuer(until='2027')}", "until of issuer"),
        ("chain", "cannot read"),
        ("chain 1 2", "cannot read"),
        ("chain 0x1", "decimal"),
        ("quorum none", "a second quorum line"),
        (f"witness w {LOG.vkey}", "cosignatures"),
        (f"log {a_key('other.example').vkey}", "already listed"),
        ("log guoji.example/log", "1 parts"),
        ("endpoint ftp://rpc.example", "not an http"),
        ("endpoint http://", "not an http"),
        ("endpoint http://[::1", "not a URL"),
        ("endpoint https://user:key@rpc.example", "at rpc.example has a user name or password"),
        ("endpoint https://@rpc.example", "at rpc.example has a user name or password"),
        ("label", "cannot read"),
        ("label \x1b[2J", "control character"),
        ("label x\r", "control character"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line, complaint):
    with pytest.raises(InvalidInput, match=f"trust policy, line 3: .*{complaint}"):
        TrustPolicy.parse(f"log {LOG.vkey}\nquorum none\n{line}\n")


@pytest.mark.parametrize("word", ["chain", "contract", "finality", "agree", "label", "quorum"])
def test_what_can_be_said_once_is_not_overruled_later(word):
    line = next(line for line in WHOLE.splitlines() if line.strip().startswith(word))

    with pytest.raises(InvalidInput, match=f"line 15: a second {word} line"):
        TrustPolicy.parse(WHOLE + line)


def test_an_issuer_stands_once():
    with pytest.raises(InvalidInput, match=r"line 15: issuer https://lab\.example is already listed"):
        TrustPolicy.parse(f"{WHOLE}issuer {LABORATORY.text}")


def test_a_key_of_a_device_stands_once():
    with pytest.raises(InvalidInput, match=f"line 15: the key {TRUCK.key.key_id.hex()} is already listed"):
        TrustPolicy.parse(f"{WHOLE}device https://id.gs1.org/8004/9521234TRUCK8 {TRUCK.key}\n")


def test_an_endpoint_named_twice_does_not_agree_with_itself():
    with pytest.raises(InvalidInput, match=r"line 15: endpoint .* is already listed"):
        TrustPolicy.parse(WHOLE + "endpoint http://127.0.0.1:8545")


@pytest.mark.parametrize(
    ("found", "instead", "complaint"),
    [
        ("  quorum   none\n", "", "no quorum line"),
        ("  quorum   none\n", "quorum any\n", "cosignatures"),
        ("chain 31337\n", "", "both a chain and a contract"),
        ("agree 1", "agree 0", "wants 0 endpoints"),
        ("agree 1", "agree two", "decimal"),
        ("confirmations 6", "confirmations -6", "decimal"),
        ("confirmations 6", "safe", "cannot read"),
        (CONTRACT[2:].upper(), "AB", "want 0x and 40"),
        ("label ", "label " + "x" * 300_000, "characters, want at most"),
    ],
)
def test_a_policy_that_says_too_little_or_nonsense_is_refused(found, instead, complaint):
    assert found in WHOLE

    with pytest.raises(InvalidInput, match=complaint):
        TrustPolicy.parse(WHOLE.replace(found, instead))
