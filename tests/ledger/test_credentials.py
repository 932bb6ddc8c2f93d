"""A trace says what each signed report in it is worth, and where the record says something else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import FARM, LOT, SHOP, START, a_harvest
from tests.laboratories import NOW, a_credential, a_key, a_list, a_subject, a_trusted, an_inspection
from tests.ledger.test_read_trace import World
from traceability.ledger.contradictions import Kind
from traceability.ledger.credentials import Credentials
from traceability.ledger.parties import Party, Register
from traceability.proof.judged import Outcome

LABORATORY = "9521234000037"
STRANGER = "9521234000044"
ITSELF = a_key(f"https://id.gs1.org/417/{LABORATORY}")
OTHERWISE = {"guoji:labResults": [{"guoji:analyte": "chlorpyrifos", "guoji:value": 0.001, "guoji:uom": "NA"}]}
AGREED = {
    "guoji:labResults": [
        {"guoji:analyte": {"guoji:en": "chlorpyrifos"}, "guoji:value": 0.012, "guoji:uom": "NA"}
    ]
}
BELIEVING = Credentials((a_trusted(),), lambda: [a_list()])


def a_trace(*events, credentials=BELIEVING, lot=LOT, now=NOW, by=LABORATORY):
    world = World()
    world.reader = replace(world.reader, credentials=credentials)
    world.capture(a_harvest(0, lot=LOT))
    world.capture(*events, party=by)
    return world.reader.read(lot, now)


def test_a_report_of_a_trusted_laboratory_is_confirmed():
    trace = a_trace(an_inspection(a_credential()))

    [carried] = trace.credentials
    assert carried.judged.is_confirmed
    assert (carried.key, carried.goods, carried.submitter) == (trace.events[1].key, (LOT,), LABORATORY)


def test_without_a_trust_entry_nobody_confirms_anything():
    [carried] = a_trace(an_inspection(a_credential()), credentials=Credentials()).credentials

    assert carried.judged.outcome is Outcome.UNKNOWN_ISSUER


def test_a_revocation_shows_as_soon_as_the_list_is_there():
    lists = [a_list()]
    believing = Credentials((a_trusted(),), lambda: lists)
    event = an_inspection(a_credential())

    assert a_trace(event, credentials=believing).credentials[0].judged.is_confirmed
    lists.append(a_list(94567, days=1.7))
    assert a_trace(event, credentials=believing).credentials[0].judged.outcome is Outcome.REVOKED


def test_a_record_that_says_something_else_is_a_contradiction_on_the_trace():
    trace = a_trace(an_inspection(a_credential(), **OTHERWISE), by=FARM)

    [odd] = [each for each in trace.contradictions if each.kind is Kind.REPORT_DIFFERS]
    assert (odd.identifier, odd.events) == (LOT, (trace.credentials[0].key,))
    assert trace.credentials[0].judged.outcome is Outcome.DIFFERS
    assert [each.key for each in trace.lab_results] == [trace.credentials[0].key]


def test_a_stranger_who_sends_a_report_again_with_other_numbers_only_claims_them():
    sound = an_inspection(a_credential())
    trace = a_trace(sound, an_inspection(a_credential(), place=SHOP, **OTHERWISE))

    assert [each.claimed for each in trace.events if OTHERWISE.items() <= each.event.body.items()] == [True]
    assert [each.judged.outcome for each in trace.credentials] == [Outcome.CONFIRMED]
    assert (trace.lab_results, trace.contradictions) == ((), ())


@pytest.mark.parametrize(
    ("credential", "issuer"),
    [
        (a_credential(subject=a_subject(holder=LABORATORY)), a_trusted()),
        (a_credential(ITSELF), a_trusted(ITSELF)),
    ],
)
def test_whom_a_report_was_given_to_or_who_signed_it_contradicts_it(credential, issuer):
    believing = Credentials((issuer,), lambda: [a_list()])
    trace = a_trace(an_inspection(credential, **OTHERWISE), credentials=believing)

    assert [each.kind for each in trace.contradictions] == [Kind.REPORT_DIFFERS]


def test_results_of_who_never_held_the_goods_bear_the_name_that_the_policy_or_the_register_has():
    world = World()
    world.reader = replace(
        world.reader,
        credentials=BELIEVING,
        register=lambda: Register.of([Party(LABORATORY, "Registered")]),
    )
    party = {"guoji:party": {"guoji:name": "National Food Safety Lab"}}
    found = {"guoji:labResults": [{"guoji:analyte": "Brix", "guoji:value": 9, "guoji:uom": "BX"}]}
    world.capture(a_harvest(0, lot=LOT))
    world.capture(an_inspection(a_credential(), **party, **AGREED), party=STRANGER)
    world.capture(an_inspection(**party, **found), party=LABORATORY)
    world.capture(an_inspection(place=SHOP, **party, **found), party=STRANGER)

    names = [each.laboratory.get("en", "") for each in world.reader.read(LOT, NOW).lab_results]
    assert sorted(names) == ["", "Demo Laboratory", "Registered"]


def test_a_report_that_was_declared_wrong_counts_no_more():
    event = an_inspection(a_credential())
    wrong = replace(
        event, body={**event.body, "errorDeclaration": {"declarationTime": "2026-11-21T06:00:00.000+00:00"}}
    )

    assert a_trace(event, wrong).credentials == ()


def test_a_report_expires_while_nothing_is_recorded():
    [carried] = a_trace(an_inspection(a_credential()), now=START + timedelta(days=31)).credentials

    assert carried.judged.outcome is Outcome.EXPIRED
