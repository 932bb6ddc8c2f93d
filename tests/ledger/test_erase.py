"""What was erased is gone wherever a crash fell and whichever old copy came back; what remains says so."""

from dataclasses import replace

import pytest

from tests.builders import FARM
from tests.fakes import Crash
from tests.ledger.fake_personal import FakeJournal, FakePersonal
from traceability.errors import Erased, InvalidInput
from traceability.ledger.erase import MAX_REASON, erase, replay
from traceability.ledger.personal import Erasure, Kept
from traceability.proof.personal import Disclosure

DRIVER = Kept(Disclosure("guoji:driverName", bytes(16), "张三"), "ab" * 32, FARM, 1)
PHONE = Kept(Disclosure("guoji:driverPhone", bytes(16), "13812345678"), "ab" * 32, FARM, 1)
NAME = DRIVER.disclosure.commitment
REASON = "the driver asked"
NOW_MS = 1_790_000_000_000


@pytest.fixture
def store():
    return FakePersonal({each.disclosure.commitment: each for each in (DRIVER, PHONE)})


@pytest.fixture
def journal():
    return FakeJournal()


def test_an_erased_value_is_gone_and_the_others_stay(store, journal):
    assert erase([NAME, NAME], REASON, NOW_MS, journal, store)

    assert list(store.values.values()) == [PHONE]
    assert journal.lines == [Erasure(NAME, NOW_MS, REASON)]
    assert store.erased == {NAME: Erasure(NAME, NOW_MS, REASON)}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("part", ["journal", "store", "files"])
def test_after_a_crash_anywhere_the_next_start_completes_what_was_begun(store, journal, part, moment):
    {"journal": journal, "store": store, "files": store.files}[part].fail = moment

    with pytest.raises(Crash):
        erase([NAME], REASON, NOW_MS, journal, store)
    replay(journal, store)

    began = (part, moment) != ("journal", "before")
    assert (NAME not in store.values) == began
    assert (NAME in store.erased) == began
    assert not store.unswept


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("part", ["journal", "store"])
def test_no_crash_leaves_a_value_erased_that_an_old_backup_could_bring_back(store, journal, part, moment):
    backup = replace(store, values=dict(store.values), erased={}, unswept=set())
    {"journal": journal, "store": store}[part].fail = moment

    with pytest.raises(Crash):
        erase([NAME], REASON, NOW_MS, journal, store)
    was_erased = NAME not in store.values
    replay(journal, backup)

    assert not was_erased or NAME not in backup.values


def test_an_old_backup_with_an_old_journal_takes_back_no_erasure_that_either_knows(store, journal):
    erase([NAME], REASON, NOW_MS, journal, store)

    old_journal = FakeJournal()
    assert replay(old_journal, store) == 0
    assert old_journal.lines == journal.lines

    old_store = FakePersonal({NAME: DRIVER})
    assert replay(journal, old_store) == 1
    assert not old_store.values
    assert replay(journal, old_store) == 0


def test_a_second_erasure_does_not_change_the_date_of_the_first(store, journal):
    erase([NAME], REASON, NOW_MS, journal, store)
    erase([NAME], "again", NOW_MS + 1, journal, store)
    restored = FakePersonal({NAME: DRIVER})
    replay(journal, restored)

    assert store.erased[NAME] == restored.erased[NAME] == Erasure(NAME, NOW_MS, REASON)


def test_an_erased_value_cannot_be_handed_in_again(store, journal):
    erase([NAME], REASON, NOW_MS, journal, store)

    with pytest.raises(Erased):
        store.keep([DRIVER])


def test_while_somebody_reads_it_is_said_that_the_files_are_not_clean_yet(store, journal):
    store.read_meanwhile = True

    assert not erase([NAME], REASON, NOW_MS, journal, store)
    store.read_meanwhile = False
    replay(journal, store)

    assert not store.unswept


@pytest.mark.parametrize(
    ("reason", "complaint"),
    [
        ("", "want one line of 1 to 200"),
        (" ", "want one line"),
        ("r" * (MAX_REASON + 1), "reason has 201 characters"),
        ("two\nlines", "want one line"),
        ("\x1b[2J", "want one line"),
        ("asked by 13812345678", "reason holds what reads as a Chinese mobile number"),
    ],
)
def test_a_reason_is_one_short_line_that_names_nobody(store, journal, reason, complaint):
    with pytest.raises(InvalidInput, match=complaint):
        erase([NAME], reason, NOW_MS, journal, store)

    assert NAME in store.values
    assert not journal.lines
