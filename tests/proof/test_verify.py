"""Every vector comes to the verdict it names: sound proofs, gaps, and every way to lie that has a file."""

import json
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.proof.recorded_chain import RecordedChain
from traceability.epcis.canonical import canonical_bytes
from traceability.errors import InvalidInput
from traceability.log.merkle import leaf_hash
from traceability.proof.complete import Whole
from traceability.proof.entry import event_digest
from traceability.proof.proof_file import Proof, parse_proof_file, to_bytes
from traceability.proof.subject import mentions
from traceability.proof.trust import TrustPolicy
from traceability.proof.verdict import Contradicted, TraceVerified, Unchecked, Verified
from traceability.proof.verify import Outcome, verify
from traceability.proof.verify_trace import verify_trace

LOT = "https://id.gs1.org/01/09521234500018/10/L1"
VECTORS = Path(__file__).parents[1] / "vectors" / "proof"
TELEMETRY = VECTORS.with_name("telemetry")
SIGNED = json.loads((TELEMETRY / "signed.json").read_text())
DEVICE = "device https://id.gs1.org/8004/9521321COLD7 "
OTHER_DEVICE = "device https://id.gs1.org/8004/9521321COLD8 "


def load(name):
    return json.loads((VECTORS / f"{name}.json").read_text())


def checked(vector, asked=None):
    """The report, and the endpoints that were asked."""
    policy = None if vector["policy"] is None else TrustPolicy.parse(vector["policy"])
    chains = [RecordedChain(answers) for answers in vector["chains"]]
    proof = parse_proof_file(json.dumps(vector["proof"]).encode())
    check = verify if isinstance(proof, Proof) else verify_trace
    return check(proof, policy, chains, asked), chains


@pytest.mark.parametrize("name", sorted(path.stem for path in VECTORS.glob("*.json")))
def test_vector(name):
    vector = load(name)
    want = vector["want"]

    report, _ = checked(vector)

    match report.verdict:
        case Verified():
            assert want == {"verdict": "verified"}
        case TraceVerified():
            assert want["verdict"] == "verified"
            assert want.get("complete", "unchecked") == report.complete.outcome.value
        case Contradicted(step, _):
            assert want == {"verdict": "contradicted", "step": step}
        case Unchecked(reason):
            assert want["verdict"] == "unchecked"
            assert want["reason"] in reason


def test_verified_names_the_time_of_the_block():
    report, _ = checked(load("sound-event"))

    assert report.verdict == Verified(datetime.fromtimestamp(1_795_000_120, UTC))
    assert [step.name for step in report.steps] == [
        "policy",
        "event",
        "readings",
        "inclusion",
        "checkpoint",
        "anchor",
    ]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([], "2 are said to be signed, by a key that no trust policy names"),
        (
            [OTHER_DEVICE + SIGNED[0]["public_key"]],
            "2 are said to be signed, by a key that no trust policy names",
        ),
        ([DEVICE + SIGNED[0]["public_key"]], "1 signed by https://id.gs1.org/8004/9521321COLD7"),
        (
            [DEVICE + each["public_key"] for each in SIGNED],
            "2 signed by https://id.gs1.org/8004/9521321COLD7",
        ),
    ],
)
def test_signatures_count_under_the_keys_that_the_policy_names_of_the_device(lines, found):
    vector = load("sound-event")
    batch = json.loads((TELEMETRY / "signed-batch.json").read_text())
    leaves = [b64decode(leaf) for leaf in batch["leaves"]]
    proof = replace(
        parse_proof_file(json.dumps(vector["proof"]).encode()), event=batch["event"], leaves=leaves
    )
    policy = TrustPolicy.parse("\n".join([vector["policy"], *lines]))

    readings = verify(proof, policy, []).steps[2]

    assert readings.outcome is Outcome.PASSED
    assert readings.detail == f"3 payloads as the event commits to them; {found}"


def test_a_lie_stops_no_later_step_from_being_checked():
    report, _ = checked(load("lie-event-changed"))

    failed = [step.name for step in report.steps if step.outcome is Outcome.FAILED]
    assert failed == ["event"]
    assert report.steps[-1].outcome is Outcome.PASSED


def test_without_a_policy_a_lie_is_told_but_not_judged():
    report, chains = checked({**load("lie-event-changed"), "policy": None})

    assert "no trust policy was given; event: event and context hash to" in report.verdict.reason
    assert chains[0].asked == 0


def test_no_chain_is_asked_about_an_anchor_that_contradicts_the_policy():
    for name in ("lie-foreign-contract", "lie-wrong-chain", "lie-other-log-id", "lie-foreign-log"):
        _, chains = checked(load(name))

        assert chains[0].asked == 0, name


def test_a_rewritten_log_is_called_two_histories():
    for name in ("lie-rewritten-checkpoint", "lie-rewritten-checkpoint-not-anchored"):
        report, _ = checked(load(name))

        assert report.verdict.reason.startswith("two histories: at size 6 the log signed root"), name


