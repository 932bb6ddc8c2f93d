"""Whom a trust policy believes about goods: laboratories and certifiers, their keys, for what and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from traceability.epcis.compact_jws import from_base64url
from traceability.epcis.parse import parse_json
from traceability.errors import InvalidInput
from traceability.proof.shape import a_time, names, take
from traceability.telemetry.public_key import Algorithm, PublicKey

KINDS = ("LaboratoryReport", "OrganicCertificate", "GreenFoodCertificate")
"""Of credentials that are read."""
MAX_KEYS = 20
MAX_LISTS = 20

_REQUIRED = {"id": str, "name": str | dict, "for": list, "keys": list}
_OPTIONAL = {"from": str, "until": str, "accreditation": str, "lists": list}


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    id: str
    """An https URL (it may be a Digital Link of the laboratory's GLN) or a did:web."""
    name: Mapping[str, str]
    """By language: what pages call it. The policy's word, never the credential's."""
    kinds: tuple[str, ...]
    keys: Mapping[str, PublicKey]
    """By `kid`."""
    trusted_from: datetime | None
    trusted_until: datetime | None
    accreditation: str
    """As the policy's owner looked it up, e.g. a CMA or CNAS number."""
    lists: tuple[str, ...]
    """Where it says what it revoked: https URLs."""
    text: str
    """The JSON that it was read from, in one line."""

    @classmethod
    def parse(cls, text: str) -> "TrustedIssuer":
        """From the JSON of an `issuer` line. Raises `InvalidInput`."""
        found = take(parse_json(text.encode()), "issuer", _REQUIRED, _OPTIONAL)
        check_issuer_id(found["id"])
        unknown = [kind for kind in found["for"] if kind not in KINDS]
        if unknown or not found["for"]:
            raise InvalidInput(f"issuer is trusted for {unknown[:1]!r:.60}, want some of {', '.join(KINDS)}")
        if not 0 < len(found["keys"]) <= MAX_KEYS:
            raise InvalidInput(f"issuer has {len(found['keys'])} keys, want 1 to {MAX_KEYS}")
        keys = [public_jwk(jwk) for jwk in found["keys"]]
        if len({kid for kid, _ in keys}) < len(keys):
            raise InvalidInput("issuer has two keys of one kid")
        return cls(
            found["id"],
            names(found["name"], "name of issuer"),
            tuple(found["for"]),
            dict(keys),
            None if found["from"] is None else a_time(found["from"], "from of issuer"),
            None if found["until"] is None else a_time(found["until"], "until of issuer"),
            found["accreditation"] or "",
            _lists(found["lists"] or []),
            text,
        )


def _lists(urls: Sequence[object]) -> tuple[str, ...]:
    if len(urls) > MAX_LISTS:
        raise InvalidInput(f"issuer has {len(urls)} status lists, want at most {MAX_LISTS}")
    for url in urls:
        if not isinstance(url, str) or not _is_https(url):
            raise InvalidInput(f"status list of issuer is at {url!r:.80}, want an https URL")
    return tuple(map(str, urls))


def _is_https(url: str) -> bool:
    """Whether it can be fetched from: it will be, so a sloppy one is told while a person is looking."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return sound and "@" not in parts.netloc and url.isascii() and url.isprintable() and " " not in url


def check_issuer_id(text: str) -> None:
    """Raises `InvalidInput`."""
    if (
        not text.startswith(("https://", "did:web:"))
        or not text.isascii()
        or not text.isprintable()
        or " " in text
    ):
        raise InvalidInput(f"issuer {text[:80]!r} is neither an https URL nor a did:web")


def public_jwk(jwk: object) -> tuple[str, PublicKey]:
    """The `kid` and the key of a JWK (RFC 7517, RFC 8037). Raises `InvalidInput`, also for a private one."""
    match jwk:
        case {"d": _}:
            raise InvalidInput("the JWK is a private key: keep it secret, and give its public half")
        case {"kid": str(kid), "kty": "OKP", "crv": "Ed25519", "x": str(x)} if kid:
            return kid, PublicKey(Algorithm.EdDSA, _coordinate(x))
        case {"kid": str(kid), "kty": "EC", "crv": "P-256", "x": str(x), "y": str(y)} if kid:
            sign = b"\x03" if _coordinate(y)[-1] & 1 else b"\x02"
            return kid, PublicKey(Algorithm.ES256, sign + _coordinate(x))
    raise InvalidInput("the JWK is neither an OKP key on Ed25519 nor an EC key on P-256, with a kid")


def _coordinate(text: str) -> bytes:
    value = from_base64url(text, "coordinate of the JWK")
    if len(value) != 32:
        raise InvalidInput(f"the JWK has a coordinate of {len(value)} bytes, want 32")
    return value
