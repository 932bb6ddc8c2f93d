"""The file of a code comes to the verdict that its vector names, and no other code fits its place."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.proof.recorded_chain import RecordedChain
from traceability.epcis.event import Event
from traceability.errors import CheckFailed, InvalidInput
from traceability.gs1 import digital_link
from traceability.log.merkle import check_inclusion, inclusion_proof, leaf_hash, root_of
from traceability.proof.code import CODE_SET, IssuedCodes, code_leaf, code_salt
from traceability.proof.code_check import verify_code
from traceability.proof.code_file import parse_code_file, to_bytes
from traceability.proof.trust import TrustPolicy
from traceability.proof.verdict import Contradicted, Unchecked, Verified
from traceability.proof.verify import Outcome

VECTORS = Path(__file__).parents[1] / "vectors" / "codes"
LOT = "https://id.gs1.org/01/09521234500018/10/L1"
ITEMS = [digital_link.item("09521234500018", f"{number:016}") for number in range(40)]
ISSUER = "9521321000010"


def load(name):
    return json.loads((VECTORS / f"{name}.json").read_text())


def checked(vector, asked=None):
    policy = None if vector["policy"] is None else TrustPolicy.parse(vector["policy"])
    code = parse_code_file(json.dumps(vector["proof"]).encode())
    return verify_code(code, policy, [RecordedChain(answers) for answers in vector["chains"]], asked)


@pytest.mark.parametrize("name", sorted(path.stem for path in VECTORS.glob("*.json")))
def test_vector(name):
    vector = load(name)

    match checked(vector).verdict:
        case Verified():
            assert vector["want"] == {"verdict": "verified"}
        case Contradicted(step, _):
            assert vector["want"] == {"verdict": "contradicted", "step": step}
        case Unchecked(reason):
            assert vector["want"]["verdict"] == "unchecked"
            assert vector["want"]["reason"] in reason


def test_the_report_names_the_number_of_the_code_its_lot_and_who_made_it_active():
    code, active = checked(load("sound-packed-by-a-party-that-may")).steps

    assert code.detail == f"number 6 of 21 issued for {LOT} by 9521321000010, for 0.5 KGM each"
    assert active.detail == "made active at 2026-11-18T10:00:00+00:00 by 9521321000027"


def test_of_events_in_two_logs_nobody_can_tell_which_came_first():
    code = parse_code_file(json.dumps(load("sound-active")["proof"]).encode())
    tlog = code.issued.tlog
    _, _, rest = tlog.checkpoint.partition("\n")
    elsewhere = replace(code.issued, tlog=replace(tlog, checkpoint=f"elsewhere.example/log\n{rest}"))

    active = verify_code(replace(code, issued=elsewhere), None, []).steps[1]

    assert active.outcome is Outcome.UNCHECKED
    assert active.detail.startswith("issued in the log elsewhere.example/log, made active in ")


def test_the_file_of_another_item_than_the_one_asked_for_is_contradicted():
    vector = load("sound-active")

    assert isinstance(checked(vector, asked=vector["proof"]["item"]).verdict, Verified)
    assert checked(vector, asked=ITEMS[0]).verdict == Contradicted(
        "subject", f"the file is about {vector['proof']['item']}, asked was {ITEMS[0]}"
    )


def test_without_a_policy_a_lie_is_told_but_not_judged():
    verdict = checked({**load("lie-other-serial"), "policy": None}).verdict

    assert isinstance(verdict, Unchecked)
    assert "; code: inclusion proof" in verdict.reason


def test_a_file_is_read_back_as_it_was_written():
    code = parse_code_file(json.dumps(load("sound-active")["proof"]).encode())

    assert parse_code_file(to_bytes(code)) == code


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("format", "guoji-code/2", "want 'guoji-code/1'"),
        ("item", LOT, "no canonical link of an item"),
        ("item", f"{LOT}/21/A", "no canonical link of an item"),
        ("item", "https://example.com/01/09521234500018/21/A", "no canonical link of an item"),
        ("salt", "AAAA", "salt of the code has 3 bytes, want 16"),
        ("index", -1, "index of the code is out of range"),
        ("index", True, "index of code is of the wrong kind"),
        ("path", [""] * 64, "path of the code has 64 hashes, want at most 63"),
        ("path", [1], "hash 0 of the path is not a string"),
        ("path", ["AAAA"], "hash 0 of the path has 3 bytes, want 32"),
        ("issued", None, "issued of code is of the wrong kind"),
        ("activated", {}, "activated lacks"),
        ("more", 1, "code has the unknown key 'more'"),
    ],
)
def test_a_malformed_file_is_refused_with_the_name_of_the_field(field, value, message):
    file = {**load("sound-active")["proof"], field: value}

    with pytest.raises(InvalidInput, match=message):
        parse_code_file(json.dumps(file).encode())


said = st.recursive(
    st.none() | st.integers() | st.text() | st.floats(allow_nan=False), lambda inner: st.lists(inner)
)


@given(st.dictionaries(st.sampled_from(["guoji:root", "guoji:count", "guoji:mayActivate"]), said) | said)
def test_whatever_stands_in_the_place_of_a_set_is_none_and_breaks_nothing(value):
    body = {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "bizStep": "encoding",
        "quantityList": [{"epcClass": LOT}],
    }

    with pytest.raises(CheckFailed):
        IssuedCodes.of(Event({**body, CODE_SET: value}, []), ISSUER)


@given(st.integers(1, 40), st.data())
def test_a_code_leads_to_the_root_of_its_set_from_its_own_place_under_its_own_salt_alone(size, data):
    secret = data.draw(st.binary(min_size=32, max_size=32))
    leaves = [
        leaf_hash(code_leaf(code_salt(secret, n), ISSUER, LOT, item)) for n, item in enumerate(ITEMS[:size])
    ]
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, 39))
    root, path = root_of(leaves), inclusion_proof(leaves, index)

    def fits(item, salt, lot=LOT, issuer=ISSUER):
        leaf = leaf_hash(code_leaf(salt, issuer, lot, item))
        try:
            check_inclusion(index, size, leaf, path, root)
        except CheckFailed:
            return False
        return True

    assert fits(ITEMS[index], code_salt(secret, index))
    assert fits(ITEMS[other], code_salt(secret, index)) == (other == index)
    assert fits(ITEMS[index], code_salt(secret, other)) == (other == index)
    assert not fits(ITEMS[index], code_salt(secret, index), lot=f"{LOT}0")
    assert not fits(ITEMS[index], code_salt(secret, index), issuer="9521321000027")
    # Bytes that move from one field into the next make another leaf.
    assert not fits(f"{LOT[-1]}{ITEMS[index]}", code_salt(secret, index), lot=LOT[:-1])
