"""`guoji verify` says who confirms a laboratory report, from the file, the policy and the lists alone."""

import argparse
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import CONTEXT, FARM, LOT, OTHER_LOT, START, a_harvest, a_pack_out
from tests.laboratories import (
    LIST_URL,
    NOW,
    a_credential,
    a_list,
    a_subject,
    a_trusted,
    an_inspection,
    day,
    of_plots,
)
from traceability.cli import verify
from traceability.cli.confirmed import UNPROVEN, Confirmed
from traceability.epcis.event import Event
from traceability.proof.proof_file import parse_proof_file, proof_json
from traceability.proof.trust import TrustPolicy
from traceability.proof.verdict import Unchecked, Verified

VECTOR = Path(__file__).parents[1] / "vectors" / "proof" / "sound-trace.json"
POLICY = TrustPolicy(issuers=(a_trusted(),))
VERIFIED = Verified(START)
STRANGER = "9521234000044"


def proofs(*events):
    some = parse_proof_file(json.dumps(json.loads(VECTOR.read_text())["proof"]).encode()).proofs[0]
    at = int((START + timedelta(days=1)).timestamp() * 1000)
    return [
        replace(
            some,
            context=tuple(event.context),
            event=event.body,
            entry=replace(some.entry, submitter=FARM, captured_at_ms=at + number),
        )
        for number, event in enumerate(events)
    ]


def confirmed(*events, policy=POLICY, lists=(), verdict=VERIFIED):
    return Confirmed.of([(proof, verdict) for proof in proofs(*events)], policy, lists, NOW)


def test_the_laboratory_is_named_as_the_policy_calls_it():
    found = confirmed(a_harvest(0), an_inspection(a_credential()), lists=[a_list()])

    assert list(found.lines()) == [
        "Confirmed by 示范检测室 / Demo Laboratory, CMA 2026-0001: "
        f"LaboratoryReport about {LOT}, 2 results (event 2): "
        "https://lab.example signed it, and had not revoked it by 2026-11-21 18:00:00+00:00"
    ]
    [told] = found.as_json()
    assert (told["event"], told["is"], told["lots"]) == (2, "confirmed", [LOT])
    assert [result["unit"] for result in told["results"]] == ["NA", "NA"]


def test_what_a_stranger_says_is_confirmed_only_where_it_is_a_look_at_the_goods_of_the_trace():
    other = {"bizTransactionList": [{"type": "po", "bizTransaction": LOT}]}
    about_another = an_inspection(a_credential(subject=a_subject(lots=[OTHER_LOT])), lot=OTHER_LOT, **other)
    look = an_inspection(a_credential())
    claim = Event({**look.body, "action": "DELETE"}, look.context)
    told = [(proof, VERIFIED) for proof in proofs(a_harvest(0, LOT), look, claim, about_another)]
    by_a_stranger = [
        (replace(proof, entry=replace(proof.entry, submitter=STRANGER)), verdict)
        for proof, verdict in told[1:]
    ]

    found = Confirmed.of([told[0], *by_a_stranger], POLICY, [a_list()], NOW, LOT)

    assert [line.partition(":")[0] for line in found.lines()] == [
        "Confirmed by 示范检测室 / Demo Laboratory, CMA 2026-0001",
        "Credential of event 3",
        "Credential of event 4",
    ]


def test_without_a_list_it_is_not_confirmed_and_the_list_that_is_missing_is_named():
    [line] = confirmed(an_inspection(a_credential())).lines()

    assert line.startswith(
        f"Not confirmed, status-unknown: LaboratoryReport about {LOT}, 2 results, of 示范检测室"
    )
    assert f"no status list {LIST_URL} is at hand" in line


def test_an_unknown_issuer_is_not_called_by_the_name_it_gives_itself():
    [line] = confirmed(an_inspection(a_credential()), policy=TrustPolicy()).lines()

    assert line == (
        "Credential not confirmed, unknown-issuer (event 1): the trust policy names no issuer https://lab.example"
    )


def test_a_plot_is_believed_only_by_harvests_that_are_verified():
    text = a_credential(
        subject=of_plots(testedAt=day(-1)),
        validFrom=day(-1),
        credentialStatus=None,
    )
    events = (a_harvest(0), a_pack_out(3), an_inspection(text))

    assert [each["is"] for each in confirmed(*events).as_json()] == ["confirmed"]
    missing = Confirmed.of(
        [
            (proof, Unchecked("pending") if number == 0 else VERIFIED)
            for number, proof in enumerate(proofs(*events))
        ],
        POLICY,
        [],
        NOW,
    )
    assert [each["is"] for each in missing.as_json()] == ["out-of-scope"]


def test_of_an_event_that_is_not_verified_nothing_is_told():
    found = confirmed(an_inspection(a_credential()), lists=[a_list()], verdict=Unchecked("not anchored"))

    assert list(found.lines()) == [f"Credential of event 1: not told: {UNPROVEN}"]
    assert found.as_json() == [{"event": 1, "is": "not-told", "why": UNPROVEN}]


def test_a_record_that_was_declared_wrong_is_confirmed_by_nobody():
    event = an_inspection(a_credential())
    wrong = Event({**event.body, "errorDeclaration": {"declarationTime": day(2)}}, CONTEXT)

    assert [each["is"] for each in confirmed(event, wrong, lists=[a_list()]).as_json()] == ["not-told"] * 2


def test_an_event_that_nobody_validated_is_passed_over_and_ends_nothing():
    odd = [
        Event({**a_harvest(0).body, name: value}, CONTEXT)
        for name, value in (("eventTime", "x"), ("type", 7))
    ]
    actionless = Event({k: v for k, v in a_harvest(0).body.items() if k != "action"}, CONTEXT)

    found = confirmed(*odd, actionless, an_inspection(a_credential()), lists=[a_list()])

    assert [each["is"] for each in found.as_json()] == ["confirmed"]


def test_verify_reads_lists_from_files_and_refuses_one_that_is_not_there(tmp_path, capsys):
    [proof] = proofs(an_inspection(a_credential()))
    (tmp_path / "proof.json").write_text(json.dumps(proof_json(proof)))
    (tmp_path / "list.jwt").write_text(a_list())

    args = ["--status", str(tmp_path / "list.jwt"), "--json"]
    code = run_verify(str(tmp_path / "proof.json"), *args)

    [told] = json.loads(capsys.readouterr().out)["credentials"]
    assert (code, told["is"]) == (2, "not-told")
    with pytest.raises(Exception, match="cannot read"):
        run_verify(str(tmp_path / "proof.json"), "--status", str(tmp_path / "gone.jwt"))


def run_verify(*words):
    parser = argparse.ArgumentParser()
    verify.add_arguments(parser)
    return verify.run(parser.parse_args(words))
