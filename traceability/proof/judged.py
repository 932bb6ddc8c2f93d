"""What became of a credential: confirmed, or the first reason why it is not."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from traceability.proof.credential import Credential
from traceability.proof.issuers import TrustedIssuer
from traceability.proof.laboratory import result_json


class Outcome(Enum):
    """The first that holds, but for the last two in this order."""

    UNREADABLE = "unreadable"
    UNKNOWN_ISSUER = "unknown-issuer"
    NOT_SIGNED = "not-signed"
    UNCHECKED = "unchecked"
    """A package is missing here."""
    NOT_TRUSTED = "not-trusted"
    """For this kind of credential, or not at that time."""
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    OUT_OF_SCOPE = "out-of-scope"
    DIFFERS = "differs"
    """The event says something that the credential does not."""
    REVOKED = "revoked"
    STATUS_UNKNOWN = "status-unknown"
    """No list says that it was not revoked: never taken for good."""
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Judged:
    outcome: Outcome
    reason: str
    """One sentence. It may quote the credential, so it is hostile until escaped."""
    credential: Credential | None = None
    issuer: TrustedIssuer | None = None
    """Whose signature it bears; None where that did not hold."""
    as_of: datetime | None = None
    """When the newest status list was made."""

    @property
    def is_confirmed(self) -> bool:
        return self.outcome is Outcome.CONFIRMED


Found = tuple[Outcome, str] | None
"""Why not, or None."""


def judged_json(judged: Judged) -> dict[str, Any]:
    """What programs are told of it; the issuer only where its signature held."""
    told: dict[str, Any] = {"is": judged.outcome.value, "why": judged.reason}
    if judged.issuer is not None:
        told |= {"issuer": judged.issuer.id, "name": dict(judged.issuer.name)}
    if judged.credential is not None:
        told |= {
            "kind": judged.credential.kind,
            "lots": list(judged.credential.lots),
            "plots": list(judged.credential.plots),
            "holder": judged.credential.holder,
            "results": [result_json(result) for result in judged.credential.results],
        }
    return told
