"""A laboratory report or certificate about goods, as a verifiable credential: parsed, not yet believed."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from traceability.errors import InvalidInput
from traceability.gs1 import digital_link, keys
from traceability.log.text import from_base64
from traceability.proof.issuers import KINDS
from traceability.proof.laboratory import MAX_RESULTS, Result
from traceability.proof.shape import a_time, take
from traceability.proof.signed import CONTEXT, Signed
from traceability.proof.status_list import StatusEntry, status_entries

MAX_SCOPE = 1_000
MAX_REPORTS = 20
MOST_TOLD = 3
REPORT = "LaboratoryReport"
_SRI = "sha256-"
_SUBJECT = {
    "id": str,
    "type": str,
    "lots": list,
    "plots": list,
    "holder": str,
    "testedAt": str,
    "results": list,
    "conclusion": str,
}


@dataclass(frozen=True, slots=True)
class Credential:
    signed: Signed
    kind: str
    """One of `KINDS`."""
    lots: tuple[str, ...]
    """Canonical Digital Links (01 with 10) of what it is about."""
    plots: tuple[str, ...]
    """Canonical Digital Links (414 with 254): about lots that `holder` harvested there while it holds."""
    holder: str | None
    """GLN of the party that it was given to; plots need one, or anybody could harvest there."""
    tested_at: datetime | None
    results: tuple[Result, ...]
    conclusion: str | None
    """"conformant" or "non_conformant"."""
    reports: tuple[str, ...]
    """SHA-256 (hex) of the documents that belong to it, such as the PDF."""
    status: tuple[StatusEntry, ...]

    @property
    def scope(self) -> str:
        """What it is about, in words; the first of many."""
        named = (*self.lots, *self.plots)
        more = [f"{len(named) - MOST_TOLD} more"] if len(named) > MOST_TOLD else []
        by = f", harvested by {self.holder}" if self.plots else ""
        return ", ".join([*named[:MOST_TOLD], *more]) + by

    @classmethod
    def parse(cls, text: str) -> "Credential":
        """Raises `InvalidInput` that names the member."""
        signed = Signed.parse(text)
        kinds = [each for each in signed.types if each != "VerifiableCredential"]
        if len(kinds) != 1 or kinds[0] not in KINDS:
            raise InvalidInput(
                f"credential is a {', '.join(kinds)[:80] or 'plain one'}, want {', '.join(KINDS)}"
            )
        subject = take(signed.subject, "credentialSubject", {}, _SUBJECT)
        lots, plots = _links(subject, "lots", "lot"), _links(subject, "plots", "place")
        if not lots and not plots:
            raise InvalidInput("credentialSubject names neither lots nor plots")
        if plots and subject["holder"] is None:
            raise InvalidInput("credentialSubject names plots and no holder, want a GLN: who harvests there")
        if subject["conclusion"] not in (None, "conformant", "non_conformant"):
            raise InvalidInput(
                f"conclusion is {subject['conclusion']!r:.40}, want conformant or non_conformant"
            )
        results = _bounded(subject, "results", MAX_RESULTS)
        return cls(
            signed,
            kinds[0],
            lots,
            plots,
            None if subject["holder"] is None else keys.gln(subject["holder"]),
            _tested_at(subject["testedAt"], kinds[0], signed),
            tuple(Result.parse(each, f"result {number}") for number, each in enumerate(results, start=1)),
            subject["conclusion"],
            _reports(signed),
            status_entries(signed.status),
        )


def _tested_at(stated: str | None, kind: str, signed: Signed) -> datetime | None:
    if stated is None:
        if kind == REPORT:
            raise InvalidInput("a LaboratoryReport says when it was tested: testedAt is missing")
        return None
    tested = a_time(stated, "testedAt")
    if tested > signed.valid_from:
        raise InvalidInput(f"testedAt {stated} lies after validFrom, so it was signed before it was tested")
    return tested


def _links(subject: Mapping[str, Any], name: str, kind: str) -> tuple[str, ...]:
    found = _bounded(subject, name, MAX_SCOPE)
    for link in found:
        if not isinstance(link, str) or not _names(link, kind):
            raise InvalidInput(f"{name} holds {link!r:.80}, want canonical Digital Links of a {kind} each")
    return tuple(found)


def _names(link: str, kind: str) -> bool:
    try:
        return digital_link.identity(link) == link and digital_link.kind(link) == kind
    except InvalidInput:
        return False


def _bounded(subject: Mapping[str, Any], name: str, at_most: int) -> list[Any]:
    found = subject[name] or []
    if len(found) > at_most:
        raise InvalidInput(f"credentialSubject has {len(found)} {name}, want at most {at_most}")
    return list(found)


def _reports(signed: Signed) -> tuple[str, ...]:
    if len(signed.resources) > MAX_REPORTS:
        raise InvalidInput(f"credential has {len(signed.resources)} documents, want at most {MAX_REPORTS}")
    return tuple(map(_report, signed.resources))


def _report(value: object) -> str:
    found = take(value, "relatedResource", {"id": str, "digestSRI": str}, {"mediaType": str})
    if not found["digestSRI"].startswith(_SRI):
        raise InvalidInput(f"digestSRI is {found['digestSRI']!r:.40}, want {_SRI} and base64")
    digest = from_base64(found["digestSRI"].removeprefix(_SRI), "digestSRI")
    if len(digest) != 32:
        raise InvalidInput(f"digestSRI has {len(digest)} bytes, want 32")
    return digest.hex()


def related_resource(digest: str, media_type: str) -> dict[str, str]:
    """What names a document by its SHA-256 (hex): an RFC 6920 name, and the digest as VC 2.0 wants it."""
    raw = bytes.fromhex(digest)
    in_url = b64encode(raw, b"-_").rstrip(b"=").decode()
    return {
        "id": f"ni:///sha-256;{in_url}",
        "mediaType": media_type,
        "digestSRI": _SRI + b64encode(raw).decode(),
    }


def payload(kind: str, issuer: str, subject: Mapping[str, Any], **members: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
    """A credential before it is signed; members that are None are left out."""
    told = {"@context": CONTEXT, "type": ["VerifiableCredential", kind], "issuer": issuer} | members
    return {name: value for name, value in told.items() if value is not None} | {"credentialSubject": subject}
