"""The overlay: whole states as events, one computation for all listeners, nothing stale that looks fresh."""

import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from api.overlay_feed import OverlayFeed
from api.present.overlay import overlay_state
from api.qr import QUIET_ZONE, SMALLEST_MODULE_PX, qr_code, scan_url
from api.words import languages
from tests.api.samples import (
    PATH,
    PENDING,
    SUBJECT,
    a_cabinet,
    a_notice,
    a_trace,
    a_traced_event,
    a_truck,
    lab_results,
    with_last,
)
from tests.api.serving import SampleLedger, served
from tests.builders import FIELD, LOT, a_harvest
from traceability.proof.verdict import Contradicted, Unchecked

SPEAK = languages()
STATIC = Path(__file__).parents[2] / "api" / "static"
NEWER_THAN_CHROME_103 = {
    ".css": (
        ":has(",
        "@container",
        "@scope",
        "color-mix(",
        "dvh",
        "svh",
        "&",
        "(width",
        "(height",
        "translate:",
    ),
    ".js": (
        "toSorted",
        "toReversed",
        "toSpliced",
        "groupBy",
        "withResolvers",
        "AbortSignal.any",
        "isWellFormed",
    ),
}
"""What a browser source of OBS may lack, by the ending of a file; the widths are ranges of a media query."""


def cold_of(trace, since_made_ms=0):
    return overlay_state(trace, SPEAK["en"], since_made_ms).cold


def test_a_live_value_says_how_old_it_is():
    cold = cold_of(a_trace())

    assert (cold.freshness, cold.value, cold.unit) == ("live", "2.3", "°C")
    assert (cold.age, cold.device) == ("1 minute ago", "Demo logger")
    assert cold.at_ms - cold.taken_at_ms == 40_000


def test_a_value_that_stops_arriving_turns_stale_and_keeps_its_age():
    assert cold_of(a_trace(), since_made_ms=130_000).freshness == "live"
    assert cold_of(a_trace(), since_made_ms=150_000).freshness == "stale"
    assert cold_of(a_trace(), since_made_ms=3_600_000).age == "no signal for 1 h 1 min"


def test_a_journey_that_is_over_is_not_shown_as_live():
    cold = cold_of(a_trace(curves=(a_truck(),)))

    assert (cold.freshness, cold.value) == ("ended", "1.1–8.9")


def test_without_readings_it_says_so():
    assert cold_of(a_trace(curves=())).freshness == "none"


def test_it_shows_the_alert_the_staging_and_whose_word_it_is():
    state = overlay_state(a_trace(), SPEAK["en"], 0)

    assert state.alert.startswith("The cold chain was broken")
    assert state.staged == "Demonstration data"
    assert overlay_state(a_trace(staged=()), SPEAK["en"], 0).staged == "Test chain"
    assert overlay_state(a_trace(curves=(a_cabinet(),)), SPEAK["en"], 0).alert == ""


@pytest.mark.parametrize(
    ("trace", "claim"),
    [
        (a_trace(), "This server states: all 13 records in the public log, anchored 14 Nov 07:03"),
        (
            a_trace(events=with_last(PENDING, 3)),
            "This server states: 10 of 13 records anchored, newest 13 Nov 12:03",
        ),
        (a_trace(events=with_last(PENDING, 13)), "This server states: recorded, and not yet anchored"),
        (
            a_trace(events=with_last(Unchecked("the chain does not answer"), 13)),
            "This server could not check it",
        ),
        (a_trace(events=with_last(Contradicted("log", "no"), 1)), "This server's own check failed"),
        (a_trace(lost=2), "This server has lost some of its records"),
        (a_trace(recalls=(a_notice(),)), "as this server states"),
    ],
)
def test_beside_its_word_stands_what_this_server_found_and_that_it_is_its_word(trace, claim):
    assert overlay_state(trace, SPEAK["en"], 0).claim == claim


def test_a_value_above_its_limit_and_one_that_nobody_measured_are_not_shown_as_sound():
    over = replace(lab_results()[-1], value=0.9)
    standings = [
        overlay_state(a_trace(lab_results=results), SPEAK["en"], 0).lab_standing
        for results in (lab_results(), (*lab_results(), over), lab_results()[:2], ())
    ]

    assert standings == ["within", "over", "stated", "none"]


