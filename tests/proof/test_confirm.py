"""When a credential is confirmed, and the many ways in which it is not."""

from datetime import timedelta
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import LOT, OTHER_LOT, START
from tests.laboratories import (
    ISSUER,
    KEY,
    NOW,
    OTHER_KEY,
    RESULT,
    a_credential,
    a_key,
    a_list,
    a_subject,
    a_trusted,
    an_inspection,
    day,
    judged,
)
from traceability.epcis.compact_jws import to_base64url
from traceability.laboratory.sign import LaboratoryKey
from traceability.proof.confirm import Belief, judge
from traceability.proof.credential import payload
from traceability.proof.judged import Outcome
from traceability.telemetry.public_key import Algorithm

SOUND = a_credential()
NOBODY = a_trusted(OTHER_KEY)


def test_a_credential_of_a_trusted_laboratory_about_the_lot_is_confirmed():
    found = judged(SOUND)

    assert (found.outcome, found.is_confirmed) == (Outcome.CONFIRMED, True)
    assert found.issuer.name == {"zh": "示范检测室", "en": "Demo Laboratory"}
    assert found.as_of == START + timedelta(days=1.5)
    assert "had not revoked it by 2026-11-21" in found.reason


def test_es256_is_as_good():
    key = LaboratoryKey.make(ISSUER, Algorithm.ES256)

    found = judged(a_credential(key), issuers=[a_trusted(key)], lists=[a_list(key=key)])

    assert found.is_confirmed


UNKNOWN = Outcome.STATUS_UNKNOWN


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"issuers": [NOBODY]}, Outcome.UNKNOWN_ISSUER),
        (
            {"issuers": [a_trusted(a_key(seed=9), keys=[{**a_key(seed=9).jwk(), "kid": KEY.key_id}])]},
            Outcome.NOT_SIGNED,
        ),
        ({"issuers": [a_trusted(a_key(seed=9)), NOBODY]}, Outcome.NOT_SIGNED),
        ({"issuers": [a_trusted(**{"for": ["OrganicCertificate"]})]}, Outcome.NOT_TRUSTED),
        ({"issuers": [a_trusted(**{"from": day(2)})]}, Outcome.NOT_TRUSTED),
        ({"issuers": [a_trusted(until=day(0.9))]}, Outcome.NOT_TRUSTED),
        ({"now": START}, Outcome.NOT_YET_VALID),
        ({"now": START + timedelta(days=31)}, Outcome.EXPIRED),
        ({"event": an_inspection(SOUND, OTHER_LOT)}, Outcome.OUT_OF_SCOPE),
        ({"lists": [a_list(94567)]}, Outcome.REVOKED),
        ({"lists": [a_list(94567, until=1.6), a_list(days=1.7)]}, Outcome.REVOKED),
        ({"lists": []}, UNKNOWN),
        ({"lists": [a_list(key=OTHER_KEY)], "issuers": [a_trusted(), NOBODY]}, UNKNOWN),
        ({"lists": [a_list(url="https://lab.example/status/2")]}, UNKNOWN),
        ({"lists": [a_list(until=1.9)]}, UNKNOWN),
        ({"lists": [a_list(days=3)]}, UNKNOWN),
        ({"lists": ["not a list", SOUND]}, UNKNOWN),
    ],
)
def test_what_does_not_hold_is_not_confirmed(changed, outcome):
    assert judged(SOUND, **changed).outcome is outcome


def test_bits_beside_ours_revoke_nothing():
    assert judged(SOUND, lists=[a_list(94566, 94568, 0, 131071)]).is_confirmed


def test_a_list_that_came_with_the_event_counts_like_any_other():
    assert judged(SOUND, an_inspection(SOUND, **{"guoji:statusList": a_list()}), lists=[]).is_confirmed
    stapled = an_inspection(SOUND, **{"guoji:statusList": a_list()})
    assert judged(SOUND, stapled, lists=[a_list(94567, days=1.8)]).outcome is Outcome.REVOKED


def test_an_old_key_cannot_date_itself_back():
    """The credential is of the time when it was trusted; the log took it later."""
    text = a_credential(validFrom=day(0.5))

    assert judged(text, issuers=[a_trusted(until=day(0.9))]).outcome is Outcome.NOT_TRUSTED


def test_without_a_status_it_is_confirmed_and_that_is_said():
    found = judged(a_credential(credentialStatus=None), lists=[])

    assert found.is_confirmed
    assert "keeps no list" in found.reason


def test_names_in_any_script_are_read_as_they_are():
    result = {**RESULT, "analyte": {"zh": "𠮷甲胺磷‮", "en": "méthamidophos <b>"}}

    found = judged(a_credential(subject=a_subject(results=[result])))

    assert found.is_confirmed
    assert found.credential.results[0].analyte == result["analyte"]


BELIEF = Belief([a_trusted()], [a_list()], NOW)


@given(st.integers(0, len(SOUND) - 1), st.sampled_from(ascii_letters + digits + "-_.=+/ "))
def test_one_changed_character_never_confirms(at, character):
    changed = SOUND[:at] + character + SOUND[at + 1 :]

    assert changed == SOUND or not judge(changed, BELIEF).is_confirmed


@given(st.binary(max_size=300), st.integers(0, 2))
def test_any_bytes_in_any_part_are_an_answer_and_no_crash(data, part):
    parts = SOUND.split(".")
    parts[part] = to_base64url(data)

    assert not judge(".".join(parts), BELIEF).is_confirmed


def test_a_credential_without_an_event_is_judged_but_for_its_goods():
    assert judge(SOUND, BELIEF).is_confirmed


def test_an_unsigned_payload_is_made_from_the_members_that_are_there():
    made = payload("LaboratoryReport", ISSUER, {"lots": [LOT]}, validFrom=day(0), validUntil=None)

    assert list(made) == ["@context", "type", "issuer", "validFrom", "credentialSubject"]
