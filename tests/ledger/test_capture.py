"""A captured event is kept whole, once, under an entry that commits to all of it."""

import pytest

from tests.builders import FARM, a_harvest, a_pack_out, an_event
from tests.fakes import Crash, FakeEvents
from traceability.epcis.canonical import canonical_bytes
from traceability.errors import InvalidInput
from traceability.ledger.capture import capture
from traceability.log.merkle import leaf_hash
from traceability.proof.entry import Entry, event_digest, prehash_digest


def test_the_entry_commits_to_event_context_submitter_and_time():
    events, harvest = FakeEvents(), a_harvest()

    [captured] = capture([harvest], FARM, events, 5)

    stored = events.kept[captured.key]
    entry = Entry.from_bytes(stored.entry)
    assert captured.key == leaf_hash(stored.entry).hex()
    assert entry.event_digest == event_digest(entry.nonce, canonical_bytes(harvest.body, harvest.context))
    assert entry.prehash_digest == prehash_digest(entry.nonce, harvest.hash().prehash)
    assert (entry.submitter, entry.captured_at_ms) == (FARM, 5)


def test_every_entry_has_a_nonce_of_its_own():
    events = FakeEvents()

    capture([a_harvest(kg=number + 1) for number in range(9)], FARM, events, 5)

    assert len({Entry.from_bytes(each.entry).nonce for each in events.kept.values()}) == 9


@pytest.mark.parametrize(("moment", "duplicate"), [("before", False), ("after", True)])
def test_who_missed_the_answer_sends_again_and_the_event_is_kept_once(moment, duplicate):
    events = FakeEvents(fail=moment)
    with pytest.raises(Crash):
        capture([a_harvest()], FARM, events, 5)

    [captured] = capture([a_harvest()], FARM, events, 6)

    assert captured.duplicate is duplicate
    assert list(events.kept) == [captured.key]
    assert len(events.queue) == 1


def test_an_event_about_a_batch_is_made_by_sealing_alone_and_takes_its_document_with_it():
    events = FakeEvents()
    claim = an_event(action="OBSERVE", **{"guoji:batchRoot": "ab" * 32})

    with pytest.raises(InvalidInput, match="batchRoot: only this system"):
        capture([a_harvest(), claim, a_pack_out(3)], FARM, events, 5)

    assert events.kept == {}


BY_PERSON = {"guoji:entered": {"guoji:by": "person", "guoji:form": "urn:uuid:1"}}
WRONG = {"declarationTime": "2026-11-20T07:00:00.000Z", "reason": "incorrect_data"}


def test_only_a_form_of_ours_says_that_a_person_typed_an_event():
    events, typed = FakeEvents(), a_harvest(**BY_PERSON)

    with pytest.raises(InvalidInput, match="guoji:entered: only the forms of this system"):
        capture([typed], FARM, events, 5)
    assert events.kept == {}

    capture([typed], FARM, events, 5, typed=True)
    assert len(events.kept) == 1


def test_a_system_may_declare_wrong_what_a_person_typed_but_not_as_a_person():
    events = FakeEvents()

    capture([a_harvest(**BY_PERSON, errorDeclaration=WRONG)], FARM, events, 5)
    with pytest.raises(InvalidInput, match="guoji:entered: only the forms"):
        capture([a_harvest(**BY_PERSON, errorDeclaration=WRONG | BY_PERSON)], FARM, events, 5)

    assert len(events.kept) == 1
