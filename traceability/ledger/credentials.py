"""What the credentials of a trace are worth, by the trust policy and the status lists that we keep."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from traceability.ledger import extensions
from traceability.ledger.contradictions import Contradiction, Kind
from traceability.ledger.footing import Footing
from traceability.ledger.ports import StoredEvent
from traceability.proof.confirm import CREDENTIAL, About, Belief, judge
from traceability.proof.grown import Grown
from traceability.proof.issuers import TrustedIssuer
from traceability.proof.judged import Judged, Outcome


@dataclass(frozen=True, slots=True)
class CarriedCredential:
    """A report or certificate in an event of the trace, by this server's word; a proof file says it anew."""

    key: str
    """Of the event."""
    goods: tuple[str, ...]
    happened_at: datetime
    laboratory: Mapping[str, str]
    """What the submitter of the event calls itself, by language; may be empty."""
    submitter: str
    staged: Mapping[str, str] | None
    judged: Judged


@dataclass(frozen=True, slots=True)
class Credentials:
    issuers: Sequence[TrustedIssuer] = ()
    lists: Callable[[], Sequence[str]] = tuple
    """The status lists that were fetched, as text."""

    def of(
        self,
        records: Sequence[StoredEvent],
        held: Sequence[StoredEvent],
        claims: Container[str],
        now: datetime,
        footing: Footing,
    ) -> tuple[CarriedCredential, ...]:
        """Those in `records` that stand, but for `claims` (keys); `held` say where the fruit grew."""
        carrying = [each for each in records if each.key not in claims and CREDENTIAL in each.event.body]
        if not carrying:
            return ()
        belief, grown = Belief(self.issuers, self.lists(), now), Grown(held)
        found = tuple(_carried(each, belief, grown) for each in carrying)
        footing.has_credentials = True
        for moment in _turns(found):
            if moment >= now:
                footing.ends(moment)
        return found


NOBODY_BELIEVED = Credentials()


def _carried(stored: StoredEvent, belief: Belief, grown: Grown) -> CarriedCredential:
    about = About.of(stored, grown)
    return CarriedCredential(
        key=stored.key,
        goods=about.goods,
        happened_at=about.happened_at,
        laboratory=extensions.party_name(stored.event),
        submitter=stored.submitter,
        staged=extensions.staged(stored.event),
        judged=judge(str(stored.event.body[CREDENTIAL]), belief, about),
    )


def _turns(carried: Sequence[CarriedCredential]) -> Iterator[datetime]:
    """When they begin and end to be valid."""
    for each in carried:
        if each.judged.credential is not None:
            signed = each.judged.credential.signed
            yield signed.valid_from
            if signed.valid_until is not None:
                yield signed.valid_until


def differing(carried: Sequence[CarriedCredential]) -> list[Contradiction]:
    """Events that say something else than the credential that they carry."""
    return [
        Contradiction(Kind.REPORT_DIFFERS, each.goods[0], (each.key,))
        for each in carried
        if each.judged.outcome is Outcome.DIFFERS
    ]
