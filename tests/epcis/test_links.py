"""GS1 identifiers take the one form that the event hash wants."""

import json
from pathlib import Path

import pytest

from traceability.epcis.epc import check_digit, digital_link, escape_all, escape_few
from traceability.epcis.links import canonical_link

VECTORS = Path(__file__).parents[1] / "vectors" / "epcis" / "digital_link.jsonl"
CASES = [json.loads(line) for line in VECTORS.read_text().splitlines()]
GLN = "4012345000016"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_each_uri_has_the_form_of_the_reference(case):
    assert canonical_link(case["input"], escape_all) == case["expected"]
    assert canonical_link(case["input"], escape_few) == case.get("expected_current", case["expected"])


@pytest.mark.parametrize(
    ("urn", "path"),
    [
        ("id:sgtin:4012345.011111.987", "01/04012345111118/21/987"),
        ("class:lgtin:4012345.012345.L1", "01/04012345123456/10/L1"),
        ("idpat:sgtin:4012345.012345.*", "01/04012345123456"),
        ("id:upui:4012345.012345.a", "01/04012345123456/235/a"),
        ("idpat:upui:4012345.012345.*", "01/04012345123456"),
        ("id:itip:4012345.011111.01.02.987", "8006/040123451111180102/21/987"),
        ("idpat:itip:4012345.012345.01.02.*", "8006/040123451234560102"),
        ("id:sscc:4012345.0000000011", "00/040123450000000115"),
        ("id:sgln:4012345.00001.0", f"414/{GLN}"),
        ("id:sgln:4012345.00001.12", f"414/{GLN}/254/12"),
        ("id:pgln:4012345.00001", f"417/{GLN}"),
        ("id:grai:4012345.00001.7", f"8003/0{GLN}7"),
        ("idpat:grai:4012345.00001.*", f"8003/0{GLN}"),
        ("id:gdti:4012345.00001.7", f"253/{GLN}7"),
        ("idpat:gdti:4012345.00001.*", f"253/{GLN}"),
        ("id:sgcn:4012345.00001.7", f"255/{GLN}7"),
        ("idpat:sgcn:4012345.00001.*", f"255/{GLN}"),
        ("id:gsrn:4012345.0000006765", "8018/401234500000067657"),
        ("id:gsrnp:4012345.0000000007", "8017/401234500000000074"),
        ("id:gsin:4012345.222333444", "402/40123452223334442"),
        ("id:giai:4012345.A+b", "8004/4012345A%2Bb"),
        ("id:ginc:4012345.xyz47%2F11", "401/4012345xyz47%2F11"),
        ("id:cpi:4012345.AB-%2F1.12", "8010/4012345AB-%2F1/8011/12"),
        ("idpat:cpi:4012345.AB12.*", "8010/4012345AB12"),
        ("id:grai:401234500001..7", f"8003/0{GLN}7"),
    ],
)
def test_every_kind_of_epc_urn_becomes_its_digital_link(urn, path):
    assert digital_link(f"urn:epc:{urn}") == f"https://id.gs1.org/{path}"


@pytest.mark.parametrize(
    "urn",
    [
        "urn:epc:id:sgtin:4012345.01111.987",
        "urn:epc:id:sgtin:40123.01111111.987",
        "urn:epc:id:sgtin:4012345.011111.",
        "urn:epc:id:sgtin:4012345.011111." + "a" * 21,
        "urn:epc:id:sgtin:4012345.０11111.987",
        "urn:epc:id:sgtin:4012345.011111.a b",
        "urn:epc:id:sscc:4012345.00000000111",
        "urn:epc:id:sscc:4012345.000000001",
        "urn:epc:id:giai:4012345." + "a" * 24,
        "urn:epc:id:adi:W81X9C.1.2",
        "urn:epc:tag:sgtin-96:3.4012345.011111.9",
    ],
)
def test_a_urn_that_breaks_its_scheme_is_left_alone(urn):
    assert digital_link(urn) is None


def test_a_company_prefix_of_any_length_gives_the_same_key():
    urns = {f"urn:epc:id:pgln:{GLN[:n]}.{GLN[n:12]}" for n in range(6, 13)}

    assert {digital_link(urn) for urn in urns} == {f"https://id.gs1.org/417/{GLN}"}


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://x.example/01/9780345418913/21/a#part", "https://id.gs1.org/01/09780345418913/21/a"),
        (
            "https://x.example/01/9780345418913/22/longer/10/longer-lot/21/longer-serial",
            "https://id.gs1.org/01/09780345418913/21/longer-serial",
        ),
        ("https://x.example/shop/gln/4226350800008", "https://id.gs1.org/414/4226350800008"),
        ("http://localhost/01/09780345418913", None),
        ("https://x.example/01/09780345418913/21/a%2Fb", None),
        ("https://x.example/01/09780345418913/", None),
        ("ftp://x.example/01/09780345418913", None),
    ],
)
def test_digital_links_of_any_domain_lose_what_the_hash_does_not_want(uri, expected):
    assert canonical_link(uri) == expected


@pytest.mark.parametrize(
    ("digits", "expected"), [("401234500001", "6"), ("04012345000000011", "5"), ("0", "0")]
)
def test_the_check_digit_follows_mod_10(digits, expected):
    assert check_digit(digits) == expected
