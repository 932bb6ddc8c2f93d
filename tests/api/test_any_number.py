"""Whatever finite number an event holds, its page can be written: the event is there for ever."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.document import trace_document
from api.pages import Pages
from api.present.overlay import encoded, overlay_state
from api.present.trace import trace_page
from api.words import languages
from tests.api.samples import SUBJECT, a_body, a_curve, a_trace, a_traced_event, lab_results
from traceability.epcis.parse import MAX_INTEGER

SPEAK = languages()
PAGES = Pages()
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-MAX_INTEGER, MAX_INTEGER)


def a_trace_of(value, limit, bounds):
    goods = {"epcClass": SUBJECT, "quantity": value}
    body = a_body("inspecting", 4, "laboratory", quantityList=[goods | {"uom": "KGM"}, goods])
    low, high = bounds
    return a_trace(
        events=(a_traced_event(body),),
        curves=tuple(a_curve(low=low, high=high, live=live) for live in (True, False)),
        lab_results=tuple(replace(result, value=value, limit=limit) for result in lab_results()),
    )


def write_everything(trace):
    orjson.dumps(trace_document(trace))
    for words in SPEAK.values():
        page = trace_page(trace, words, "https://guoji.example")
        text = bytes(PAGES.html("trace.html", words, page.badge.state, page=page).body).decode()
        assert ">nan" not in text
        assert "∞" not in text
        assert all(0 <= line.share <= 100 for report in page.reports for line in report.lines if line.limit)
        encoded(overlay_state(trace, words, 0))


@settings(max_examples=50, deadline=None)
@given(NUMBERS, st.none() | NUMBERS, st.tuples(NUMBERS, NUMBERS).map(sorted))
def test_no_finite_number_makes_a_page_fail(value, limit, bounds):
    write_everything(a_trace_of(value, limit, bounds))


@pytest.mark.parametrize(
    ("value", "limit", "bounds"),
    [
        (1e300, 1e-300, (0, 4)),
        (-1e300, 1e-300, (0, 4)),
        (1, 0, (-1e308, 1e308)),
        (1e30, None, (1e308, 1e308)),
    ],
)
def test_the_numbers_that_once_made_a_page_fail_do_no_more(value, limit, bounds):
    write_everything(a_trace_of(value, limit, bounds))


def test_a_range_beyond_all_measure_is_not_drawn():
    page = trace_page(a_trace_of(1, 2, (-1e308, 1e308)), SPEAK["en"], "https://guoji.example")

    assert page.cold[0].chart.range_y is None
    assert page.cold[0].headline == "2–2.5 °C"