def test_a_trace_counts_what_is_verified_and_asks_each_thing_once():
    report, chains = checked(load("sound-trace"))
    alone, its_chains = checked(load("sound-event"))

    assert report.verdict == TraceVerified(2, 2, alone.verdict.anchored_at)
    assert [event.mentions_subject for event in report.events] == [True, False]
    assert chains[0].asked == its_chains[0].asked


def test_an_event_mentions_a_lot_by_its_name_or_by_one_of_its_items_and_by_no_longer_lot():
    lot = "https://id.gs1.org/01/09521234500018/10/L1"

    assert mentions({"epcList": [lot]}, lot)
    assert mentions({"quantityList": [{"epcClass": f"{lot}/21/7"}]}, lot)
    assert not mentions({"epcList": [f"{lot}2"], "note": f"about {lot}"}, lot)


def test_a_trace_with_a_gap_counts_the_gap():
    report, _ = checked(load("sound-trace-partly-anchored"))

    assert (report.verdict.verified, report.verdict.total) == (1, 2)


def test_an_endpoint_that_is_away_is_asked_once_for_a_whole_trace():
    vector = {**load("sound-trace"), "chains": [{"name": "a", "away": True}]}

    report, chains = checked(vector)

    assert isinstance(report.verdict, Unchecked)
    assert chains[0].asked == 1


ANCHORED_AT = datetime.fromtimestamp(1_795_000_120, UTC)


def test_a_whole_trace_says_up_to_when_it_is_whole_and_what_it_shows_beyond():
    whole, _ = checked(load("sound-complete-trace"))
    growing, _ = checked(load("sound-complete-trace-and-newer-events"))

    assert whole.whole == Whole(5, ANCHORED_AT, 4, 0)
    assert growing.whole == Whole(5, ANCHORED_AT, 4, 2)
    up_to = "none is missing up to 2026-11-18 11:08:40 UTC (entry 5): 4 name the very goods"
    assert whole.complete.detail == up_to
    assert growing.complete.detail == f"{up_to}; 2 newer ones are shown, and later ones may be missing"
    assert str(Whole(5, ANCHORED_AT, 1, 1)).endswith(
        ": 1 names the very goods; 1 newer one is shown, and later ones may be missing"
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("as-of-before", "event 6 came after entry 5, up to which the file is complete"),
        (
            "for-another-log",
            "event 1 is of the log farm.example/log, the file is complete for shop.example/log alone",
        ),
    ],
)
def test_completeness_of_before_or_of_another_log_says_nothing_of_the_events_shown(name, reason):
    report, _ = checked(load(f"sound-trace-complete-{name}"))

    assert isinstance(report.verdict, TraceVerified)
    assert (report.whole, report.complete.outcome, report.complete.detail) == (
        None,
        Outcome.UNCHECKED,
        reason,
    )


def test_a_lie_in_a_trace_is_named_with_its_event():
    report, _ = checked(load("lie-trace-with-one-lie"))

    assert report.verdict.reason.startswith("event 2: event and context hash to")


@given(st.sampled_from(["sound-event", "sound-batch"]), st.data())
def test_no_bit_of_a_proof_file_can_change_and_leave_it_verified(name, data):
    vector = load(name)
    file = bytearray(to_bytes(parse_proof_file(json.dumps(vector["proof"]).encode())))
    bit = data.draw(st.integers(0, 8 * len(file) - 1))
    file[bit // 8] ^= 1 << bit % 8

    try:
        proof = parse_proof_file(bytes(file))
        report = verify(proof, TrustPolicy.parse(vector["policy"]), [RecordedChain(vector["chains"][0])])
    except InvalidInput:
        return

    assert not isinstance(report.verdict, Verified)


json_values = st.recursive(
    st.sampled_from([None, True, 0, -1.5, "", "1E400", "2026-99-99T00:00:00Z", "urn:epc:id:sgtin:1.2.3"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "type", "ex:x"]), inner)
    ),
    max_leaves=5,
)


@given(st.sampled_from(["sound-event", "sound-batch"]), json_values, st.data())
def test_no_event_that_a_forger_can_write_breaks_the_verifier(name, value, data):
    vector = load(name)
    key = data.draw(st.sampled_from([*vector["proof"]["event"], "ilmd", "errorDeclaration", "epcList"]))
    vector["proof"]["event"][key] = value
    proof = parse_proof_file(json.dumps(vector["proof"]).encode())
    entry = proof.entry
    committed = event_digest(entry.nonce, canonical_bytes(proof.event, proof.context))

    try:
        report = verify(replace(proof, entry=replace(entry, event_digest=committed)), None, [])
    except InvalidInput:
        return

    assert isinstance(report.verdict, Unchecked)


def test_who_asks_for_the_event_of_a_key_gets_no_other_one():
    vector = load("sound-event")
    key = leaf_hash(b64decode(vector["proof"]["entry"])).hex()

    its_own, _ = checked(vector, key)
    another, _ = checked(vector, key[::-1])
    trace, _ = checked(load("sound-trace"), key)

    assert isinstance(its_own.verdict, Verified)
    assert another.verdict == Contradicted("subject", f"the entry has the key {key}, asked was {key[::-1]}")
    assert trace.verdict == Contradicted("subject", f"the file is about {LOT}, asked was {key}")
