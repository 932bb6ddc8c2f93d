"""What every credential of ours has: who says it, since when and until when, and a signature over it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from traceability.epcis.compact_jws import MAX_CHARACTERS, CompactJws
from traceability.errors import CheckFailed, InvalidInput, Unavailable
from traceability.proof.issuers import TrustedIssuer, check_issuer_id
from traceability.proof.shape import a_time, take
from traceability.telemetry.public_key import Algorithm, PublicKey

CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://ns.guoji.example/credentials/v1"]
"""By these two every word has one meaning. Another context could give them others, so it is refused."""
NO_JWS = (
    "no credential can be checked without the packages `cryptography` and `pyjwt`; "
    "install them (python3 -m pip install cryptography pyjwt) and ask again"
)

_REQUIRED = {
    "@context": list,
    "type": list,
    "issuer": str | dict,
    "validFrom": str,
    "credentialSubject": dict,
}
_OPTIONAL = {
    "id": str,
    "name": str | dict,
    "iss": str,
    "validUntil": str,
    "credentialStatus": dict | list,
    "relatedResource": list,
}


@dataclass(frozen=True, slots=True)
class Signed:
    """The members that VC Data Model 2.0 defines, parsed and not believed."""

    jws: CompactJws
    id: str | None
    types: tuple[str, ...]
    issuer: str
    valid_from: datetime
    valid_until: datetime | None
    subject: Mapping[str, Any]
    status: object
    resources: Sequence[object]

    @classmethod
    def parse(cls, text: str, at_most: int = MAX_CHARACTERS) -> "Signed":
        """Raises `InvalidInput` for what is not sound, or says what we do not read."""
        jws = CompactJws.parse(text, at_most)
        found = take(jws.payload, "credential", _REQUIRED, _OPTIONAL)
        if found["@context"] not in (CONTEXT, CONTEXT[:1]):
            raise InvalidInput(f"@context is {found['@context']!r:.200}, want {CONTEXT}")
        if "VerifiableCredential" not in found["type"] or not all(isinstance(t, str) for t in found["type"]):
            raise InvalidInput(f"type is {found['type']!r:.100}, want VerifiableCredential and others")
        valid_from = a_time(found["validFrom"], "validFrom")
        valid_until = None if found["validUntil"] is None else a_time(found["validUntil"], "validUntil")
        if valid_until is not None and valid_until < valid_from:
            raise InvalidInput(f"validUntil {found['validUntil']} lies before validFrom {found['validFrom']}")
        return cls(
            jws,
            found["id"],
            tuple(found["type"]),
            _issuer(found, jws),
            valid_from,
            valid_until,
            found["credentialSubject"],
            found["credentialStatus"],
            found["relatedResource"] or (),
        )


def _issuer(found: Mapping[str, Any], jws: CompactJws) -> str:
    """`iss` must agree wherever it stands (VC-JOSE-COSE 1.0, section 4.1)."""
    stated = found["issuer"]
    if isinstance(stated, dict):
        stated = take(stated, "issuer", {"id": str}, {"name": str | dict})["id"]
    for iss in (found["iss"], jws.header_issuer):
        if iss not in (None, stated):
            raise InvalidInput(f"iss is {iss!r:.80}, and the issuer is {stated!r:.80}")
    check_issuer_id(stated)
    return str(stated)


def check_signature(signed: Signed, issuer: TrustedIssuer) -> None:
    """Raises `CheckFailed` unless a key of `issuer` signed it, `Unavailable` where nobody can say."""
    key = issuer.keys.get(signed.jws.key_id)
    if key is None:
        raise CheckFailed(f"no key of {issuer.id} is called {signed.jws.key_id[:80]!r}")
    try:
        from jwt import PyJWS
        from jwt.exceptions import InvalidTokenError

        checker = PyJWS(algorithms=[key.algorithm.name])
        public = load_key(key)
    except (ImportError, NotImplementedError) as error:
        raise Unavailable(NO_JWS) from error
    try:
        checker.decode(signed.jws.text, public, algorithms=[key.algorithm.name])
    except (InvalidTokenError, NotImplementedError) as error:
        raise CheckFailed(f"the signature is not by the key {signed.jws.key_id[:80]!r}") from error


def load_key(key: PublicKey) -> Any:  # noqa: ANN401 (of a package that may be missing)
    """Raises `InvalidInput` if it is no point of its curve."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        if key.algorithm is Algorithm.EdDSA:
            return Ed25519PublicKey.from_public_bytes(key.raw)
        return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), key.raw)
    except ValueError as error:
        raise InvalidInput(f"{key.algorithm.name} key {key.raw.hex()} is no point of its curve") from error
