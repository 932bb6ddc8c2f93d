"""When a credential is confirmed, and the many ways in which it is not."""

import json
from datetime import timedelta
from hashlib import sha256
from string import ascii_letters, digits

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import FIELD, FIELD_LOT, LOT, OTHER_LOT, START
from tests.laboratories import (
    ISSUER,
    KEY,
    NOW,
    OTHER_KEY,
    PDF,
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
from traceability.epcis.compact_jws import from_base64url, to_base64url
from traceability.laboratory.sign import LaboratoryKey
from traceability.proof.confirm import Belief, judge
from traceability.proof.credential import payload
from traceability.proof.judged import Outcome
from traceability.telemetry.public_key import Algorithm

SOUND = a_credential()
NOBODY = a_trusted(OTHER_KEY)


def signed_by_hand(header, content, key=None, algorithm="EdDSA"):
    """With a library's plain JWS, whatever the header says."""
    return jwt.PyJWS().encode(json.dumps(content).encode(), key, algorithm, header)


def sound_payload(**members):
    content = json.loads(from_base64url(SOUND.split(".")[1], "payload"))
    return {name: value for name, value in (content | members).items() if value is not None}


def with_payload(data):
    return ".".join([SOUND.split(".")[0], to_base64url(data), "AAAA"])


def with_header(text, header):
    return ".".join([to_base64url(json.dumps(header).encode()), *text.split(".")[1:]])


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


# --- scope


def test_a_plot_speaks_for_all_that_was_packed_from_its_harvest():
    text = a_credential(
        subject=a_subject(lots=None, plots=[FIELD], testedAt=None),
        validFrom=day(-1),
        kind="OrganicCertificate",
    )
    issuers = [a_trusted(**{"for": ["OrganicCertificate"]})]

    assert judged(text, an_inspection(text, LOT), issuers=issuers).is_confirmed
    assert judged(text, an_inspection(text, FIELD_LOT), issuers=issuers).is_confirmed
    assert judged(text, an_inspection(text, OTHER_LOT), issuers=issuers).outcome is Outcome.OUT_OF_SCOPE


def test_a_plot_does_not_speak_for_what_was_harvested_before_it_was_certified():
    text = a_credential(subject=a_subject(lots=None, plots=[FIELD]), validFrom=day(0.3))

    assert judged(text).outcome is Outcome.OUT_OF_SCOPE


def test_a_certificate_has_to_be_there_before_the_event():
    text = a_credential(validFrom=day(0.3), kind="OrganicCertificate")

    found = judged(text, issuers=[a_trusted(**{"for": ["OrganicCertificate"]})])

    assert found.outcome is Outcome.NOT_YET_VALID


# --- what the event says beside it

STATED = {"guoji:analyte": {"guoji:en": "chlorpyrifos"}, "guoji:value": 0.012, "guoji:uom": "NA"}


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"guoji:labResults": [STATED, {**STATED, "guoji:limit": 0.02}]}, Outcome.CONFIRMED),
        ({"guoji:reportSha256": sha256(PDF).hexdigest()}, Outcome.CONFIRMED),
        ({"guoji:reportSha256": sha256(PDF + b"!").hexdigest()}, Outcome.DIFFERS),
        ({"guoji:labResults": [{**STATED, "guoji:value": 0.011}]}, Outcome.DIFFERS),
        ({"guoji:labResults": [{**STATED, "guoji:limit": 0.05}]}, Outcome.DIFFERS),
        ({"guoji:labResults": [{**STATED, "guoji:uom": "GM"}]}, Outcome.DIFFERS),
        ({"guoji:labResults": [{**STATED, "guoji:analyte": "sugar"}]}, Outcome.DIFFERS),
        ({"guoji:labResults": [STATED, "nonsense"]}, Outcome.DIFFERS),
    ],
)
def test_an_event_may_say_less_than_its_credential_and_nothing_else(fields, outcome):
    assert judged(SOUND, an_inspection(SOUND, **fields)).outcome is outcome


def test_an_event_that_turns_the_conclusion_over_differs():
    text = a_credential(subject=a_subject(conclusion="non_conformant"))

    assert judged(text).outcome is Outcome.DIFFERS


# --- what cannot be read, or must not choose how it is checked

