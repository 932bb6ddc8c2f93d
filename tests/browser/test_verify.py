"""The browser's verifier reports step by step what Python's does, and refuses what is malformed."""

import json
import re
from dataclasses import asdict
from datetime import datetime

import pytest

from tests.browser.running import a_job, in_node
from tests.browser.test_vectors import PROOFS, STEPS
from tests.laboratories import a_trusted
from tests.proof.recorded_chain import RecordedChain
from traceability.errors import InvalidInput
from traceability.proof.proof_file import Proof, parse_proof_file
from traceability.proof.trust import TrustPolicy
from traceability.proof.verify import verify
from traceability.proof.verify_trace import verify_trace

CONTRACT = "0x" + "c0" * 20
DEVICE = "device https://id.gs1.org/8004/9521321COLD7 EdDSA " + "A" * 43 + "="
LOT = "https://id.gs1.org/01/09521234500018/10/L1"
EVENT, TRACE = PROOFS["sound-event"], PROOFS["sound-complete-trace"]


def by_python(vector):
    policy = None if vector["policy"] is None else TrustPolicy.parse(vector["policy"])
    proof = parse_proof_file(json.dumps(vector["proof"]).encode())
    check = verify if isinstance(proof, Proof) else verify_trace
    return check(proof, policy, [RecordedChain(answers) for answers in vector["chains"]])


def outcomes_of(report):
    """Of Python's report, as the browser names them."""
    if hasattr(report, "events"):
        each = [[outcomes_of(event.report), event.mentions_subject] for event in report.events]
        return [each, report.complete.outcome.value, report.naming_subject]
    return [[step.name, step.outcome.value] for step in report.steps]


def outcomes_in(result):
    if "events" in result:
        each = [[outcomes_in(event), event["mentions_subject"]] for event in result["events"]]
        return [each, result["complete"]["outcome"], result["naming_subject"]]
    return [[step["name"], step["outcome"]] for step in result["steps"]]


def test_a_whole_trace_says_up_to_when_as_python_does():
    vector = PROOFS["sound-complete-trace-and-newer-events"]

    [result] = in_node("check", [a_job(vector)])

    want = asdict(by_python(vector).whole)
    found = {name: result["complete"][name] for name in want}
    assert found | {"up_to": datetime.fromisoformat(found["up_to"])} == want
    assert want["newer"] == 2


def test_the_chain_is_asked_for_all_anchors_of_a_trace_before_it_answers_one():
    vector = PROOFS["sound-trace-complete-as-of-before"]

    [result] = in_node("checkAtOnce", [a_job(vector)])

    anchors = {proof["anchor"]["transaction"] for proof in vector["proof"]["proofs"]}
    assert len(anchors) == 2
    assert [outcomes_in(result), result["verdict"]] == [outcomes_of(by_python(vector)), "verified"]


def test_each_step_of_each_vector_has_the_outcome_that_python_gives_it():
    vectors = {name: vector for name, vector in PROOFS.items() if name not in STEPS}

    found = in_node("check", [a_job(vector) for vector in vectors.values()])

    assert dict(zip(vectors, map(outcomes_in, found), strict=True)) == {
        name: outcomes_of(by_python(vector)) for name, vector in vectors.items()
    }


@pytest.mark.parametrize(
    ("vector", "asked", "verdict"),
    [
        (EVENT, LOT, "verified"),
        (EVENT, "https://id.gs1.org/01/09521234500018", "verified"),
        (EVENT, LOT + "9", "unchecked"),
        (TRACE, LOT, "verified"),
        (TRACE, LOT + "/21/1", "contradicted"),
    ],
)
def test_who_asks_for_goods_gets_those_or_hears_it(vector, asked, verdict):
    [result] = in_node("check", [a_job(vector, asked=asked)])

    assert result["verdict"] == verdict
    assert result.get("step") == ("subject" if verdict == "contradicted" else None)


def changed(old, new):
    file = json.dumps(EVENT["proof"])
    assert old in file
    return file.replace(old, new, 1).encode()


