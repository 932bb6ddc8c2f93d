"""What the trace page says of a trace."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from api.pages import Pages
from api.present.trace import trace_page
from api.words import languages
from tests.api.samples import (
    NOW,
    PENDING,
    a_body,
    a_curve,
    a_trace,
    a_traced_event,
    at_ms,
    events,
    in_every_state,
    lab_results,
    with_last,
)
from traceability.cold_chain.excursions import Excursion
from traceability.ledger.trace import Grade
from traceability.proof.verdict import Contradicted, Unchecked
from traceability.telemetry.curve import Point
from traceability.telemetry.device import Calibration
from traceability.telemetry.findings import Finding, Kind

SPEAK = languages()
STATES = in_every_state()


def page_of(trace, lang="en"):
    return trace_page(trace, SPEAK[lang], "https://guoji.example")


def html_of(trace, lang="en"):
    page = page_of(trace, lang)
    return bytes(Pages().html("trace.html", SPEAK[lang], page.badge.state, page=page).body).decode()


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (NOW.date(), f"Calibrated on 2026-01-05, valid until {NOW.date()}."),
        (date(2026, 1, 6), "Last calibrated on 2026-01-05; that had run out on 2026-01-06."),
    ],
)
def test_a_curve_says_when_its_device_was_calibrated(until, said):
    calibration = Calibration(date(2026, 1, 5), until, bytes(32))

    assert page_of(a_trace(curves=(a_curve(calibration=calibration),))).cold[0].told == (said,)
    assert page_of(a_trace(curves=(a_curve(),))).cold[0].told == ()


@pytest.mark.parametrize(
    ("name", "state", "word"),
    [
        ("verified", "verified", "Verified"),
        ("pending", "pending", "10 of 13 verified"),
        ("new", "pending", "Not yet anchored"),
        ("contradicted", "contradicted", "Do not trust this record"),
        ("unknown", "unknown", "Not checked"),
    ],
)
def test_each_state_has_its_own_word_and_shape(name, state, word):
    page = page_of(STATES[name])

    assert (page.badge.state, page.badge.word) == (state, word)
    assert f'href="#seal-{state}"' in html_of(STATES[name])


@pytest.mark.parametrize(
    "reason",
    [
        "anchor: not yet anchored",
        "event ab is not in the log yet; try again",
        "entry 3 is under no checkpoint yet",
    ],
)
def test_what_only_needs_time_is_pending_not_unknown(reason):
    assert page_of(a_trace(events=with_last(Unchecked(reason), 13))).badge.state == "pending"


def test_a_record_that_could_not_be_checked_is_not_said_to_wait():
    away = Unchecked("the chain has not answered for an hour")
    both = (*with_last(PENDING, 3)[:-1], *with_last(away, 1)[-1:])

    badge = page_of(a_trace(events=with_last(away, 1))).badge
    mixed = page_of(a_trace(events=both)).badge

    assert (badge.state, badge.word) == ("unknown", "12 of 13 verified")
    assert badge.sentence.startswith("1 record could not be checked. Newest anchor: ")
    assert mixed.sentence.startswith("1 record could not be checked. 2 records are not yet anchored. Newest")
    assert page_of(STATES["pending"]).badge.sentence.startswith("3 records are not yet anchored. Newest")


def test_every_page_can_be_written_in_both_languages():
    for trace in STATES.values():
        for lang in SPEAK:
            assert f'<html lang="{lang}"' in html_of(trace, lang)


def test_the_three_facts_are_said_and_a_missing_one_is_said_to_be_missing():
    facts = page_of(a_trace()).facts

    assert [fact.value for fact in facts] == ["12 Nov", "9.8 °Bx", "1.1–8.9 °C"]
    assert (facts[2].label, facts[2].note) == ("Measured", "8 h 48 min without readings")
    assert html_of(STATES["bare"]).count("not recorded") >= 3


def test_an_excursion_is_an_alert_about_the_goods_and_leaves_the_verdict_alone():
    page = page_of(a_trace())

    assert page.badge.state == "verified"
    assert len(page.alerts) == 1
    assert "at worst 8.91 °C" in page.alerts[0]


def test_a_thousand_excursions_make_a_short_page():
    outside = tuple(Excursion(at_ms(9) + n, at_ms(9) + 2 * n, 5.0) for n in range(1000))

    page = page_of(a_trace(curves=(a_curve(excursions=outside),)))

    assert len(page.alerts) == 3
    assert page.cold[0].notes[-1].title == "994 shorter ones are drawn above."


def test_nearly_all_is_not_shown_as_all():
    points = [Point(at_ms(10) + n, 2.0) for n in range(9_999)] + [Point(at_ms(9), 9.0)]

    assert page_of(a_trace(curves=(a_curve(points),))).cold[0].headline == "99.9%"


def test_the_cold_chain_says_how_long_it_was_in_range_how_long_not_and_how_long_nobody_knows():
    truck = page_of(a_trace()).cold[0]
    in_chinese = page_of(a_trace(), "zh-CN").cold[0]

    assert truck.headline == "94.3%"
    assert truck.under == "of the time within 0–4 °C"
    assert truck.told[0] == "37.7 of 40 hours; of 1.6 nothing is known."
    assert truck.told[1] == "Outside for 40 minutes in all; the longest excursion lasted 38 minutes."
    assert truck.told[-1].startswith("Mean kinetic temperature 2.")
    assert in_chinese.under == "的时间在 0–4 °C 之间"
    assert in_chinese.told[0] == "40 小时中有 37.7 小时；另有 1.6 小时没有读数，情况未知。"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((2.4, 7.9), "about 2–7 days"),
        ((1.0, 1.9), "about 1 day"),
        ((0, 0.99), "less than a day"),
        (None, "No estimate"),
    ],
)
def test_what_is_left_of_the_shelf_life_is_an_estimate_with_its_model_and_no_promise(days, said):
    trace = a_trace()

    card = page_of(replace(trace, remaining=replace(trace.remaining, days=days))).shelf_life

    assert card.headline == said
    text = " ".join(card.sentences)
    assert ("Q10 model for Strawberry" in text and "not a promise" in text) is (days is not None)
    assert "are without readings" in text


def test_without_a_profile_nothing_is_said_of_shelf_life():
    assert "shelf life" not in html_of(a_trace(profile=None))


def test_cold_that_may_harm_and_more_than_is_allowed_are_said():
    told = (
        page_of(a_trace(curves=(replace(a_trace().curves[0], chilled_ms=600_000, beyond_allowance=True),)))
        .cold[0]
        .told
    )

    assert "For 10 minutes it was so cold that it may harm this fruit." in told
    assert "Longer outside its range than its profile allows." in told


def test_what_is_staged_is_listed_at_the_top_and_marked_on_each_step():
    text = html_of(a_trace())

    assert "Demonstration data" in text
    assert "Simulated refrigerated truck" in text
    assert text.count('<span class="tag staged">Staged</span>') >= 11
    assert "private test chain, editable by its operator" in text
    assert "私有测试链，运营者可以改动" in html_of(a_trace(), "zh-CN")


def test_goods_of_ones_own_on_a_test_chain_are_no_demonstration():
    text = html_of(a_trace(staged=()))

    assert "Demonstration data" not in text
    assert "<b>Test chain</b> private test chain, editable by its operator" in text


def test_nothing_is_called_staged_where_nothing_is():
    plain = a_trace(
        events=tuple(replace(each, staged=None) for each in a_trace().events),
        curves=tuple(replace(curve, staged=None) for curve in a_trace().curves),
        lab_results=tuple(replace(result, staged=None) for result in lab_results()),
        staged=(),
        chain_label=None,
    )

    assert "Staged" not in html_of(plain)
    assert "Demonstration data" not in html_of(plain)


def test_a_name_never_stands_without_the_number_of_who_gave_it_to_itself():
    page = page_of(a_trace())

    assert page.origin == "Demo farm, field 3 · says GLN 9521234000013"
    [report] = page.reports
    assert report.source == "GLN 9521234000044, which calls itself Guoji Demo Laboratory · 12 Nov 2026"
    assert page.groups[1].steps[0].recorded_by == (
        "GLN 9521234000013, which calls itself Guoji Demo Strawberry Farm"
    )


def test_an_origin_that_is_the_number_of_who_says_so_stands_once():
    place = {"readPoint": {"id": "https://id.gs1.org/414/9521234000013"}}
    picked = a_traced_event(dict(events()[2].event.body) | place, registered="Sunrise")

    page = page_of(a_trace(events=(picked,), origin={}))

    assert page.origin == "Origin: GLN 9521234000013, registered here as Sunrise"


def test_who_names_itself_nowhere_is_called_as_it_is_registered():
    body = {name: value for name, value in a_body("stocking", 4, "shop").items() if name != "guoji:party"}
    nameless = a_traced_event(body, registered="红果果\u202e合作社")

    [group] = page_of(a_trace(events=(nameless,))).groups

    assert group.steps[0].recorded_by == "GLN 9521234000013, registered here as 红果果\ufffd合作社"


def test_two_parties_that_call_themselves_the_same_laboratory_have_two_reports():
    one, other = lab_results()[:2]

    page = page_of(a_trace(lab_results=(one, replace(other, submitter="9521234000099", laboratory={}))))

    assert [report.source.split(",")[0] for report in page.reports] == [
        "GLN 9521234000044",
        "GLN 9521234000099 · 12 Nov 2026",
    ]


def test_a_value_above_its_limit_is_said_to_be():
    over = replace(lab_results()[3], value=0.6)

    report = page_of(a_trace(lab_results=(over,))).reports[0]

    assert report.lines[0].over
    assert "above the limit" in html_of(a_trace(lab_results=(over,)))


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_finding_has_its_sentence(kind):
    finding = Finding(kind, "soil-1", "soil_moisture", at_ms(3), at_ms(2), 4, "")

    line = page_of(a_trace(findings=(finding,))).findings[0]

    assert "{" not in line.sentence
    assert line.where == "soil-1 · Soil moisture · 14 Nov 09:00 – 14 Nov 10:00"


@pytest.mark.parametrize("grade", list(Grade))
def test_every_grade_is_explained(grade):
    line = page_of(a_trace(events=(a_traced_event(grade=grade),))).grades[0]

    assert line.sentence
    assert line.count == "1 record"


def test_the_route_names_each_site_once_in_a_row_and_no_sensor():
    names = [stop.name for stop in page_of(a_trace()).route.stops]

    assert names == [
        "Demo farm, field 3",
        "Demo packhouse, line 1",
        "Demo laboratory",
        "Demo packhouse, line 1",
        "Demo livestream shop, cold cabinet",
    ]


def test_the_command_verifies_what_the_button_downloads():
    page = page_of(a_trace())

    assert page.command == f"guoji verify 'https://guoji.example{page.proof_url}' --trust trust.txt"


@pytest.mark.parametrize(
    ("grade", "minutes_ago", "state"),
    [(Grade.DEVICE, 1, "verified"), (Grade.DEVICE, 6, "pending"), (Grade.IMPORTED, 1, "pending")],
)
def test_only_a_sensors_batch_of_this_moment_may_wait_without_making_the_whole_look_so(
    grade, minutes_ago, state
):
    trace = a_trace(events=with_last(Unchecked("not yet anchored"), 1))
    newest = replace(
        trace.events[-1], grade=grade, captured_at=trace.made_at - timedelta(minutes=minutes_ago)
    )

    badge = page_of(replace(trace, events=(*trace.events[:-1], newest))).badge

    assert badge.state == state
    assert badge.word == ("Verified" if state == "verified" else "12 of 13 verified")
    assert ("Waiting for the chain: the newest 1." in badge.sentence) == (state == "verified")
    assert badge.sentence.startswith("12 of 13 records") == (state == "verified")


@pytest.mark.parametrize(
    ("lang", "lost", "sentence"),
    [
        ("en", 1, "1 record is in the log, but lost here: what is shown is not all."),
        ("en", 2, "2 records are in the log, but lost here: what is shown is not all."),
        ("zh-CN", 1, "日志中有 1 条记录在此处已丢失：所示并非全部。"),
    ],
)
def test_a_record_that_is_lost_here_keeps_the_whole_from_looking_verified(lang, lost, sentence):
    trace = a_trace(lost=lost)

    badge, html = page_of(trace, lang).badge, html_of(trace, lang)

    assert (badge.state, badge.sentence) == ("unknown", sentence)
    assert sentence in html
    assert "data-lost" in html
    assert "data-lost" not in html_of(a_trace(), lang)


def test_a_lie_outweighs_a_record_that_is_lost():
    lie = a_trace(events=with_last(Contradicted("event", "differs"), 1), lost=1)

    assert page_of(lie).badge.state == "contradicted"


def test_claims_that_are_only_counted_are_told():
    assert "5 more claims by parties not known" in html_of(a_trace(claims_left_out=5))
    assert "not known to have held" not in html_of(a_trace())


def test_a_history_that_is_cut_says_so():
    assert "steps are missing" in html_of(a_trace(is_cut=True))
    assert "steps are missing" not in html_of(a_trace())
