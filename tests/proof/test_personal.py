"""A commitment says nothing of its value, and only the value and salt that it was made from open it."""

import hashlib
import json
import secrets
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import CheckFailed, InvalidInput
from traceability.proof.personal import (
    MAX_DISCLOSURES,
    Committed,
    Disclosure,
    check_disclosure,
    committed,
    disclosures_json,
    parse_disclosures,
)

VECTORS = sorted((Path(__file__).parents[1] / "vectors" / "personal").glob("*.json"))
FORMATS = Path(__file__).parents[2] / "docs" / "formats.md"
SALT = bytes(16)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)


def read(file):
    return json.loads(file.read_bytes())


@pytest.mark.parametrize("file", VECTORS, ids=lambda file: file.stem)
def test_a_disclosure_opens_the_commitment_that_it_was_made_for_and_no_other(file):
    vector = read(file)
    [disclosure] = parse_disclosures(json.dumps({"disclosures": [vector["disclosure"]]}).encode())
    fields = committed(vector["event"])

    assert disclosure.commitment == vector["commitment"]
    if vector["matches"]:
        check_disclosure(disclosure, fields)
    else:
        with pytest.raises(CheckFailed, match=r"no event commits|hashes to"):
            check_disclosure(disclosure, fields)


@given(name=TEXTS.filter(bool), value=TEXTS, salt=st.binary(min_size=16, max_size=16))
def test_a_commitment_is_the_hash_that_the_specification_writes(name, value, salt):
    written = name.encode()
    expected = hashlib.sha256(
        b"\x01\x0eguoji/personal" + salt + len(written).to_bytes(2, "big") + written + value.encode()
    )

    assert Disclosure(name, salt, value).commitment == expected.hexdigest()


def test_the_five_lines_in_the_documents_make_the_same_commitment():
    _, _, section = FORMATS.read_text(encoding="utf-8").partition("## Personal data\n")
    _, _, block = section.partition("```python\n")
    made = {}
    exec(block.partition("```")[0], made)

    assert made["commitment"] == Disclosure(made["name"], made["salt"], made["value"]).commitment


@given(st.lists(st.tuples(TEXTS.filter(bool), TEXTS), min_size=1, max_size=5))
def test_disclosures_read_back_as_they_were_written(pairs):
    made = tuple(Disclosure(name, secrets.token_bytes(16), value) for name, value in pairs)

    assert parse_disclosures(json.dumps(disclosures_json(made)).encode()) == made


def test_equal_values_have_different_commitments():
    assert Disclosure("n", bytes(16), "v").commitment != Disclosure("n", b"\1" * 16, "v").commitment


def test_commitments_are_found_at_every_depth_and_each_once():
    one, two = "1" * 64, "2" * 64
    event = {
        "farm:a": {"guoji:commitment": one},
        "farm:b": [{"farm:c": {"guoji:commitment": two}}, {"farm:c": {"guoji:commitment": two}}],
        "farm:not": {"guoji:commitment": one, "farm:more": 1},
        "farm:short": {"guoji:commitment": "1" * 63},
        "guoji:commitment": one,
        "farm:number": {"guoji:commitment": 1},
    }

    assert committed(event) == (Committed("farm:a", one), Committed("farm:c", two))


def a_disclosure(**fields):
    return {"name": "farm:phone", "salt": "A" * 22 + "==", "value": "13812345678"} | fields


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (b"{", "not JSON"),
        (b"[]", "disclosures: found list, want an object with disclosures"),
        ({}, "want an object with disclosures"),
        ({"disclosures": {}}, "found dict, want a list of 1 to 1000 disclosures"),
        ({"disclosures": []}, "found 0 of them"),
        ({"disclosures": [a_disclosure()] * (MAX_DISCLOSURES + 1)}, "found 1001 of them"),
        ({"disclosures": [1]}, "disclosure 1: found int, want an object with name, salt, value"),
        ({"disclosures": [a_disclosure(), a_disclosure(event="x")]}, "disclosure 2: found the names"),
        ({"disclosures": [a_disclosure(value=1)]}, "value of disclosure 1 is int, want text"),
        ({"disclosures": [a_disclosure(salt="AAAA")]}, "has 3 bytes, want 16"),
        ({"disclosures": [a_disclosure(salt="A" * 22)]}, "salt of disclosure 1 is not base64"),
        ({"disclosures": [a_disclosure(name="")]}, "name of a disclosure has 0 bytes, want 1 to 255"),
        ({"disclosures": [a_disclosure(name="n" * 256)]}, "has 256 bytes"),
        ({"disclosures": [a_disclosure(value="果" * 1366)]}, "has 4098 bytes, want 0 to 4096"),
        ({"disclosures": [a_disclosure(value="a\0b")]}, "holds a NUL"),
        (b" " * (2 * 1024 * 1024 + 1), "want at most 2097152"),
    ],
)
def test_what_is_no_list_of_disclosures_is_refused_without_repeating_a_value(given, complaint):
    data = given if isinstance(given, bytes) else json.dumps(given).encode()

    with pytest.raises(InvalidInput, match=complaint) as refusal:
        parse_disclosures(data)

    assert "13812345678" not in str(refusal.value)


def test_a_disclosure_does_not_show_its_value_by_accident():
    disclosure = Disclosure("farm:phone", SALT, "13812345678")

    with pytest.raises(CheckFailed) as refusal:
        check_disclosure(disclosure, [Committed("farm:phone", "0" * 64)])

    assert "13812345678" not in f"{disclosure!r} {disclosure} {refusal.value}"