def test_where_a_place_has_no_name_the_origin_is_told_by_its_numbers_as_on_the_page():
    body = a_harvest(0, LOT, readPoint={"id": FIELD}).body
    harvest = a_traced_event(dict(body))
    trace = a_trace(origin={}, harvested_at=harvest.event.event_time, events=(harvest,))

    assert overlay_state(trace, SPEAK["en"], 0).origin == "GLN 9521234000013 PLOT-1"
    assert overlay_state(a_trace(origin={}, events=()), SPEAK["en"], 0).origin == "Origin not recorded"


def test_an_event_is_the_whole_state_in_the_language_asked_for():
    with served(SampleLedger({SUBJECT: a_trace()}), live_every_s=0.01) as address:
        url = f"{address}/overlay{PATH}/events?lang=en"
        with httpx.stream("GET", url, trust_env=False) as stream:
            lines = stream.iter_lines()
            states = [
                json.loads(next(line for line in lines if line.startswith("data: "))[6:]) for _ in range(3)
            ]

    assert stream.headers["content-type"].startswith("text/event-stream")
    assert stream.headers["cache-control"] == "no-store"
    assert all(state["word"] == "Verified" and state["cold"]["value"] == "2.3" for state in states)


def test_an_unknown_lot_is_refused_not_streamed(site):
    assert site.get("/overlay/01/09521234000020/10/NOWHERE/events").status_code == 404
    assert site.get("/overlay/01/09521234000020/10/NOWHERE").status_code == 404


@pytest.mark.parametrize(
    ("query", "media"),
    [
        ("", 'media="(orientation: portrait)"'),
        ("?layout=vertical", 'media="all"'),
        ("?layout=horizontal", 'media="not all"'),
    ],
)
def test_the_layout_follows_the_canvas_or_the_query(site, query, media):
    first_style = site.get(f"/overlay{PATH}{query}").text.split("<style media=")[1]

    assert f"media={first_style}".startswith(media)


def test_the_code_can_be_left_out(site):
    assert '<svg class="qr"' in site.get(f"/overlay{PATH}").text
    assert '<svg class="qr"' not in site.get(f"/overlay{PATH}?qr=off").text


def test_the_code_reads_back_and_its_modules_are_large_enough():
    url = scan_url("https://guoji.example", SUBJECT)

    code = qr_code(url)
    picture = Image.new("L", (code.modules * 8, code.modules * 8), 255)
    x = y = 0
    for stroke in code.strokes.split("m")[1:]:
        right, down, length = (int(number) for number in stroke.replace("h", " ").split(" "))
        x, y = x + right, y + down
        ImageDraw.Draw(picture).rectangle((x * 8, y * 8, (x + length) * 8 - 1, y * 8 + 7), fill=0)
        x += length

    assert url == f"HTTPS://GUOJI.EXAMPLE{PATH}"
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [url]
    assert code.side_px % code.modules == 0
    assert code.side_px // code.modules >= SMALLEST_MODULE_PX
    assert QUIET_ZONE == 4


def test_a_trace_is_read_again_only_when_it_changed():
    trace = a_trace()
    ledger = SampleLedger({SUBJECT: trace})
    clock = iter((0.0, 0.0, 10.0, 20.0, 20.0))
    feed = OverlayFeed(ledger, SPEAK, lambda: next(clock))

    feed(SUBJECT, "en")
    feed(SUBJECT, "en")
    ledger.traces[SUBJECT] = replace(a_trace(events=with_last(PENDING, 1)))
    changed = json.loads(feed(SUBJECT, "en"))

    assert ledger.traced == 2
    assert changed["word"] == "12 of 13 verified"


def test_the_overlay_has_nothing_that_a_browser_source_of_2022_lacks():
    files = sorted(STATIC.glob("overlay*"))

    assert len(files) == 4
    for file in files:
        text = file.read_text()
        assert [word for word in NEWER_THAN_CHROME_103[file.suffix] if word in text] == []
