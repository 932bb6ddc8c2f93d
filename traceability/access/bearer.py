"""What a JWT access token of the identity provider allows, never more than its party is registered for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from jwt.exceptions import (
    ExpiredSignatureError,
    ImmatureSignatureError,
    InvalidAudienceError,
    InvalidIssuerError,
    InvalidSignatureError,
    MissingRequiredClaimError,
    PyJWTError,
)

from traceability.access.key_set import ALGORITHMS, KeySet
from traceability.errors import InvalidInput, NotAuthorised
from traceability.gs1.keys import gln
from traceability.ledger.grant import CAPTURE, READ, Grant, Reads
from traceability.ledger.ledger import Authority
from traceability.ledger.parties import Register

SCOPES: Mapping[str, str] = {"guoji:capture": CAPTURE, "guoji:read": READ}
"""The role that each scope stands for, the greater first. Nobody is administrator by another's word."""
LONGEST = 8 * 1024
"""Characters of a token that are looked at."""
SKEW_S = 30
"""By which clocks may differ."""
_TYPES = ("at+jwt", "application/at+jwt")
_REQUIRED = ("iss", "aud", "exp", "iat", "sub")
_TOLD: tuple[tuple[type[PyJWTError], str], ...] = (
    (ExpiredSignatureError, "the token has expired"),
    (ImmatureSignatureError, "the token is not valid yet"),
    (InvalidAudienceError, "the token is for another audience"),
    (InvalidIssuerError, "the token is of another issuer"),
    (InvalidSignatureError, "the signature of the token does not fit"),
    (MissingRequiredClaimError, f"the token lacks a claim, want {', '.join(_REQUIRED)}"),
)


@dataclass(frozen=True, slots=True)
class Provider:
    """The identity provider whose word counts, as the operator names it."""

    issuer: str
    audience: str
    party_claim: str
    """The claim that holds the GLN of a party."""


@dataclass(frozen=True, slots=True)
class Bearer:
    provider: Provider
    keys: KeySet
    register: Callable[[], Register]

    def authorise(self, secret: str) -> Grant:
        """Raises `NotAuthorised` with what is wrong with the token, `KeysUnavailable`."""
        claims = self._claims(secret)
        register = self.register()
        party = self._party(claims.get(self.provider.party_claim), register)
        scope = claims.get("scope")
        given = scope.split() if isinstance(scope, str) else []
        role = next((role for name, role in SCOPES.items() if name in given), None)
        if role is None:
            raise NotAuthorised(f"the token has none of the scopes {', '.join(SCOPES)}")
        reads: Reads = "all" if register.is_authority(party) else "own"
        return Grant(role, party, str(claims["sub"])[:64], reads)

    def _claims(self, token: str) -> Mapping[str, Any]:
        if len(token) > LONGEST:
            raise NotAuthorised(f"the token has {len(token)} characters, want at most {LONGEST}")
        try:
            header = jwt.get_unverified_header(token)
            key = self.keys.key(_kid(header))
            if header["alg"] != key.algorithm_name:
                raise NotAuthorised(f"the key of the token is for {key.algorithm_name} alone")
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=self.provider.audience,
                issuer=self.provider.issuer,
                leeway=SKEW_S,
                options={"require": list(_REQUIRED)},
            )
        except (PyJWTError, ValueError, RecursionError) as error:
            told = next((told for kind, told in _TOLD if isinstance(error, kind)), None)
            raise NotAuthorised(told or "the token is no sound JWT") from error
        return claims

    def _party(self, said: object, register: Register) -> str:
        if not isinstance(said, str):
            raise NotAuthorised(f"the token names no party: want its GLN as {self.provider.party_claim}")
        try:
            party = gln(said)
        except InvalidInput as error:
            raise NotAuthorised(f"{self.provider.party_claim}: {error}") from error
        if party not in register.parties:
            raise NotAuthorised(f"party {party} is not registered here; `guoji party add` does that")
        return party


def _kid(header: Mapping[str, Any]) -> str:
    """The key that a token names. Raises `NotAuthorised` if it is no access token as we read them."""
    kind, algorithm, kid = header.get("typ"), header.get("alg"), header.get("kid")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise NotAuthorised(f"the type of the token is {str(kind)[:40]!r}, want {_TYPES[0]}")
    if algorithm not in ALGORITHMS:
        raise NotAuthorised(f"the token is signed by {str(algorithm)[:40]!r}, want {', '.join(ALGORITHMS)}")
    if not isinstance(kid, str):
        raise NotAuthorised("the token names no key: want a header kid")
    return kid


@dataclass(frozen=True, slots=True)
class Either:
    """A token of ours has no dots, a JWT has two."""

    ours: Authority
    theirs: Authority

    def authorise(self, secret: str) -> Grant:
        return (self.theirs if "." in secret else self.ours).authorise(secret)
