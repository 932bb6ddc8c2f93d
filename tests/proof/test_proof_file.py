"""Proof files: what is written is read back, and nothing doubtful is read at all."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from traceability.errors import InvalidInput
from traceability.proof.proof_file import MAX_PROOFS, TraceProof, parse_proof_file, to_bytes

VECTORS = Path(__file__).parents[1] / "vectors" / "proof"
EVENT, BATCH, TRACE = (
    json.loads((VECTORS / f"sound-{name}.json").read_text()) for name in ("event", "batch", "trace")
)


def as_file(proof):
    return json.dumps(proof).encode()


@pytest.mark.parametrize("vector", [EVENT, BATCH, TRACE], ids=["event", "batch", "trace"])
def test_a_file_is_read_back_as_it_was_written(vector):
    proof = parse_proof_file(as_file(vector["proof"]))

    assert parse_proof_file(to_bytes(proof)) == proof
    assert json.loads(to_bytes(proof)) == vector["proof"]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"format": "guoji-proof/2"}, "format 'guoji-proof/2', want 'guoji-proof/1'"),
        ({"extra": 1}, "has the unknown key 'extra'"),
        ({"event": []}, "event of proof is of the wrong kind"),
        ({"context": "https://example.com"}, "context of proof is of the wrong kind"),
        ({"context": [None]}, "@context holds a NoneType"),
        ({"entry": None}, "entry of proof is of the wrong kind"),
        ({"entry": EVENT["proof"]["entry"][:-4]}, "entry has"),
        ({"entry": EVENT["proof"]["entry"] + "\n"}, "base64"),
        ({"entry": EVENT["proof"]["entry"].rstrip("=")}, "base64"),
        ({"tlog": "c2sp.org/tlog-proof@v1\nindex 0\n"}, "has no blank line"),
        ({"anchor": {}}, "anchor of proof lacks"),
        (
            {"anchor": {**EVENT["proof"]["anchor"], "size": "5"}},
            "size of anchor of proof is of the wrong kind",
        ),
        (
            {"anchor": {**EVENT["proof"]["anchor"], "size": True}},
            "size of anchor of proof is of the wrong kind",
        ),
        ({"anchor": {**EVENT["proof"]["anchor"], "size": -1}}, "out of range"),
        ({"anchor": {**EVENT["proof"]["anchor"], "contract": "0x" + "C0" * 20}}, "40 lower-case hex digits"),
        ({"anchor": {**EVENT["proof"]["anchor"], "root": "0x12"}}, "64 lower-case hex digits"),
        ({"batch": {"leaves": [1]}}, "leaf 0 in the batch of proof is not a string"),
        ({"batch": {"leaves": ["AB=="]}}, "leaf 0 in the batch of proof is not canonical base64"),
        ({"batch": []}, "batch of proof is of the wrong kind"),
    ],
)
def test_a_malformed_file_is_refused_by_name(changes, complaint):
    with pytest.raises(InvalidInput, match=complaint):
        parse_proof_file(as_file({**EVENT["proof"], **changes}))


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"null", b'"x"', b"{", b"\xff", b"[" * 100_000, b'{"a":1,"a":1}', b"NaN"]
)
def test_what_is_no_proof_file_is_refused(data):
    with pytest.raises(InvalidInput):
        parse_proof_file(data)


def test_a_missing_key_is_named():
    for name in EVENT["proof"]:
        rest = {key: value for key, value in EVENT["proof"].items() if key != name}

        with pytest.raises(InvalidInput, match=f"lacks '{name}'"):
            parse_proof_file(as_file(rest))


def test_a_key_that_stands_twice_is_refused():
    twice = as_file(EVENT["proof"]).replace(b'"event": {', b'"event": {"type": "x", ', 1)

    with pytest.raises(InvalidInput, match="'type' twice"):
        parse_proof_file(twice)


def test_one_event_cannot_count_twice_in_a_trace():
    trace = parse_proof_file(as_file(TRACE["proof"]))
    first = trace.proofs[0]

    with pytest.raises(InvalidInput, match="proofs 1 and 2 are of the same entry"):
        parse_proof_file(to_bytes(TraceProof(trace.subject, (first, replace(first, anchor=None)))))


@pytest.mark.parametrize(
    ("subject", "complaint"),
    [
        ("conformant", "is not http"),
        ("https://id.gs1.org/01", "has no pairs"),
        ("https://id.gs1.org/01/09521234500018", "of kind product, want a lot, an item or an SSCC"),
        ("https://id.gs1.org/414/9521321000018", "of kind place, want"),
        ("https://id.gs1.org/8004/9521321COLD7", "of kind device, want"),
        ("https://fruit.example/01/09521234500018/10/L1", "is not written as 'https://id.gs1.org/01/"),
        ("https://id.gs1.org/01/09521234500018/10/L1?17=261231", "is not written as"),
        ("https://id.gs1.org/01/09521234500018/10/L1/", "has no pairs"),
    ],
)
def test_a_trace_of_nothing_that_has_a_name_is_refused(subject, complaint):
    with pytest.raises(InvalidInput, match=f"subject .*{complaint}"):
        parse_proof_file(as_file({**TRACE["proof"], "subject": subject}))


@pytest.mark.parametrize(
    "path", ["01/09521234500018/10/L1", "01/09521234500018/21/7", "00/095200000000000011"]
)
def test_lots_items_and_logistic_units_have_traces(path):
    subject = f"https://id.gs1.org/{path}"

    assert parse_proof_file(as_file({**TRACE["proof"], "subject": subject})).subject == subject


def test_a_list_of_more_entries_than_a_trace_has_proofs_is_refused():
    complete = json.loads((VECTORS / "sound-complete-trace.json").read_text())["proof"]["complete"]
    long = {**complete, "entries": [""] * (MAX_PROOFS + 1)}

    with pytest.raises(InvalidInput, match=f"complete has 10001 entries, want at most {MAX_PROOFS}"):
        parse_proof_file(as_file({**TRACE["proof"], "complete": long}))


def test_a_trace_of_too_many_proofs_is_refused():
    with pytest.raises(InvalidInput, match=f"10001 proofs, want at most {MAX_PROOFS}"):
        parse_proof_file(as_file({**TRACE["proof"], "proofs": [0] * (MAX_PROOFS + 1)}))
