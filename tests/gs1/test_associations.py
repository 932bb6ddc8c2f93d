"""AIs that need or exclude one another."""

import json
from pathlib import Path

import pytest

from traceability.errors import InvalidInput
from traceability.gs1 import digital_link
from traceability.gs1.associations import check_associations

VECTORS = Path(__file__).parent.parent / "vectors" / "gs1"
GTIN = ("01", "09520000042424")


def test_every_association_vector_is_refused_and_no_valid_one_is():
    for line in (VECTORS / "dl_parse.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        if case["valid"]:
            check_associations(digital_link.parse(case["uri"]).elements)
        elif case["tier"] == "association":
            with pytest.raises(InvalidInput, match="AI"):
                check_associations(digital_link.parse(case["uri"]).elements)


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ([GTIN, ("37", "5")], r"\(01\) stands together with AI \(37\)"),
        ([GTIN, ("3100", "000001"), ("3103", "000001")], "which it excludes"),
        ([GTIN, ("3922", "199")], "stands without 30 or 31nn or 32nn"),
        ([GTIN, ("7004", "10")], r"\(7004\) stands without 01\+10"),
        ([GTIN, ("8030", "MEUC")], "stands without 00 or 01\\+21"),
        ([("253", "9520000000110"), ("8030", "MEUC")], "has no serial"),
        ([("8003", "09520000000318"), ("8030", "MEUC")], "has no serial"),
    ],
)
def test_a_set_of_ais_that_do_not_go_together_is_refused(elements, reason):
    with pytest.raises(InvalidInput, match=reason):
        check_associations(elements)


@pytest.mark.parametrize(
    "elements",
    [
        [GTIN, ("3103", "000195"), ("3922", "0299")],
        [GTIN, ("10", "L"), ("7004", "10")],
        [GTIN, ("21", "S"), ("8030", "MEUC")],
        [("253", "9520000000110DOC1"), ("8030", "MEUC")],
        [("00", "095200000000000776"), ("02", "09520000042424"), ("37", "48")],
    ],
)
def test_a_set_of_ais_that_go_together_passes(elements):
    check_associations(elements)
