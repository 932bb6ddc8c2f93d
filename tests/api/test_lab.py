"""The lab report on the page: confirmed by name, else why not, and then as claimed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from api.document import trace_document
from api.pages import Pages
from api.present.lab import _WHY_NOT, lab_reports
from api.present.trace import trace_page
from api.words import languages
from tests.api.samples import a_trace, a_traced_event
from tests.builders import ITEM, LOT, OTHER_LOT, START, an_event
from tests.laboratories import RESULT, a_credential, a_list, a_subject, a_trusted, an_inspection, judged
from traceability.ledger.credentials import CarriedCredential
from traceability.ledger.trace import LabResult
from traceability.proof.judged import Outcome

CHINESE, ENGLISH = languages().values()
STATED = LabResult(
    {"en": "chlorpyrifos"}, 0.012, "NA", None, START, {"en": "The farm"}, "9521234000006", None, "k"
)


def a_trace_with(text=None, results=(), **changed):
    text = text or a_credential()
    carried = CarriedCredential(
        key="k",
        goods=(LOT,),
        happened_at=START,
        laboratory={"en": "The farm"},
        submitter="9521234000006",
        staged=None,
        judged=judged(text, an_inspection(text), **changed),
    )
    return replace(a_trace(), subject=LOT, lab_results=results, credentials=(carried,))


def a_report(text=None, results=(), words=ENGLISH, **changed):
    [report] = lab_reports(a_trace_with(text, results, **changed), words)
    return report


def test_it_is_confirmed_by_the_name_that_the_policy_gives():
    english, chinese = a_report(), a_report(words=CHINESE)

    assert english.standing == "Confirmed by Demo Laboratory (CMA 2026-0001). Not revoked by 22 Nov 02:00."
    assert chinese.standing.startswith("由示范检测室（CMA 2026-0001）确认。截至")
    assert english.is_confirmed


def test_its_values_come_with_limit_standard_method_and_uncertainty():
    report = a_report(results=(STATED,))

    first, second = report.lines
    assert (first.analyte, first.value, first.share) == ("chlorpyrifos", "0.012 mg/kg", 60)
    assert first.limit == "limit 0.02 mg/kg, GB 2763-2021"
    assert first.note == "GB 23200.121-2021 · ± 0.002 mg/kg · LOD 0.001 mg/kg"
    assert second.value == "below 0.001 mg/kg"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"issuers": [a_trusted(**{"for": ["OrganicCertificate"]})]}, "not trusted for this"),
        ({"now": START + timedelta(days=31)}, "has expired"),
        ({"lists": [a_list(94567)]}, "has revoked it"),
        ({"lists": []}, "Whether it was revoked since is not known"),
    ],
)
def test_what_does_not_hold_is_shown_as_claimed_and_never_as_confirmed(changed, said):
    report = a_report(results=(STATED,), **changed)

    assert said in report.standing
    assert "Confirmed by" not in report.standing
    stated, unfound = report.lines
    assert (report.is_confirmed, stated.limit) == (False, None)
    assert unfound.value == "below 0.001 mg/kg"


def test_a_report_on_some_of_it_confirms_nothing_of_the_rest():
    mix = replace(a_trace_with(), subject=OTHER_LOT)

    for words, said in (
        (ENGLISH, "Demo Laboratory (CMA 2026-0001) confirms this of Lot P1 alone, not of all that is here."),
        (CHINESE, "仅确认批次 P1，并不涵盖本页的全部商品。"),
    ):
        [report] = lab_reports(mix, words)
        assert report.standing.endswith(said)
        assert not report.is_confirmed


@pytest.mark.parametrize(("changed", "confirmed"), [({}, True), ({"claimed": True}, False)])
def test_a_report_on_a_lot_is_one_on_each_item_that_is_labelled_as_of_it(changed, confirmed):
    body = {"action": "ADD", "bizStep": "commissioning", "epcList": [ITEM], "ilmd": {"guoji:lot": LOT}}
    label = a_traced_event(dict(an_event(**body).body), **changed)
    item = replace(a_trace_with(), subject=ITEM, events=(label,))

    [report] = lab_reports(item, ENGLISH)

    assert report.is_confirmed is confirmed


def test_every_outcome_has_its_words_in_both_languages():
    assert {*_WHY_NOT} == {*Outcome} - {Outcome.CONFIRMED}
    assert all(CHINESE.say(text) != text for text in _WHY_NOT.values())


def test_a_certificate_is_called_one_and_needs_no_values():
    text = a_credential(
        subject=a_subject(testedAt=None, results=None), kind="OrganicCertificate", validFrom=START.isoformat()
    )

    report = a_report(text, issuers=[a_trusted(**{"for": ["OrganicCertificate"]})])

    assert (report.lines, report.is_confirmed) == ((), True)
    assert report.source.startswith("Organic certificate · ")


def test_hostile_text_of_a_report_stays_text():
    result = {**RESULT, "analyte": "x‮<script>", "method": "m‮"}

    [line] = a_report(a_credential(subject=a_subject(results=[result]))).lines

    assert "‮" not in line.analyte + line.note


def test_the_page_says_it_and_the_document_too():
    trace = a_trace_with(a_credential(subject=a_subject(results=[{**RESULT, "method": "<b>m"}])))
    page = trace_page(trace, ENGLISH, "https://guoji.example")
    html = bytes(Pages().html("trace.html", ENGLISH, page.badge.state, page=page).body).decode()

    assert "<b>Confirmed by Demo Laboratory (CMA 2026-0001)." in html
    assert "<small>&lt;b&gt;m · ±" in html
    [told] = trace_document(trace)["credentials"]
    assert (told["event"], told["is"], told["name"]["en"]) == ("k", "confirmed", "Demo Laboratory")
