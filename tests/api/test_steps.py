"""What the timeline says: one step an event, and what is alike folded into one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from api.pages import Pages
from api.present.trace import trace_page
from api.words import languages
from tests.api.samples import PENDING, a_batch, a_body, a_trace, a_traced_event
from traceability.ledger.trace import Grade
from traceability.proof.verdict import Contradicted

ENGLISH = languages()["en"]


def page_of(trace):
    return trace_page(trace, ENGLISH, "https://guoji.example")


def html_of(trace):
    page = page_of(trace)
    return bytes(Pages().html("trace.html", ENGLISH, page.badge.state, page=page).body).decode()


def test_batches_in_a_row_are_one_step_as_weak_as_the_weakest():
    batches = (a_batch(3, "a", 1), a_batch(2, "b", 1, PENDING), a_batch(1, "c", 1))

    group = page_of(a_trace(events=batches)).groups[0]

    assert group.title == "3 batches of sensor readings"
    assert group.badge.state == "pending"
    assert group.steps[0].badge.state == "pending"


def test_what_a_partner_calls_sensor_readings_is_not_counted_as_a_devices():
    batches = tuple(a_batch(hours, "weather-1", 1) for hours in (9, 8, 7))
    claimed = a_body("sensor_reporting", 6, "farm", **{"guoji:device": "weather-1", "guoji:readingCount": 9})
    page = page_of(a_trace(events=(*batches, a_traced_event(claimed), a_batch(5, "weather-1", 1))))

    ours, theirs, last = page.groups

    assert (ours.title, len(ours.steps)) == ("3 batches of sensor readings", 3)
    assert theirs.title == "Sensor readings"
    assert theirs.steps[0].grade == "Sent by a partner"
    assert "reading" not in theirs.detail
    assert last.title == "1 batch of sensor readings"
    assert page.route.stops == ()


def test_steps_of_different_grades_are_not_one():
    same = [a_traced_event(a_body("packing", hours, "shop")) for hours in (3, 2)]
    typed_in = a_traced_event(a_body("packing", 1, "shop"), grade=Grade.PERSON)

    groups = page_of(a_trace(events=(*same, typed_in))).groups

    assert [group.title + group.times for group in groups] == ["Packed × 2", "Packed"]


def test_of_many_batches_the_doubtful_ones_are_listed_first():
    broken = Contradicted("batch", "leaf 3 differs")
    batches = (*(a_batch(60 - n / 10, "a", 1) for n in range(100)), a_batch(1, "b", 1, broken))

    group = page_of(a_trace(events=batches)).groups[0]

    assert group.steps[0].badge.state == "contradicted"
    assert len(group.steps) == 24
    assert group.more == "77 more are in the proof of all steps."


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (
            a_body("commissioning", 1, "farm", action="ADD", quantityList=[{"quantity": 3, "uom": "KGM"}]),
            "Harvest",
        ),
        (a_body("commissioning", 1, "farm", action="ADD"), "Labelled"),
        (a_body("commissioning", 1, "farm", type="TransformationEvent"), "Processed"),
        (a_body("https://ref.gs1.org/cbv/BizStep-shipping", 1, "farm"), "Shipped"),
        (a_body("https://ns.example/x", 1, "farm"), "https://ns.example/x"),
    ],
)
def test_a_step_is_named_by_what_happened(body, title):
    assert page_of(a_trace(events=(a_traced_event(body),))).groups[0].title == title


def test_a_voided_event_is_struck_out_and_said_to_be_wrong():
    text = html_of(a_trace(events=(a_traced_event(voided=True),)))

    assert 'class="voided"' in text
    assert "Declared wrong by whoever recorded it" in text


def test_a_step_by_a_party_that_never_held_the_goods_is_its_claim_and_no_stop_of_theirs():
    here, there = a_traced_event(), a_traced_event(a_body("storing", 1, "shop"), claimed=True)
    page = page_of(a_trace(events=(here, there)))

    ours, theirs = (step.claimed for group in page.groups for step in group.steps)
    assert ours == ""
    assert theirs.startswith(f"Claimed by GLN {there.submitter}, ")
    assert theirs.endswith(", not known to have held the goods")
    assert theirs in html_of(a_trace(events=(here, there)))
    assert len(page.route.stops) == 1


@pytest.mark.parametrize(
    ("hours_later", "said"),
    [(23.9, None), (24, "recorded 1 day later"), (24 * 30, "recorded 30 days later"), (-48, None)],
)
def test_a_step_recorded_long_after_it_happened_says_so(hours_later, said):
    step = a_traced_event()
    late = replace(step, captured_at=step.event.event_time + timedelta(hours=hours_later))

    text = html_of(a_trace(events=(late,)))

    assert ("later</span>" in text) == (said is not None)
    assert said is None or f'<span class="tag">{said}</span>' in text


def test_a_run_of_steps_says_how_late_the_latest_record_is():
    steps = [a_traced_event(a_body("packing", hours, "shop")) for hours in (3, 2)]
    late = replace(steps[1], captured_at=steps[1].captured_at + timedelta(days=9))

    assert page_of(a_trace(events=(steps[0], late))).groups[0].late == "recorded up to 9 days later"
