"""A laboratory that tests start from: its key, what it signs, who believes it, and the event that says so."""

import json
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.builders import CONTEXT, FARM, FIELD, FIELD_LOT, LOT, START, a_harvest, a_pack_out, a_sighting
from traceability.epcis.event import Event
from traceability.laboratory.sign import LaboratoryKey
from traceability.proof.confirm import About, Belief, judge
from traceability.proof.credential import related_resource
from traceability.proof.grown import Grown
from traceability.proof.issuers import TrustedIssuer
from traceability.telemetry.private_key import DeviceSigner

ISSUER, OTHER = "https://lab.example", "https://other.example"
LIST_URL = "https://lab.example/status/1"
PDF = b"%PDF-1.7 the report"
NOW = START + timedelta(days=2)
RESULT = {
    "analyte": {"zh": "毒死蜱", "en": "chlorpyrifos"},
    "cas": "2921-88-2",
    "value": 0.012,
    "unit": "NA",
    "limit": {"value": 0.02, "standard": "GB 2763-2021"},
    "method": "GB 23200.121-2021",
    "lod": 0.001,
    "loq": 0.005,
    "uncertainty": 0.002,
    "conclusion": "pass",
}
UNFOUND = {"analyte": "acetamiprid", "unit": "NA", "below": "LOD", "lod": 0.001, "conclusion": "pass"}


def a_key(issuer: str = ISSUER, seed: int = 7) -> LaboratoryKey:
    return LaboratoryKey(issuer, DeviceSigner(Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32))))


KEY, OTHER_KEY = a_key(), a_key(OTHER, 8)


def day(days: float) -> str:
    return (START + timedelta(days=days)).isoformat()


def a_trusted(key: LaboratoryKey = KEY, **changed: Any) -> TrustedIssuer:
    told = {
        "id": key.issuer,
        "name": {"zh": "示范检测室", "en": "Demo Laboratory"},
        "for": ["LaboratoryReport"],
        "from": day(-100),
        "until": day(100),
        "accreditation": "CMA 2026-0001",
        "keys": [key.jwk()],
    }
    return TrustedIssuer.parse(json.dumps(told | changed, ensure_ascii=False))


def a_subject(**changed: Any) -> dict[str, Any]:
    subject = {
        "lots": [LOT],
        "testedAt": day(0.25),
        "conclusion": "conformant",
        "results": [RESULT, UNFOUND],
    }
    return {name: value for name, value in (subject | changed).items() if value is not None}


def of_plots(*plots: str, **changed: Any) -> dict[str, Any]:
    """What a certificate says whose holder is `FARM`."""
    return a_subject(**{"lots": None, "plots": plots or [FIELD], "holder": FARM, "testedAt": None} | changed)


def a_credential(key: LaboratoryKey = KEY, kind: str = "LaboratoryReport", **members: Any) -> str:
    sound = {
        "id": "urn:uuid:6c4f1a52-0f4e-4a55-9df1-9d3f2c1b7a10",
        "validFrom": day(1),
        "validUntil": day(30),
        "credentialStatus": {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "94567",
            "statusListCredential": LIST_URL,
        },
        "relatedResource": [related_resource(sha256(PDF).hexdigest(), "application/pdf")],
    }
    subject = members.pop("subject", None) or a_subject()
    return key.issue(kind, subject, **sound | members)


def a_list(
    *revoked: int, key: LaboratoryKey = KEY, url: str = LIST_URL, days: float = 1.5, until: float = 9
) -> str:
    span = START + timedelta(days=days), START + timedelta(days=until)
    return key.status_list(url, revoked, *span)


def an_inspection(credential: str | None = None, lot: str = LOT, **fields: Any) -> Event:
    goods = [{"epcClass": lot}]
    told = {} if credential is None else {"guoji:credential": credential}
    event = a_sighting(6, lot, step="inspecting", disposition="conformant", **told, **fields)
    body = {name: value for name, value in event.body.items() if name != "epcList"}
    return Event({**body, "quantityList": goods}, CONTEXT)


@dataclass(frozen=True, slots=True)
class ARecord:
    """What a store or a proof file holds of an event."""

    event: Event
    key: str = "0" * 64
    submitter: str = FARM
    captured_at_ms: int = int((START + timedelta(days=1)).timestamp() * 1000)

    @property
    def name(self) -> tuple[str, str]:
        return json.dumps(self.event.body), self.submitter


def a_history() -> Grown:
    """`LOT`, packed from `FIELD_LOT`, which was harvested on the plot `FIELD`."""
    events = (a_harvest(0, FIELD_LOT), a_pack_out(3, FIELD_LOT, LOT))
    return Grown([ARecord(event, key=f"{n:064x}") for n, event in enumerate(events)])


def judged(credential: str, event: Event | None = None, *, issuers=None, lists=None, now=NOW, grown=None):
    """What becomes of `credential`, by default with a list in which nothing is revoked."""
    about = About.of(ARecord(event or an_inspection(credential)), grown or a_history())
    lists = [a_list()] if lists is None else lists
    return judge(credential, Belief(issuers or [a_trusted()], lists, now), about)
