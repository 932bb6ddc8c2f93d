"""The phone's check of what a page shows, in Chromium: every sound page passes, and no changed word does."""

from dataclasses import replace
from pathlib import Path

import pytest

from api.pages import Pages
from api.present.trace import trace_page
from api.words import languages
from scripts.screenshots import CHROMIUM
from tests.api.samples import (
    SUBJECT,
    a_batch,
    a_body,
    a_notice,
    a_trace,
    a_traced_event,
    events,
    in_every_state,
    single_things,
    told,
)
from tests.browser.running import chromium
from traceability.epcis.event import Event
from traceability.ledger.extensions import place_name
from traceability.ledger.trace import Grade, LabResult

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian package chromium is missing"),
]
WORDS = languages()
RECALL = {"bizStep": "holding", "persistentDisposition": {"set": ["urn:epcglobal:cbv:disp:recalled"]}}
FOUND = """async ([records, edit]) => {
  const { checkLabLines, checkShown, checkTop } = await import("/api/check_page/shown.js");
  const { checkRecalls } = await import("/api/check_page/recalls.js");
  const { moment } = await import("/api/check_page/say.js");
  if (edit) (0, eval)(edit);
  const top = checkTop(records, moment);
  const found = [...checkShown(records, moment), ...top, ...checkLabLines(records), ...checkRecalls(records)];
  return found.filter(({ outcome }) => outcome !== "verified").map(({ outcome }) => outcome);
}"""


@pytest.fixture(scope="module")
def page():
    with chromium() as page:
        yield page


def found_on(page, trace, lang="en", edit="", said=None):
    """What is not verified of the page of `trace` after an `edit`, by its records or those `said`."""
    words = WORDS[lang]
    view = trace_page(trace, words, "https://guoji.example")
    page.reload()  # modules are loaded anew, in another language
    page.set_content(bytes(Pages().html("trace.html", words, view.badge.state, page=view).body).decode())
    records = {
        each.key: {
            "event": dict(each.event.body),
            "context": [],
            "submitter": each.submitter,
            "batch": {} if each.grade in (Grade.DEVICE, Grade.SIGNED_DEVICE) else None,
        }
        for each in said or trace.events
    }
    return page.evaluate(FOUND, [records, edit])


RUNS = a_trace(
    events=(
        *(a_traced_event(a_body("packing", hours, "shop")) for hours in (9, 8, 7)),
        *(a_batch(6 - n / 100, "a", 3) for n in range(40)),
        a_traced_event(
            a_body("receiving", 1, "shop", readPoint={"id": "https://id.gs1.org/414/9521234000013"})
        ),
    )
)


@pytest.mark.parametrize("lang", WORDS)
def test_a_sound_page_of_any_trace_is_as_recorded(page, lang):
    traces = {**in_every_state(), **single_things(), "runs": RUNS}

    assert {name for name, trace in traces.items() if found_on(page, trace, lang)} == set()


LIES = {
    "another unit": "text('[data-as=said]', 'kg', 't')",
    "another amount": "text('[data-as=said]', '31.5', '91.5')",
    "words after the amount": "text('[data-as=said]', 'kg', 'kg, of 9,000 kg organic')",
    "no amount": "text('[data-as=said]', / · .*kg/, '')",
    "an amount that is cut": "text('[data-as=said]', '31.5', '…')",
    "another step": "text('[data-as=title]', 'Harvest', 'Tested free of pesticides')",
    "another place": "text('[data-as=said]', 'Demo farm, field 3', 'Organic farm of the Emperor')",
    "another month": "text('[data-as=at]', 'Nov', 'Dec')",
    "another time in the source": "each('time')[0].dateTime = '2026-01-01T00:00:00Z'",
    "a part without a mark": "each('[data-as=said]')[2].removeAttribute('data-as')",
    "a part without a key": "each('[data-of]')[2].removeAttribute('data-of')",
    "a step without a title": "each('[data-as=title]')[0].removeAttribute('data-as')",
}
TOOLS = """
const each = (selector) => [...document.querySelectorAll(selector)];
const text = (selector, from, to) => each(selector).forEach((element) => {
  element.textContent = element.textContent.replace(from, to);
});
"""


@pytest.mark.parametrize("lie", LIES)
def test_a_page_that_says_anything_else_is_contradicted(page, lie):
    assert "contradicted" in found_on(page, a_trace(), edit=f"{{{TOOLS}{LIES[lie]}}}")


@pytest.mark.parametrize(
    ("field", "count"), [({"bizStep": "destroying"}, 1), ({"readPoint": {"id": "geo:30.1,120.2"}}, 2)]
)
def test_what_stands_once_for_a_run_of_steps_is_that_of_each(page, field, count):
    first, other, *rest = RUNS.events
    other = replace(other, event=Event({**other.event.body, **field}, []))

    assert found_on(page, RUNS, said=(first, other, *rest)) == ["contradicted"] * count