MALFORMED = {
    "nothing": b"",
    "no object": b"[]",
    "null": b"null",
    "no fields": b"{}",
    "a byte order mark": b"\xef\xbb\xbf" + changed("{", "{"),
    "more than one value": changed("{", "{}{"),
    "no UTF-8": changed('"batch": null', '"batch": null').replace(b"loaded", b"\xff"),
    "a name twice": changed('"batch": null', '"batch": null, "batch": null'),
    "an unknown name": changed('"batch": null', '"batch": null, "more": null'),
    "a missing name": changed(', "batch": null', ""),
    "another format": changed("guoji-proof/1", "guoji-proof/2"),
    "a huge integer": changed("120.5", "9007199254740993"),
    "a huge number": changed("120.5", "1e400"),
    "a float for an integer": changed('"block_number": 7', '"block_number": 7.0'),
    "upper-case hex": changed('"transaction": "0xce', '"transaction": "0xCE'),
    "spaces in base64": changed('"entry": "AQ', '"entry": "A Q'),
    "an index with a zero before it": changed("\\nindex 0\\n", "\\nindex 00\\n"),
    "two names in one": changed('"chain_id": 31337, "contract": ', '"chain_id,contract": ').replace(
        f'"{CONTRACT}"'.encode(), f'[31337, "{CONTRACT}"]'.encode(), 1
    ),
    "a subject in a list": json.dumps(TRACE["proof"] | {"subject": [LOT]}).encode(),
    "an event that is a list": json.dumps(EVENT["proof"] | {"event": []}).encode(),
    "nested too deep": changed('"batch": null', '"batch": ' + "[" * 64 + "]" * 64),
}


def test_a_malformed_file_is_an_error_and_no_verdict():
    found = in_node("check", [a_job(EVENT, file) for file in MALFORMED.values()])

    judged = [name for name, result in zip(MALFORMED, found, strict=True) if list(result) != ["error"]]
    assert judged == []


POLICIES = {
    "an unknown word": "believe everybody\n",
    "a quorum": "quorum 1\n",
    "a witness": "witness w\n",
    "a second chain": "chain 31337\n",
    "another finality than there is": "finality soon\n",
    "nobody to agree": "agree 0\n",
    "an endpoint that is none": "endpoint ftp://chain.example\n",
    "a key with another id": "log other.example/log+8c6db96f+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c\n",
}


KEY = EVENT["policy"].split()[1]
LINES = [
    "agree 2", "Agree 2", "agree 02", "agree 2\r", "agree 2 ", "agree\xa02", "agree two", "agree 2 3",
    f"log {KEY} https://guoji.example", f"log {KEY} x y", "log", "logs foo", "Log foo",
    f"gateway {KEY}", "gateway", f"gateway {KEY} x", "gatewayX whatever",
    DEVICE, DEVICE + " x", "device x",
    f"issuer {a_trusted().text}", "issuer", "issuers x",
    "label a  label\twith tabs", "label", "labelled as nothing", "label \x85 \u2028", "label \x07",
    "label x\r",
    "quorum none", "quorum None", "quorum none x",
    "chain 0", "chain 007", "chain 1 1", "chains 1", "chain +1",
    f"contract {CONTRACT.upper().replace('X', 'x')}", f"contract {CONTRACT}0", f"Contract {CONTRACT}",
    "finality finalized", "finality Finalized", "finality confirmations 0", "finality confirmations 007",
    "finality confirmations", "finality confirmations 3 4", "finality finalized 3",
    "Finality confirmations 9",
    "endpoint HTTPS://A.example/k", "endpoint http://a x", "endpoint http:a", "endpoint http://",
    "endpoint http://u:p@a", "endpoint http://a/@", "endpoints http://a",
    "# a comment", "#agree 2", " \t", "\xa0", "__proto__ 1", "constructor 1",
]  # fmt: skip


