"""What a trace believes of whoever reports on goods, and what it calls them (docs/adr/0033)."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from traceability.epcis.event import canonical
from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.ledger import extensions
from traceability.ledger.credentials import CarriedCredential
from traceability.ledger.parties import Register
from traceability.ledger.ports import StoredEvent
from traceability.ledger.trace import LabResult
from traceability.proof.judged import Outcome


def misquotes(carried: Iterable[CarriedCredential], not_held: Set[str]) -> frozenset[str]:
    """Keys of events that say something else than the signed report that they carry, by strangers to both.

    Reports are public: anybody can send one again with other numbers.
    """
    return frozenset(
        each.key
        for each in carried
        if each.key in not_held and each.judged.outcome is Outcome.DIFFERS and not _is_party_to(each)
    )


def _is_party_to(carried: CarriedCredential) -> bool:
    """Whether its submitter signed it, or it was given to them."""
    credential = carried.judged.credential
    by = f"{CANONICAL_STEM}/417/{carried.submitter}"
    return credential is not None and (
        credential.holder == carried.submitter or canonical(credential.signed.issuer) == by
    )


@dataclass(frozen=True, slots=True)
class Names:
    """What those who report something are called: only who held the goods names itself."""

    not_held: Set[str]
    """Keys of the events by parties that never held the goods."""
    signers: Mapping[str, Mapping[str, str]]
    """Names of trusted laboratories, by the key of the event that carries what they signed."""
    register: Register

    @classmethod
    def of(cls, not_held: Set[str], carried: Iterable[CarriedCredential], register: Register) -> "Names":
        signers = {each.key: each.judged.issuer.name for each in carried if each.judged.issuer is not None}
        return cls(not_held, signers, register)

    def on(self, stored: StoredEvent) -> Mapping[str, str]:
        """By language; empty for a stranger that nobody registered."""
        if stored.key not in self.not_held:
            return extensions.party_name(stored.event)
        registered = self.register.parties.get(stored.submitter)
        named = {} if registered is None else dict.fromkeys(extensions.LANGUAGES, registered.name)
        return self.signers.get(stored.key, named)


def lab_results(records: Iterable[StoredEvent], names: Names) -> Iterator[LabResult]:
    for each in records:
        for analyte, value, unit, limit in extensions.lab_results(each.event):
            yield LabResult(
                analyte=analyte,
                value=value,
                unit=unit,
                limit=limit,
                tested_at=each.event.event_time,
                laboratory=names.on(each),
                submitter=each.submitter,
                staged=extensions.staged(each.event),
                key=each.key,
            )
