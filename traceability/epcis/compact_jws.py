"""A credential as it travels: a compact JWS of type vc+jwt, taken apart and not yet believed."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from traceability.epcis.parse import parse_json
from traceability.errors import InvalidInput

TYPE = "vc+jwt"
ALGORITHMS = ("EdDSA", "ES256")
MAX_CHARACTERS = 64 * 1024
"""Of a credential: some hundred results."""
MAX_LIST_CHARACTERS = 1024 * 1024
"""Of a status list."""

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_HEADER = {"alg", "typ", "kid"}
_HEADER_TOO = {"cty", "iss"}


@dataclass(frozen=True, slots=True)
class CompactJws:
    text: str
    algorithm: str
    """EdDSA or ES256; nothing else is read, `none` least of all."""
    key_id: str
    header_issuer: str | None
    payload: Mapping[str, Any]

    @classmethod
    def parse(cls, text: str, at_most: int = MAX_CHARACTERS) -> "CompactJws":
        """Raises `InvalidInput`: too long, not compact, not strict JSON, a header with more than we read.

        A header of the issuer's own making must not choose how it is checked: so no `jwk`, `jku`, `x5c`,
        `crit`, and no other algorithm (VC-JOSE-COSE 1.0, section 3.1.1; RFC 8725, section 3).
        """
        if len(text) > at_most:
            raise InvalidInput(f"credential has {len(text)} characters, want at most {at_most}")
        parts = _COMPACT.fullmatch(text)
        if parts is None:
            raise InvalidInput(
                "credential is not a compact JWS: want three parts in base64url with dots between"
            )
        header = _object(parts[1], "header")
        if not _HEADER <= header.keys() <= _HEADER | _HEADER_TOO:
            odd = sorted(header.keys() - _HEADER_TOO ^ _HEADER)[0]
            raise InvalidInput(f"header of the credential {_odd(odd)} {odd[:40]!r}; want alg, typ and kid")
        if not all(isinstance(value, str) for value in header.values()):
            raise InvalidInput("header of the credential holds something else than text")
        if header["typ"] != TYPE or header.get("cty", "vc") != "vc":
            raise InvalidInput(f"the credential is of type {header['typ'][:40]!r}, want {TYPE!r} about a vc")
        if header["alg"] not in ALGORITHMS:
            raise InvalidInput(f"the credential is signed by {header['alg'][:40]!r}, want EdDSA or ES256")
        payload = _object(parts[2], "payload")
        return cls(text, header["alg"], header["kid"], header.get("iss"), payload)


def to_base64url(data: bytes) -> str:
    """RFC 4648 section 5, without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str, what: str) -> bytes:
    """The one spelling that `to_base64url` gives; `what` names the value in the error."""
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise InvalidInput(f"{what} is not base64url: {error}") from error
    if to_base64url(data) != text:
        raise InvalidInput(f"{what} is not canonical base64url")
    return data


def _odd(name: str) -> str:
    return "lacks" if name in _HEADER else "has the unknown name"


def _object(part: str, what: str) -> dict[str, Any]:
    value = parse_json(from_base64url(part, f"{what} of the credential"))
    if not isinstance(value, dict):
        raise InvalidInput(f"{what} of the credential is not a JSON object")
    return value
