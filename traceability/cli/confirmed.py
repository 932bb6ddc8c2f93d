"""What `guoji verify` says of laboratory reports and certificates: who confirms them, or why nobody does."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from traceability.errors import InvalidInput
from traceability.proof.confirm import CREDENTIAL, About, Belief, judge
from traceability.proof.grown import Grown
from traceability.proof.judged import Judged, judged_json
from traceability.proof.looks import claims
from traceability.proof.proof_file import Proof
from traceability.proof.records import Proven, standing
from traceability.proof.trust import TrustPolicy
from traceability.proof.verdict import Verdict, Verified

UNPROVEN = "the event is not verified, was declared wrong, or is by a party that never held the goods"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The credentials in the events of a file, by the number of the event; None where that does not count."""

    judged: Mapping[int, Judged | None]

    @classmethod
    def of(
        cls,
        events: Sequence[tuple[Proof, Verdict]],
        policy: TrustPolicy | None,
        lists: Sequence[str],
        now: datetime,
        subject: str | None = None,
    ) -> "Confirmed":
        """By what the verified events of the file say, without claims about the goods of a trace."""
        belief = Belief(policy.issuers if policy else (), lists, now)
        records = [_proven(event) for event in events]
        verified = [each for each in records if each is not None]
        not_held = frozenset[str]() if subject is None else claims(verified, subject)
        counting = [each for each in standing(verified) if each.key not in not_held]
        counts, grown = {each.key for each in counting}, Grown(counting)
        judged: dict[int, Judged | None] = {}
        for number, ((proof, _), record) in enumerate(zip(events, records, strict=True), start=1):
            text = proof.event.get(CREDENTIAL)
            if isinstance(text, str):
                told = record if record is not None and record.key in counts else None
                judged[number] = None if told is None else judge(text, belief, About.of(told, grown))
        return cls(judged)

    def lines(self) -> Iterator[str]:
        for number, judged in self.judged.items():
            if judged is None:
                yield f"Credential of event {number}: not told: {UNPROVEN}"
            else:
                yield f"{_headline(judged)} (event {number}): {judged.reason}"

    def as_json(self) -> list[dict[str, Any]]:
        return [_json(number, judged) for number, judged in self.judged.items()]


def _proven(event: tuple[Proof, Verdict]) -> Proven | None:
    """None for what is not verified, and for an event that was never validated."""
    proof, verdict = event
    if isinstance(verdict, Verified):
        with suppress(InvalidInput):
            record = Proven.of(proof)
            _ = record.event.event_time
            return record
    return None


def _headline(judged: Judged) -> str:
    if judged.credential is None or judged.issuer is None:
        return f"Credential not confirmed, {judged.outcome.value}"
    name = " / ".join(dict.fromkeys(judged.issuer.name.values()))
    credential = judged.credential
    about = f"{credential.kind} about {credential.scope}, {len(credential.results)} results"
    if judged.is_confirmed:
        accredited = f", {judged.issuer.accreditation}" if judged.issuer.accreditation else ""
        return f"Confirmed by {name}{accredited}: {about}"
    return f"Not confirmed, {judged.outcome.value}: {about}, of {name}"


def _json(number: int, judged: Judged | None) -> dict[str, Any]:
    told = {"is": "not-told", "why": UNPROVEN} if judged is None else judged_json(judged)
    return {"event": number, **told}
