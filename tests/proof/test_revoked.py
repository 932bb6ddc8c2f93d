"""What status lists say, and which of them say nothing."""

import json

import pytest

from tests.laboratories import (
    ISSUER,
    KEY,
    LIST_URL,
    OTHER_KEY,
    a_credential,
    a_key,
    day,
    judged,
)
from traceability.epcis.compact_jws import from_base64url
from traceability.proof.credential import payload
from traceability.proof.judged import Outcome
from traceability.proof.status_list import encode, entry_json

SOUND = a_credential()


def a_list_saying(key=KEY, issuer=ISSUER, **subject):
    """Signed by `key`, whatever it says."""
    told = {"type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": encode([])} | subject
    span = {"validFrom": day(1.5), "validUntil": day(9)}
    return key.sign(payload("BitstringStatusListCredential", issuer, told, id=LIST_URL, **span))


@pytest.mark.parametrize(
    "text",
    [
        a_list_saying(a_key(seed=9)),
        a_list_saying(issuer=OTHER_KEY.issuer),
        a_list_saying(statusPurpose="suspension"),
        a_list_saying(statusPurpose=["message", "suspension"]),
    ],
)
def test_a_list_that_is_not_quite_the_issuers_own_says_nothing(text):
    assert judged(SOUND, lists=[a_list_saying(statusPurpose=["message", "revocation"])]).is_confirmed
    assert judged(SOUND, lists=[text]).outcome is Outcome.STATUS_UNKNOWN


def test_a_bit_beyond_the_end_of_the_list_is_no_good_sign():
    text = a_credential(credentialStatus=entry_json(LIST_URL, 131_072))

    found = judged(text)

    assert (found.outcome, "too short" in found.reason) == (Outcome.STATUS_UNKNOWN, True)


def test_a_suspension_ends_with_the_next_list_and_a_revocation_does_not():
    status = entry_json(LIST_URL, 5) | {"statusPurpose": "suspension"}
    text = a_credential(credentialStatus=[status, entry_json(LIST_URL, 6)])
    both = ["revocation", "suspension"]
    held, free = (a_list_saying(statusPurpose=both, encodedList=encode(bits)) for bits in ([5], []))
    free = a_list_later(free)

    assert judged(text, lists=[held]).outcome is Outcome.REVOKED
    assert judged(text, lists=[free, held]).is_confirmed


def a_list_later(text):
    content = json.loads(from_base64url(text.split(".")[1], "payload"))
    return KEY.sign(content | {"validFrom": day(1.8)})