RESULTS = (
    ("乐果", "Dimethoate", 0.0004, "NA", 0.01),
    ("啶虫脒", "Acetamiprid", 2.5, "NA", 2),
    ("糖度", "Sugar", 11.25, "J18", None),
)


def a_tested_lot():
    """A trace with a record of a laboratory, whose values are shown as a table."""
    stated = [
        {"guoji:analyte": told(zh, en), "guoji:value": value, "guoji:uom": unit, "guoji:limit": limit}
        for zh, en, value, unit, limit in RESULTS
    ]
    record = a_traced_event(a_body("inspecting", 3, "laboratory", **{"guoji:labResults": stated}))
    results = tuple(
        LabResult({"zh": zh, "en": en}, *rest, record.captured_at, {}, record.submitter, None, record.key)
        for zh, en, *rest in RESULTS
    )
    return a_trace(events=(*events(), record), lab_results=results)


@pytest.mark.parametrize("lang", WORDS)
def test_the_values_of_a_laboratory_are_as_recorded(page, lang):
    assert found_on(page, a_tested_lot(), lang) == []


@pytest.mark.parametrize(
    "lie",
    [
        "text('[data-lab] td', '0.0004', '0.0003')",
        "text('[data-lab] small', ' · above the limit', '')",
        "text('[data-lab] th', 'Acetamiprid', 'Vitamin C')",
        "each('[data-lab]')[1].remove()",
    ],
)
def test_another_value_limit_or_name_or_none_is_a_lie(page, lie):
    assert "contradicted" in found_on(page, a_tested_lot(), edit=f"{{{TOOLS}{lie}}}")


@pytest.mark.parametrize("lie", ["text('h1', 'Demo', 'Swiss')", "text('[data-harvest]', 'Nov', 'Dec')"])
def test_another_name_or_day_of_harvest_is_a_lie(page, lie):
    amount = [{"epcClass": SUBJECT, "quantity": 20, "uom": "KGM"}]
    made = {
        "action": "ADD",
        "quantityList": amount,
        "ilmd": {"guoji:name": told("演示草莓", "Demo strawberries")},
    }
    picked = a_traced_event(a_body("commissioning", 54, "farm", **made))
    happened, place = picked.event.event_time, place_name(picked.event)
    trace = a_trace(
        events=(picked,),
        product={"zh": "演示草莓", "en": "Demo strawberries"},
        origin=place,
        harvested_at=happened,
    )

    assert found_on(page, trace) == []
    assert found_on(page, trace, edit=f"{{{TOOLS}{lie}}}") == ["contradicted"]


def a_recall(**fields):
    return a_traced_event(a_body("holding", 2, "shop", **RECALL | fields))


def test_a_recall_among_the_records_that_the_page_does_not_tell_is_contradicted(page):
    recall = a_recall()
    hidden = a_trace(events=events())
    shown = a_trace(events=(*events(), recall), recalls=(a_notice(key=recall.key),))

    assert found_on(page, hidden, said=(*events(), recall)) == ["contradicted"]
    assert found_on(page, shown) == []
    assert found_on(page, shown, edit="document.querySelector('[data-recall]').remove()") == ["contradicted"]


def test_a_recall_is_over_only_if_a_record_ends_it(page):
    recall = a_recall()
    release = a_traced_event(
        a_body("holding", 1, "shop", persistentDisposition={"unset": ["recalled"]}),
        submitter=recall.submitter,
    )
    over = (a_notice(key=recall.key, released_at=release.captured_at, evidence=1),)

    assert found_on(page, a_trace(events=(*events(), recall), recalls=over)) == ["contradicted"]
    assert found_on(page, a_trace(events=(*events(), recall, release), recalls=over)) == []


def test_a_recall_that_was_declared_wrong_or_reaches_other_goods_needs_no_banner(page):
    recall = a_recall()
    wrong = a_recall(errorDeclaration={"declarationTime": "2026-11-14T03:00:00Z"})
    declared = (*events(), replace(recall, voided=True), replace(wrong, voided=True))

    assert found_on(page, a_trace(events=declared)) == []
    assert found_on(page, a_trace(events=(*events(), recall))) == []


def test_nobody_else_declares_a_recall_wrong(page):
    wrong = a_recall(errorDeclaration={"declarationTime": "2026-11-14T03:00:00Z"})
    said = (*events(), a_recall(), replace(wrong, submitter="9521234000051"))

    assert found_on(page, a_trace(events=events()), said=said) == ["contradicted"]
