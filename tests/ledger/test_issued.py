"""A forged item code is refused before any look-up, in the same words whatever is wrong with it."""

from datetime import UTC, datetime

import pytest

from traceability.errors import CodeWithdrawn, Misspelt, NeverActivated, NotIssued
from traceability.gs1 import digital_link, serials
from traceability.ledger.codes import CodeStatus
from traceability.ledger.codes_active import Activation
from traceability.ledger.codes_store import Code, KeptSet, NewSet
from traceability.ledger.issued import Issued, check_used

KEY = bytes(range(32))
OURS, THEIRS = "09521234000020", "09520000042424"
SERIAL = serials.issue(KEY, OURS, b"abcde")
ISSUED = Issued(KEY, lambda gtin: gtin == OURS, lambda _: None)
ITEM = digital_link.item(OURS, SERIAL)
A_SET = KeptSet(NewSet(OURS, "", "9521234000013", b"", b"", None, None, False, 1), 1, 1, "")
ACTIVE = Activation("ab", datetime(2026, 11, 20, tzinfo=UTC), 5, "9521234000013")


@pytest.mark.parametrize(
    "forged",
    [
        SERIAL[:-1] + ("0" if SERIAL[-1] != "0" else "1"),
        ("0" if SERIAL[0] != "0" else "1") + SERIAL[1:],
        "A1",
        serials.issue(KEY[::-1], OURS, b"abcde"),
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        "/01/{gtin}/21/{serial}",
        "/01/{gtin}/10/A/21/{serial}?3103=000250",
        "/8006/{gtin}0102/21/{serial}",
    ],
)
def test_a_forged_serial_is_refused_in_the_same_words(forged, path):
    link = digital_link.CANONICAL_STEM + path.format(gtin=OURS, serial=forged)

    with pytest.raises(NotIssued, match=r"^this code was not issued by us$"):
        ISSUED.check(link)


@pytest.mark.parametrize("typed", [SERIAL.lower(), SERIAL.replace("0", "o").replace("1", "l")])
def test_one_of_ours_in_small_letters_is_not_called_forged(typed):
    assert typed != SERIAL

    with pytest.raises(Misspelt, match=f"printed as {SERIAL}") as error:
        ISSUED.check(f"{digital_link.CANONICAL_STEM}/01/{OURS}/10/A/21/{typed}")

    assert error.value.meant == f"{digital_link.CANONICAL_STEM}/01/{OURS}/10/A/21/{SERIAL}"


@pytest.mark.parametrize(
    "path",
    [f"/01/{OURS}/21/{SERIAL}", f"/01/{OURS}/10/A/21/{SERIAL}", f"/01/{OURS}/10/A", f"/01/{OURS}",
     f"/01/{THEIRS}/21/A1", f"/8006/{THEIRS}0102/21/A1", f"/8006/{OURS}0102", f"/8006/{OURS}0102/21/{SERIAL}",
     "/00/195212340000000010", "/8003/0952123400002021"],
)  # fmt: skip
def test_what_was_issued_or_is_not_ours_to_judge_passes(path):
    ISSUED.check(digital_link.CANONICAL_STEM + path)


def with_status(activation=None, withdrawn_at_ms=None):
    status = CodeStatus(Code(A_SET, 0, SERIAL, withdrawn_at_ms), activation)
    return lambda _: status


@pytest.mark.parametrize(
    ("withdrawn_at_ms", "error"), [(None, NeverActivated), (5, CodeWithdrawn)]
)  # fmt: skip
def test_an_issued_code_that_is_on_no_goods_says_so(withdrawn_at_ms, error):
    with pytest.raises(error):
        check_used(with_status(withdrawn_at_ms=withdrawn_at_ms), ITEM)


def test_of_a_code_in_use_or_another_thing_nothing_is_said():
    check_used(with_status(ACTIVE), ITEM)
    check_used(with_status(), digital_link.product(OURS))
    check_used(lambda _: None, ITEM)
