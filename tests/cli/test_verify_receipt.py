"""`guoji verify-receipt`: whose receipt it is, and whether it is about the payloads that a device kept."""

from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from iot_gateway.simulate.encode import encode_message
from traceability.cli.main import main
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.telemetry.receipt import Conflict, Quarantined, Receipt, RefusedPayload, sign_receipt
from traceability.telemetry.runs import Accounted, Status, advance, no_runs

GATEWAY = NoteSigner("guoji.example/log/gateway", Ed25519PrivateKey.from_private_bytes(bytes(32)))
STRANGER = NoteSigner(GATEWAY.name, Ed25519PrivateKey.from_private_bytes(bytes([1] * 32)))
RECEIVED_AT_MS = 1_795_000_000_000


def a_payload(number, celsius=4, epoch=9, alias="cold-7"):
    return encode_message(alias, epoch, number, RECEIVED_AT_MS, {"air_temperature": celsius})


def digest_of(payload):
    return sha256(payload).digest()


def a_receipt(held, quarantined=(), **changes):
    """For payloads by number."""
    arrived = [Accounted(number, Status.HELD, digest_of(payload)) for number, payload in held.items()]
    arrived += [Accounted(each.sequence, Status.QUARANTINED, each.digest) for each in quarantined]
    stored = {one.sequence: one for one in arrived}

    def load(first):
        while first in stored:
            yield stored[first]
            first += 1

    runs = advance(no_runs(9), arrived, load)
    receipt = Receipt("cold-7", RECEIVED_AT_MS, RECEIVED_AT_MS + 60_000, runs, tuple(quarantined))
    return replace(receipt, **changes)


@pytest.fixture
def check(tmp_path, capsys):
    """Run the command on a receipt and kept payloads; gives the exit code and what was printed."""

    def run(receipt, *payloads, signer=GATEWAY):
        (tmp_path / "trust").write_text(f"quorum none\ngateway {NoteVerifier.of(GATEWAY).vkey}\n")
        note = receipt if isinstance(receipt, bytes) else sign_receipt(receipt, signer)
        (tmp_path / "receipt").write_bytes(note)
        files = [tmp_path / f"payload-{place}" for place, _ in enumerate(payloads)]
        for file, payload in zip(files, payloads, strict=True):
            file.write_bytes(payload)
        words = ["verify-receipt", tmp_path / "receipt", *files, "--trust", tmp_path / "trust"]
        code = main([str(word) for word in words])
        return code, "".join(capsys.readouterr())

    return run


HELD = {number: a_payload(number) for number in (1, 2, 3, 6, 7)}


def test_what_the_gateway_signed_is_told_and_verified(check):
    code, said = check(a_receipt(HELD))

    assert code == 0
    assert "Receipt for cold-7, received at 2026-11-18T11:06:40.000+00:00\n" in said
    assert "What it holds is in the log by 2026-11-18T11:07:40.000+00:00\n" in said
    assert "Numbers of epoch 9: 1 to 3, 6 to 7\n" in said
    assert said.endswith("\nVerified: the gateway signed this receipt\n")


def test_payloads_out_of_which_the_chains_come_are_verified_as_held(check):
    code, said = check(a_receipt(HELD), *HELD.values())

    assert code == 0
    assert said.count(": held\n") == 5
    assert said.endswith("Verified: the gateway signed this receipt, and for these payloads\n")


def test_each_run_stands_alone(check):
    code, said = check(a_receipt(HELD), HELD[6], HELD[7])

    assert (code, said.count(": held\n")) == (0, 2)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_payload_that_was_changed_contradicts_its_run(check, place):
    payloads = [HELD[1], HELD[2], HELD[3]]
    payloads[place] = a_payload(place + 1, celsius=40)

    code, said = check(a_receipt(HELD), *payloads)

    assert code == 1
    assert "Contradicted: the chain over 1 to 3 does not come out of these payloads" in said


@pytest.mark.parametrize(
    ("payloads", "reason"),
    [
        ([HELD[1], HELD[3]], "the chain over 1 to 3 needs the payload of number 2 too"),
        ([a_payload(4)], "the receipt says nothing of number 4"),
        ([a_payload(8)], "the receipt says nothing of number 8"),
        ([a_payload(1, epoch=8)], "the receipt says nothing of epoch 8"),
        ([a_payload(1, alias="cold-8")], "the receipt names no payload without a number"),
        ([b"{"], "the receipt names no payload without a number"),
    ],
)
def test_what_a_receipt_does_not_say_is_neither_true_nor_false(check, payloads, reason):
    code, said = check(a_receipt(HELD), *payloads)

    assert code == 2
    assert f"\nUnchecked: {reason}" in said


def test_a_payload_that_the_receipt_names_is_told_with_its_reason(check):
    late, twice = a_payload(2, celsius=99), a_payload(1, celsius=5)
    receipt = a_receipt(
        {1: HELD[1], 3: HELD[3]},
        [Quarantined(2, digest_of(late), "from the future \x07")],
        conflicts=(Conflict(1, digest_of(HELD[1]), Status.HELD, digest_of(twice)),),
        refused=(RefusedPayload(digest_of(b"{"), "not JSON"),),
    )

    code, said = check(receipt, HELD[1], late, HELD[3], b"{")
    again, said_again = check(receipt, twice)

    assert (code, again) == (0, 0)
    for word in ("0: held", "1: quarantined: from the future ?", "2: held", "3: refused: not JSON"):
        assert f"payload-{word}\n" in said
    assert "payload-0: in conflict: number 1 came before\n" in said_again


def test_what_no_gateway_of_the_trust_file_signed_is_contradicted(check):
    changed = sign_receipt(a_receipt(HELD), GATEWAY).replace(b"through 3", b"through 4")

    assert check(a_receipt(HELD), signer=STRANGER)[0] == 1
    code, said = check(changed)

    assert code == 1
    assert "\nContradicted: the signature of guoji.example/log/gateway" in said


def test_what_is_no_receipt_is_refused(check):
    assert check(b"\xff")[0] == 65
    assert check(GATEWAY.sign("guoji/receipt/v1\n").encode())[0] == 65
    code, said = check(a_receipt(HELD), HELD[1], a_payload(1, celsius=9))
    assert (code, said.count("\n")) == (65, 4)
    assert "guoji: two payloads have the number 1, want one\n" in said


def test_a_receipt_in_the_place_of_a_payload_is_called_one(check, tmp_path):
    code, said = check(a_receipt(HELD), sign_receipt(a_receipt(HELD), STRANGER))

    assert (code, said) == (65, f"guoji: {tmp_path}/payload-0 is a receipt; give one at a time\n")


def test_a_receipt_of_endless_numbers_ends_the_search_at_the_first_that_is_missing(check):
    runs = no_runs(9)
    endless = replace(runs, all=(replace(runs.all[0], last=10**15),))

    code, said = check(a_receipt({}, runs=endless), HELD[1])

    assert code == 2
    assert "needs the payload of number 2 too" in said


def test_what_is_no_receipt_is_told_what_one_is(check):
    code, said = check(b"ts_utc_iso,metric,value\n")

    assert code == 65
    assert "receipt is no receipt: a receipt is what came on guoji/v1/ALIAS/receipts" in said
