"""Which parties an event concerns: those who find it with a token that reads their own events."""

from traceability.epcis.event import Event
from traceability.gs1.company_prefix import prefixed
from traceability.ledger.parties import Parties

_PARTIES = ("https://id.gs1.org/417/", "https://id.gs1.org/414/")


def readers_of(event: Event, submitter: str, parties: Parties) -> set[str]:
    """GLNs: who captured it, whose party or place it names by their GLN, and who owns a key in it."""
    found = {submitter}
    for mention in event.identifiers():
        if mention.role in ("source", "destination", "place") and mention.identifier.startswith(_PARTIES):
            found.add((prefixed(mention.identifier) or "")[:13])
        owner = parties.owner_of(mention.identifier)
        if owner is not None:
            found.add(owner)
    return found