PUBLIC = KEY.jwk()
HEADER = {"typ": "vc+jwt", "kid": KEY.key_id, "alg": "EdDSA"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (with_header(SOUND, HEADER | {"alg": "none"}), "signed by 'none'"),
        (with_header(SOUND, HEADER | {"alg": "none"}).rpartition(".")[0] + ".", "not a compact JWS"),
        (
            signed_by_hand({**HEADER, "alg": "HS256"}, sound_payload(), KEY.key_id * 2, "HS256"),
            "signed by 'HS256'",
        ),
        (with_header(SOUND, HEADER | {"jwk": PUBLIC}), "unknown name 'jwk'"),
        (with_header(SOUND, HEADER | {"crit": ["b64"], "b64": False}), "unknown name 'b64'"),
        (with_header(SOUND, HEADER | {"kid": 7}), "something else than text"),
        (with_header(SOUND, {"typ": "vc+jwt", "alg": "EdDSA"}), "lacks 'kid'"),
        (with_header(SOUND, HEADER | {"typ": "JWT"}), "type 'JWT'"),
        (SOUND + "=", "not a compact JWS"),
        (SOUND + "." + "A" * 10, "not a compact JWS"),
        ("A" * 70_000, "70000 characters"),
        (SOUND.replace(".", ".A", 1), "not"),
        (with_payload(b"[" * 500 + b"]" * 500), "64 levels"),
        (with_payload(b'{"a":1,"a":2}'), "twice"),
        (with_payload(b"[]"), "not a JSON object"),
        (with_payload(bytes([255, 123, 125])), "not UTF-8"),
        ("", "not a compact JWS"),
    ],
)
def test_what_is_no_sound_vc_jwt_is_refused_with_a_reason(text, said):
    found = judged(text)

    assert found.outcome is Outcome.UNREADABLE
    assert said in found.reason


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (
            {"@context": ["https://www.w3.org/ns/credentials/v2", {"results": "https://evil.example/"}]},
            "@context",
        ),
        ({"@context": ["https://www.w3.org/2018/credentials/v1"]}, "@context"),
        ({"type": ["VerifiableCredential"]}, "plain one"),
        ({"type": ["VerifiableCredential", "LaboratoryReport", "Diploma"]}, "Diploma"),
        ({"type": ["LaboratoryReport"]}, "want VerifiableCredential"),
        ({"proof": {"type": "DataIntegrityProof"}}, "unknown name 'proof'"),
        ({"vc": {}}, "unknown name 'vc'"),
        ({"exp": 5}, "unknown name 'exp'"),
        ({"iss": "https://other.example"}, "iss is"),
        ({"issuer": "http://lab.example"}, "neither an https URL"),
        ({"issuer": {"id": ISSUER, "key": 1}}, "unknown name 'key'"),
        ({"validFrom": "yesterday"}, "validFrom is"),
        ({"validFrom": "2026-11-20T06:00:00"}, "no time zone"),
        ({"validUntil": day(0)}, "lies before validFrom"),
        ({"validUntil": None, "validFrom": None}, "lacks 'validFrom'"),
        ({"credentialStatus": {"type": "StatusList2021Entry"}}, "lacks"),
        ({"credentialStatus": [{}] * 5}, "5 statuses"),
        ({"relatedResource": [{"id": "x", "digestSRI": "md5-AAAA"}]}, "digestSRI"),
        ({"credentialSubject": []}, "wrong kind"),
        ({"credentialSubject": a_subject(lots=None)}, "neither lots nor plots"),
        ({"credentialSubject": a_subject(lots=["https://lab.example/lot"])}, "canonical Digital Links"),
        ({"credentialSubject": a_subject(lots=[f"{LOT}?17=270101"])}, "canonical Digital Links"),
        ({"credentialSubject": a_subject(lots=[LOT] * 1_001)}, "1001 lots"),
        ({"credentialSubject": a_subject(testedAt=None)}, "testedAt is missing"),
        ({"credentialSubject": a_subject(testedAt=day(2))}, "before it was tested"),
        ({"credentialSubject": a_subject(conclusion="fine")}, "want conformant"),
        ({"credentialSubject": a_subject(results=[{**RESULT, "value": 0.03}])}, "above its limit"),
        ({"credentialSubject": a_subject(results=[{**RESULT, "value": True}])}, "wrong kind"),
        ({"credentialSubject": a_subject(results=[{**RESULT, "value": 1e300}])}, "want -1e+09 to 1e+09"),
        ({"credentialSubject": a_subject(results=[{**RESULT, "below": "LOD"}])}, "not both"),
        ({"credentialSubject": a_subject(results=[{**RESULT, "value": None}])}, "wrong kind"),
        (
            {"credentialSubject": a_subject(results=[{"analyte": "a", "unit": "NA", "below": "LOQ"}])},
            "its number",
        ),
        ({"credentialSubject": a_subject(results=[{**RESULT, "analyte": {}}])}, "is empty"),
    ],
)
def test_a_signed_credential_with_more_or_less_than_we_read_is_refused(members, said):
    found = judged(KEY.sign(sound_payload(**members)))

    assert found.outcome is Outcome.UNREADABLE
    assert said in found.reason


def test_the_key_of_another_issuer_signs_for_nobody_else():
    text = LaboratoryKey(ISSUER, OTHER_KEY.signer).sign(sound_payload())
    borrowed = signed_by_hand(
        {"typ": "vc+jwt", "kid": OTHER_KEY.key_id}, sound_payload(), OTHER_KEY.signer.private_key
    )

    for each in (text, borrowed):
        assert judged(each, issuers=[a_trusted(), NOBODY]).outcome is Outcome.NOT_SIGNED


def test_a_public_key_is_no_secret_of_hs256():
    """The old trick, also where the header is honest about the algorithm of another key."""
    es256 = LaboratoryKey.make(ISSUER, Algorithm.ES256)
    issuer = a_trusted(es256, keys=[es256.jwk() | {"kid": KEY.key_id}])

    assert judged(SOUND, issuers=[issuer]).outcome is Outcome.NOT_SIGNED


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
