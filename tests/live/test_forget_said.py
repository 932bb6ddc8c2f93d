"""What was said on air is erased after its time, and the record of it stands."""

import pytest

from tests.live.broadcasting import AT_MS, CODE, Broadcast, copied
from traceability.errors import InvalidInput, Refused
from traceability.ledger.personal import Erasure
from traceability.ledger.scan import DAY_MS
from traceability.live.forget_said import REASON, check_no_longer_kept, forget_said
from traceability.live.record import Kind
from traceability.live.room import Phase
from traceability.live.tell import TELL_WITHIN_MS
from traceability.settings import THREE_YEARS, Settings
from traceability.store.erasure_journal import ErasureFile
from traceability.store.personal import PersonalTable


def a_told_broadcast(migrated_sqlite, tmp_path):
    """In which one sentence was said."""
    on = Broadcast(copied(migrated_sqlite, tmp_path))
    on.make()
    on.phase(Phase.ON_AIR)
    on.after(0).say("今早现摘")
    on.now_ms += TELL_WITHIN_MS
    on.teller.look()
    return on


def test_words_are_erased_after_so_many_days_and_nothing_else(migrated_sqlite, tmp_path):
    on = a_told_broadcast(migrated_sqlite, tmp_path)
    before, told = len(on.air.records(CODE)), on.events.mentioning([on.rooms.room(CODE).urn])
    journal, personal = ErasureFile(tmp_path / "erasures.jsonl"), PersonalTable(on.engine)
    due_ms = AT_MS + THREE_YEARS * DAY_MS

    assert forget_said(on.air, journal, personal, due_ms, THREE_YEARS) == 0
    assert forget_said(on.air, journal, personal, due_ms + 1, THREE_YEARS) == 1
    assert forget_said(on.air, journal, personal, due_ms + 2, THREE_YEARS) == 0

    [said] = [each for each in on.air.records(CODE) if each.kind is Kind.SAID]
    assert said.body["text"] is None
    assert said.body["verdict"] == "supported"
    assert len(on.air.records(CODE)) == before
    assert on.events.mentioning([on.rooms.room(CODE).urn]) == told
    assert [each.reason for each in journal.read()] == [REASON]
    on.engine.dispose()


def test_words_that_no_event_tells_are_erased_at_the_same_age_and_can_still_be_told(
    migrated_sqlite, tmp_path
):
    on = Broadcast(copied(migrated_sqlite, tmp_path))
    on.make()
    on.phase(Phase.ON_AIR)
    on.after(0).say("今早现摘")
    journal, personal = ErasureFile(tmp_path / "erasures.jsonl"), PersonalTable(on.engine)
    due_ms = AT_MS + THREE_YEARS * DAY_MS

    assert forget_said(on.air, journal, personal, due_ms, THREE_YEARS) == 0
    assert forget_said(on.air, journal, personal, due_ms + 1, THREE_YEARS) == 1
    assert not any("今早现摘".encode() in file.read_bytes() for file in tmp_path.iterdir())

    on.now_ms = due_ms
    on.teller.look()
    [said] = [each for each in on.air.records(CODE) if each.kind is Kind.SAID]
    assert (said.body["text"], said.event is None, on.troubles) == (None, False, [])
    on.engine.dispose()


def test_nobody_erases_what_was_said_on_air_before_its_time(migrated_sqlite, tmp_path):
    on = a_told_broadcast(migrated_sqlite, tmp_path)
    commitments = on.air.said_before(AT_MS + 1)
    due_ms = AT_MS + THREE_YEARS * DAY_MS

    def check(erased_at_ms, now_ms):
        asked = [Erasure(each, erased_at_ms, "asked") for each in (*commitments, "ab" * 32)]
        check_no_longer_kept(asked, on.air, now_ms, THREE_YEARS)

    with pytest.raises(
        Refused, match=r"said on air on 2026-11-18, .* from 2029-11-19 on; nothing was erased"
    ):
        check(due_ms, due_ms)
    with pytest.raises(Refused):
        check(due_ms + 1, due_ms)
    with pytest.raises(Refused):
        check(due_ms, due_ms + 1)
    check(due_ms + 1, due_ms + 1)
    on.engine.dispose()


def test_fewer_than_three_years_are_refused():
    assert Settings.read({}).air_days == THREE_YEARS == 3 * 365 + 1
    with pytest.raises(InvalidInput, match="air_days"):
        Settings.read({"GUOJI_AIR_DAYS": "1095"})
