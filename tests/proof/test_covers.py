"""Which goods a credential is about, and what the event beside it may say."""

from hashlib import sha256

import pytest

from tests.builders import FIELD_LOT, LOT, OTHER_LOT, SHOP
from tests.laboratories import (
    PDF,
    a_credential,
    a_subject,
    a_trusted,
    an_inspection,
    day,
    judged,
    of_plots,
)
from traceability.epcis.event import Event
from traceability.proof.judged import Outcome

SOUND = a_credential()
ORGANIC = "OrganicCertificate"


def test_a_plot_speaks_for_all_that_was_packed_from_its_harvest():
    text = a_credential(
        subject=of_plots(),
        validFrom=day(-1),
        kind=ORGANIC,
    )
    issuers = [a_trusted(**{"for": ["OrganicCertificate"]})]

    assert judged(text, an_inspection(text, LOT), issuers=issuers).is_confirmed
    assert judged(text, an_inspection(text, FIELD_LOT), issuers=issuers).is_confirmed
    assert judged(text, an_inspection(text, OTHER_LOT), issuers=issuers).outcome is Outcome.OUT_OF_SCOPE


def test_a_plot_does_not_speak_for_what_was_harvested_before_it_was_certified():
    text = a_credential(subject=of_plots(testedAt=day(0.25)), validFrom=day(0.3))

    assert judged(text).outcome is Outcome.OUT_OF_SCOPE


def test_a_plot_does_not_speak_for_another_plot():
    text = a_credential(subject=of_plots(SHOP), validFrom=day(-1), kind=ORGANIC)

    assert judged(text, issuers=[a_trusted(**{"for": [ORGANIC]})]).outcome is Outcome.OUT_OF_SCOPE


def test_an_event_about_no_goods_is_not_covered():
    event = an_inspection(SOUND)
    nothing = Event({**event.body, "quantityList": []}, event.context)

    assert judged(SOUND, nothing).outcome is Outcome.OUT_OF_SCOPE


def test_an_event_from_after_its_end_is_not_covered_though_that_is_still_to_come():
    event = an_inspection(SOUND)
    later = Event({**event.body, "eventTime": day(40)}, event.context)

    assert judged(SOUND, later).outcome is Outcome.EXPIRED


def test_a_certificate_has_to_be_there_before_the_event():
    text = a_credential(validFrom=day(0.3), kind="OrganicCertificate")

    found = judged(text, issuers=[a_trusted(**{"for": ["OrganicCertificate"]})])

    assert found.outcome is Outcome.NOT_YET_VALID


# --- what the event says beside it

STATED = {"guoji:analyte": {"guoji:en": "chlorpyrifos"}, "guoji:value": 0.012, "guoji:uom": "NA"}


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"guoji:labResults": [STATED, {**STATED, "guoji:limit": 0.02}]}, Outcome.CONFIRMED),
        ({"guoji:reportSha256": sha256(PDF).hexdigest()}, Outcome.CONFIRMED),
        ({"guoji:reportSha256": sha256(PDF + b"!").hexdigest()}, Outcome.DIFFERS),
        ({"guoji:labResults": [{**STATED, "guoji:value": 0.011}]}, Outcome.DIFFERS),
        ({"guoji:labResults": [{**STATED, "guoji:limit": 0.05}]}, Outcome.DIFFERS),
        ({"guoji:labResults": [{**STATED, "guoji:uom": "GM"}]}, Outcome.DIFFERS),
        ({"guoji:labResults": [{**STATED, "guoji:analyte": "sugar"}]}, Outcome.DIFFERS),
        ({"guoji:labResults": [STATED, "nonsense"]}, Outcome.DIFFERS),
    ],
)
def test_an_event_may_say_less_than_its_credential_and_nothing_else(fields, outcome):
    assert judged(SOUND, an_inspection(SOUND, **fields)).outcome is outcome


def test_an_event_that_turns_the_conclusion_over_differs():
    text = a_credential(subject=a_subject(conclusion="non_conformant"))

    assert judged(text).outcome is Outcome.DIFFERS
