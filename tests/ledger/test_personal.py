"""Disclosures are kept beside their event, and shown to those with a right to see them alone."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tests.builders import FARM, a_harvest
from tests.ledger.fake_personal import FakeJournal, FakePersonal
from traceability.errors import Erased, InvalidInput, NotAuthorised, Unknown
from traceability.ledger.erase import erase
from traceability.ledger.grant import Grant
from traceability.ledger.personal import Personal, personal_fields
from traceability.proof.personal import Disclosure, disclosures_json

OTHER = "9521234000013"
NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
DRIVER = Disclosure("guoji:driverName", bytes(16), "张三")
PHONE = Disclosure("guoji:driverPhone", b"\1" * 16, "13812345678")
HARVEST = a_harvest(**{each.name: {"guoji:commitment": each.commitment} for each in (DRIVER, PHONE)})
KEY = "ab" * 32


@dataclass(frozen=True)
class Captured:
    submitter: str = FARM
    event = HARVEST


class Events:
    def by_key(self, key):
        if key != KEY:
            raise Unknown(f"no event has the key {key}")
        return Captured()


@pytest.fixture
def personal():
    return Personal(Events(), FakePersonal(), lambda: NOW)


def body(*disclosures):
    return json.dumps(disclosures_json(disclosures)).encode()


def test_what_is_handed_in_is_shown_to_its_party_and_to_administrators(personal):
    assert personal.hand_in(body(DRIVER, PHONE), KEY, FARM) == (DRIVER.commitment, PHONE.commitment)
    personal.hand_in(body(DRIVER), KEY, FARM)

    for grant in (Grant("capture", FARM), Grant("admin", OTHER), Grant("admin", None)):
        assert personal.show(DRIVER.commitment, grant).disclosure == DRIVER
    for grant in (Grant("capture", OTHER), Grant("capture", None)):
        with pytest.raises(NotAuthorised, match="kept for the party that handed it in"):
            personal.show(DRIVER.commitment, grant)


def test_only_the_submitter_of_an_event_hands_in_what_it_hides(personal):
    with pytest.raises(NotAuthorised, match=f"is of party {FARM}, the token is for {OTHER}"):
        personal.hand_in(body(DRIVER), KEY, OTHER)
    with pytest.raises(Unknown):
        personal.hand_in(body(DRIVER), "cd" * 32, FARM)

    assert not personal.store.values


@pytest.mark.parametrize(
    "stranger", [Disclosure(DRIVER.name, bytes(16), "李四"), Disclosure("farm:x", bytes(16), "张三")]
)
def test_what_opens_nothing_in_the_event_is_refused_with_all_that_came_with_it(personal, stranger):
    with pytest.raises(InvalidInput, match=r"hashes to|no event commits"):
        personal.hand_in(body(DRIVER, stranger), KEY, FARM)

    assert not personal.store.values


def test_an_erased_value_is_answered_with_date_and_reason_and_one_never_seen_as_unknown(personal):
    personal.hand_in(body(DRIVER), KEY, FARM)
    at_ms = int(NOW.timestamp() * 1000)
    erase([DRIVER.commitment], "the driver asked", at_ms, FakeJournal(), personal.store)

    with pytest.raises(Erased, match="was erased on 2026-11-20: the driver asked"):
        personal.show(DRIVER.commitment, Grant("capture", FARM))
    with pytest.raises(Erased):
        personal.hand_in(body(PHONE, DRIVER), KEY, FARM)
    with pytest.raises(Unknown, match="ever handed in"):
        personal.show(PHONE.commitment, Grant("capture", FARM))


def test_the_fields_of_an_event_say_which_of_them_are_erased(personal):
    erase([PHONE.commitment], "asked", int(NOW.timestamp() * 1000), FakeJournal(), personal.store)

    [fields, none] = personal_fields([HARVEST.body, {}], personal.store)

    assert [(field.name, field.erased_at) for field in fields] == [(DRIVER.name, None), (PHONE.name, NOW)]
    assert none == ()
