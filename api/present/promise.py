"""The 承诺达标合格证: what whoever made the lot promises of it, and on what grounds."""

from dataclasses import dataclass

from api.present.parties import party
from api.present.text import plain
from api.words import Words
from traceability.exports.certificate import grounds, promises
from traceability.gs1 import digital_link
from traceability.ledger import extensions
from traceability.ledger.trace import Trace, TracedEvent
from traceability.proof.told import words_of


@dataclass(frozen=True, slots=True)
class Promise:
    promises: tuple[str, ...]
    """As they were written: the form is Chinese by law."""
    grounds: tuple[str, ...]
    by: str
    on: str
    proof_url: str


def promise(trace: Trace, words: Words) -> Promise | None:
    """The newest by the party that was the first to say that it made the lot; None without one."""
    standing = [each for each in trace.events if not (each.claimed or each.voided)]
    # Most have none, and to look for the maker takes long where thousands of items are named.
    if not any(promises(each.event.body) for each in standing):
        return None
    lots = _lots(trace.subject, standing)
    making = [each for each in standing if not lots.isdisjoint(words_of(each.event).made)]
    maker = min(making, key=lambda each: (each.captured_at, each.key), default=None)
    given = [
        each
        for each in standing
        if maker is not None
        and each.submitter == maker.submitter
        and not lots.isdisjoint(words_of(each.event).roles["class"])
        and promises(each.event.body)
    ]
    return _shown(given[-1], words) if given else None


def _lots(subject: str, standing: list[TracedEvent]) -> set[str]:
    """The lot itself, or that of which an item is labelled."""
    if digital_link.parse(subject).path[-1][0] == "10":
        return {subject}
    told = (words_of(each.event) for each in standing)
    return {each.lot for each in told if each.lot and subject in each.roles["epc"]}


def _shown(given: TracedEvent, words: Words) -> Promise:
    return Promise(
        tuple(plain(each) for each in promises(given.event.body)),
        tuple(plain(each) for each in grounds(given.event.body)),
        party(given.submitter, extensions.party_name(given.event), words, given.registered),
        words.date(given.event.event_time),
        f"/proof/{given.key}",
    )
