"""What cannot be read as a credential, or tries to choose how it is checked."""

import json

import jwt
import pytest

from tests.builders import FARM, FIELD, LOT
from tests.laboratories import (
    ISSUER,
    KEY,
    OTHER_KEY,
    RESULT,
    a_credential,
    a_subject,
    a_trusted,
    day,
    judged,
    of_plots,
)
from traceability.epcis.compact_jws import from_base64url, to_base64url
from traceability.laboratory.sign import LaboratoryKey
from traceability.proof.credential import Credential
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
        ({"validFrom": "0001-01-01T00:00:00+14:00"}, "validFrom is"),
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


def test_what_it_is_about_is_told_with_its_holder_and_the_first_of_many():
    many = [f"{LOT}{n}" for n in range(5)]
    by_lots = Credential.parse(a_credential(subject=a_subject(lots=many)))
    by_plot = Credential.parse(a_credential(kind="OrganicCertificate", subject=of_plots()))

    assert by_lots.scope == f"{LOT}0, {LOT}1, {LOT}2, 2 more"
    assert by_plot.scope == f"{FIELD}, harvested by {FARM}"
