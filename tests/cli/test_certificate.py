"""A printed 承诺达标合格证 is checked against proven events alone; a change of one letter is found."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import LOT, START, a_harvest, a_pack_out, an_event
from traceability.cli.certificate import _scan, checked
from traceability.cli.main import main
from traceability.errors import InvalidInput
from traceability.exports.certificate import certificate, page
from traceability.proof.proof_file import TraceProof, parse_proof_file
from traceability.proof.records import Proven
from traceability.proof.verdict import Contradicted, TraceVerified, Unchecked, Verified
from traceability.proof.verify import Outcome, Report, Step
from traceability.proof.verify_trace import EventReport, TraceReport

VECTOR = Path(__file__).parents[1] / "vectors" / "proof" / "sound-trace.json"
LINK = "HTTPS://FRUIT.EXAMPLE/01/09521234000020/10/P1"
PROMISE = an_event(
    hours=5,
    action="OBSERVE",
    quantityList=[{"epcClass": LOT, "quantity": 28, "uom": "KGM"}],
    **{"guoji:promise": {"guoji:words": ["不使用禁用农药"], "guoji:grounds": ["质量安全控制"]}},
)
EVENTS = (a_harvest(0), a_pack_out(3), PROMISE)


def a_report(*events, verdict=None, of_event=None, subject=LOT):
    some = parse_proof_file(json.dumps(json.loads(VECTOR.read_text())["proof"]).encode())
    assert isinstance(some, TraceProof)
    first, found = some.proofs[0], []
    for number, event in enumerate(events):
        entry = replace(first.entry, captured_at_ms=number)
        proof = replace(first, context=event.context, event=event.body, entry=entry)
        found.append(EventReport(proof, Report((), of_event or Verified(START)), True))
    whole = verdict or TraceVerified(len(found), len(found), START)
    return TraceReport(subject, tuple(found), Step("complete", Outcome.PASSED, ""), None, whole)


def printed(*events, link=LINK):
    records = [Proven.of(each.proof) for each in a_report(*events).events]
    return page(certificate(LOT, records), _scan(link))


def test_the_page_is_what_the_proven_events_say():
    said, leads = checked(printed(*EVENTS), a_report(*EVENTS))

    assert f" promised of {LOT}: record " in said
    assert leads.startswith(f"Its code leads to {LINK}: ")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("不使用", "不滥用"),
        ("28 千克", "28 吨"),
        ("FRUIT", "FRUITS"),
        ("P1</p>", "P1/21/A</p>"),
        ("质量", "质"),
    ],
)
def test_whatever_was_changed_on_it_is_found(before, after):
    changed = printed(*EVENTS).decode().replace(before, after).encode()

    with pytest.raises(InvalidInput, match=r"line .* want |is not about"):
        checked(changed, a_report(*EVENTS))


@pytest.mark.parametrize(
    "fields",
    [
        {"of_event": Unchecked("no chain")},
        {"verdict": Contradicted("tree", "no")},
        {"verdict": Unchecked("no")},
    ],
)
def test_what_is_not_proven_makes_no_certificate(fields):
    with pytest.raises(InvalidInput, match="events about goods are not verified"):
        checked(printed(*EVENTS), a_report(*EVENTS, **fields))


def test_a_promise_that_the_proof_lacks_is_missed():
    with pytest.raises(InvalidInput, match="no event holds a guoji:promise"):
        checked(printed(*EVENTS), a_report(*EVENTS[:2]))


def test_the_command_refuses_a_trust_file_that_is_none(tmp_path, capsys):
    vector = json.loads(VECTOR.read_text())
    for name, text in (("proof", json.dumps(vector["proof"])), ("trust", '{"format": "guoji-trust/0"}')):
        (tmp_path / name).write_text(text)
    (tmp_path / "page").write_bytes(printed(*EVENTS))
    words = ["export", "certificate-check", str(tmp_path / "page"), str(tmp_path / "proof")]

    assert main([*words, "--trust", str(tmp_path / "trust")]) == 65
    assert "trust" in capsys.readouterr().err
