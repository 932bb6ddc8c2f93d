"""A trace says what each signed report in it is worth, and where the record says something else."""

from dataclasses import replace
from datetime import timedelta

from tests.builders import LOT, START, a_harvest
from tests.laboratories import NOW, a_credential, a_list, a_trusted, an_inspection
from tests.ledger.test_read_trace import World
from traceability.ledger.contradictions import Kind
from traceability.ledger.credentials import Credentials
from traceability.proof.judged import Outcome

LABORATORY = "9521234000037"
BELIEVING = Credentials((a_trusted(),), lambda: [a_list()])


def a_trace(*events, credentials=BELIEVING, lot=LOT, now=NOW):
    world = World()
    world.reader = replace(world.reader, credentials=credentials)
    world.capture(a_harvest(0, lot=LOT))
    world.capture(*events, party=LABORATORY)
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
    stated = {"guoji:analyte": "chlorpyrifos", "guoji:value": 0.001, "guoji:uom": "NA"}
    trace = a_trace(an_inspection(a_credential(), **{"guoji:labResults": [stated]}))

    [odd] = [each for each in trace.contradictions if each.kind is Kind.REPORT_DIFFERS]
    assert (odd.identifier, odd.events) == (LOT, (trace.credentials[0].key,))
    assert trace.credentials[0].judged.outcome is Outcome.DIFFERS
    assert [each.key for each in trace.lab_results] == [trace.credentials[0].key]


def test_a_report_that_was_declared_wrong_counts_no_more():
    event = an_inspection(a_credential())
    wrong = replace(
        event, body={**event.body, "errorDeclaration": {"declarationTime": "2026-11-21T06:00:00.000+00:00"}}
    )

    assert a_trace(event, wrong).credentials == ()


def test_a_report_expires_while_nothing_is_recorded():
    [carried] = a_trace(an_inspection(a_credential()), now=START + timedelta(days=31)).credentials

    assert carried.judged.outcome is Outcome.EXPIRED
