"""A forged item code is refused before any look-up, in the same words whatever is wrong with it."""

import pytest

from traceability.errors import NotIssued
from traceability.gs1 import digital_link, serials
from traceability.ledger.issued import Issued

KEY = bytes(range(32))
OURS, THEIRS = "09521234000020", "09520000042424"
SERIAL = serials.issue(KEY, OURS, b"abcde")
ISSUED = Issued(KEY, lambda gtin: gtin == OURS)


@pytest.mark.parametrize(
    "forged",
    [
        SERIAL[:-1] + ("0" if SERIAL[-1] != "0" else "1"),
        ("0" if SERIAL[0] != "0" else "1") + SERIAL[1:],
        SERIAL.lower(),
        "A1",
        serials.issue(KEY[::-1], OURS, b"abcde"),
    ],
)
@pytest.mark.parametrize("path", ["/01/{gtin}/21/{serial}", "/01/{gtin}/10/A/21/{serial}?3103=000250"])
def test_a_forged_serial_is_refused_in_the_same_words(forged, path):
    link = digital_link.CANONICAL_STEM + path.format(gtin=OURS, serial=forged)

    with pytest.raises(NotIssued, match=r"^this code was not issued by us$"):
        ISSUED.check(link)


@pytest.mark.parametrize(
    "path",
    [f"/01/{OURS}/21/{SERIAL}", f"/01/{OURS}/10/A/21/{SERIAL}", f"/01/{OURS}/10/A", f"/01/{OURS}",
     f"/01/{THEIRS}/21/A1", "/00/195212340000000010"],
)  # fmt: skip
def test_what_was_issued_or_is_not_ours_to_judge_passes(path):
    ISSUED.check(digital_link.CANONICAL_STEM + path)
