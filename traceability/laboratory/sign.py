"""The key of a laboratory or certifier, and the credentials that it signs."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from jwt import PyJWS

from traceability.epcis.compact_jws import TYPE, to_base64url
from traceability.proof.credential import Credential, payload
from traceability.proof.issuers import check_issuer_id
from traceability.proof.status_list import PURPOSES, StatusList, encode
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.public_key import Algorithm


@dataclass(frozen=True, slots=True)
class LaboratoryKey:
    issuer: str
    """An https URL or a did:web."""
    signer: DeviceSigner

    def __post_init__(self) -> None:
        check_issuer_id(self.issuer)

    @classmethod
    def make(cls, issuer: str, algorithm: Algorithm = Algorithm.EdDSA) -> "LaboratoryKey":
        return cls(issuer, DeviceSigner.make(algorithm))

    @property
    def key_id(self) -> str:
        """An absolute URL, as VC-JOSE-COSE wants for a URL as issuer; it ends in the RFC 7638 thumbprint."""
        needed = {name: value for name, value in self._jwk().items() if name in ("crv", "kty", "x", "y")}
        thumbprint = sha256(json.dumps(needed, sort_keys=True, separators=(",", ":")).encode()).digest()
        return f"{self.issuer}#{to_base64url(thumbprint)}"

    def jwk(self) -> dict[str, str]:
        """The public half."""
        return self._jwk() | {"kid": self.key_id, "alg": self.signer.public.algorithm.name}

    def _jwk(self) -> dict[str, str]:
        key = self.signer.private_key.public_key()
        if isinstance(key, EllipticCurvePublicKey):
            numbers = key.public_numbers()
            x, y = (to_base64url(each.to_bytes(32)) for each in (numbers.x, numbers.y))
            return {"kty": "EC", "crv": "P-256", "x": x, "y": y}
        return {"kty": "OKP", "crv": "Ed25519", "x": to_base64url(key.public_bytes_raw())}

    def sign(self, content: Mapping[str, Any]) -> str:
        """The compact JWS over `content`, whatever it says."""
        data = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        header = {"typ": TYPE, "kid": self.key_id}
        return PyJWS().encode(data, self.signer.private_key, self.signer.public.algorithm.name, header)

    def issue(self, kind: str, subject: Mapping[str, Any], **members: Any) -> str:  # noqa: ANN401 (JSON)
        """A credential of `kind`. Raises `InvalidInput` for one that would not be read."""
        text = self.sign(payload(kind, self.issuer, subject, **members))
        Credential.parse(text)
        return text

    def status_list(self, url: str, revoked: Iterable[int], made_at: datetime, until: datetime) -> str:
        """The list at `url`. Raises `InvalidInput`."""
        subject = {
            "type": "BitstringStatusList",
            "statusPurpose": PURPOSES[0],
            "encodedList": encode(revoked),
        }
        span = {"validFrom": made_at.isoformat(), "validUntil": until.isoformat()}
        text = self.sign(payload("BitstringStatusListCredential", self.issuer, subject, id=url, **span))
        StatusList.parse(text)
        return text