@pytest.mark.parametrize("has_chain", [True, False])
def test_a_line_of_a_policy_is_read_just_where_python_reads_it(has_chain):
    plain = [line for line in EVENT["policy"].splitlines() if has_chain or line.split()[0] == "quorum"]
    kept = [line for line in plain if not line.startswith(("agree", "log"))]
    policies = ["\n".join([*kept, line, ""]) for line in LINES]

    found = in_node("check", [a_job(EVENT | {"policy": policy}) for policy in policies])

    refused = {line for line, result in zip(LINES, found, strict=True) if "error" in result}
    assert refused == {line for line, policy in zip(LINES, policies, strict=True) if not is_policy(policy)}
    assert 20 < len(refused) < len(LINES) - 10


def is_policy(text):
    try:
        TrustPolicy.parse(text)
    except InvalidInput:
        return False
    return True


def test_a_malformed_policy_is_an_error_and_no_verdict():
    jobs = [a_job(EVENT | {"policy": EVENT["policy"] + line}) for line in POLICIES.values()]
    jobs += [a_job(EVENT | {"policy": "chain 1\n"}), a_job(EVENT | {"policy": "quorum none\nchain 1\n"})]

    assert [list(result) for result in in_node("check", jobs)] == [["error"]] * len(jobs)


@pytest.mark.parametrize("name", ["CHAIN-A.example:8545", "chain-a.example.:8545", "chain-a%2Eexample:8545"])
def test_one_endpoint_under_two_spellings_does_not_agree_with_itself(name):
    vector = PROOFS["unchecked-one-endpoint-twice"]
    chains = [vector["chains"][0], vector["chains"][1] | {"name": name}]

    [result] = in_node("check", [a_job(vector | {"chains": chains})])

    assert result["verdict"] == "unchecked"


def test_a_port_of_the_web_is_the_same_as_none():
    vector = PROOFS["unchecked-one-endpoint-twice"]
    names = ["chain.example", "chain.example:80", "chain.example.:443"]
    chains = [vector["chains"][0] | {"name": name} for name in names]

    [result] = in_node("check", [a_job(vector | {"chains": chains})])

    assert result["verdict"] == "unchecked"


@pytest.mark.parametrize("name", ["lie-event-changed", "lie-size-claimed-falsely", "lie-wrong-chain"])
def test_what_is_untrue_is_told_with_what_was_found_and_what_was_wanted(name):
    [result] = in_node("check", [a_job(PROOFS[name])])

    found, wanted = re.fullmatch(r"\w+ (\w+), want (\w+)", result["reason"]).groups()
    assert found != wanted


def test_each_endpoint_is_reported_with_what_it_said():
    [result] = in_node("check", [a_job(PROOFS["unchecked-endpoints-disagree"])])

    confirmed, refuted, silent = result["chain"]
    assert len(confirmed) + len(refuted) > 1
    assert silent == {}


@pytest.mark.timeout(60)  # a reader that looks at each character again for each character takes hours
def test_a_long_text_is_read_and_a_long_list_is_refused():
    long = json.dumps(EVENT["proof"] | {"event": {"guoji:note": "x" * 20_000_000}}).encode()
    complete = TRACE["proof"]["complete"]
    many = complete | {"entries": complete["entries"][:1] * 300_000}

    [of_long, of_many] = in_node(
        "check",
        [a_job(EVENT, long), a_job(TRACE, json.dumps(TRACE["proof"] | {"complete": many}).encode())],
    )

    assert of_long["step"] == "event"
    assert of_many == {"error": "malformed complete, has 300000 entries"}


def test_all_of_loopback_is_one_endpoint():
    vector = PROOFS["sound-two-endpoints-agree"]
    names = ["localhost:1", "127.0.0.1:2", "[::1]:3", "0.0.0.0:4", "a.localhost:5"]
    chains = [vector["chains"][0] | {"name": name} for name in names]

    [result] = in_node("check", [a_job(vector | {"chains": chains})])

    assert result["verdict"] == "unchecked"
