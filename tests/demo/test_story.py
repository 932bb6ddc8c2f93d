"""The story is sound EPCIS, adds up, ends now and calls itself staged."""

import hashlib
import re
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.chapters import CASE_KG, CASES, HARVESTED_KG, LOGGER_OFF, LOGGER_ON, PACKED_KG
from demo.laboratory import ISSUER, trusted
from demo.replay import laboratory_values
from demo.shapes import CONTEXT
from demo.story import MOST_ITEMS, tell
from traceability.epcis.event import Event
from traceability.epcis.event_hash import VERSIONS, event_hash
from traceability.epcis.profile import profile_faults
from traceability.epcis.validate import schema_faults
from traceability.epcis.vocabulary import BIZ_STEPS, DISPOSITIONS
from traceability.errors import InvalidInput
from traceability.gs1.digital_link import parse
from traceability.laboratory.sign import LaboratoryKey
from traceability.ledger.capture import as_stored
from traceability.ledger.contradictions import contradictions
from traceability.ledger.lineage import lineage
from traceability.proof.balance import Outcome, balance
from traceability.proof.confirm import About, Belief, judge
from traceability.proof.grown import Grown
from traceability.proof.history import told_in
from traceability.proof.told import Told

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
BASE_URL = "https://guoji.example"
SERIALS = ["7KQ2M9ZJX4T5VA3B", "0G4RTWC81N6PHDQ2"]


def a_story(now=NOW, serials=SERIALS):
    return tell(now, BASE_URL, serials)


def events(story=None):
    return [submission.event for submission in (story or a_story()).submissions]


def steps(name):
    return [event for event in events() if event.get("bizStep") == name]


def times(story):
    return [datetime.fromisoformat(event["eventTime"]) for event in events(story)]


def leaves(value):
    """Every text and number in an event, with its key."""
    match value:
        case dict():
            return [pair for key, inner in value.items() for pair in _under(key, inner)]
        case list():
            return [pair for inner in value for pair in leaves(inner)]
    return [("", value)]


def _under(key, inner):
    return [(below or key, leaf) for below, leaf in leaves(inner)]


@given(now=st.integers(-50_000, 50_000).map(lambda hours: NOW + timedelta(hours=hours / 7)))
def test_whatever_the_hour_the_story_runs_forward_and_ends_before_now(now):
    told = times(a_story(now))

    assert told == sorted(told)
    assert timedelta(minutes=30) <= now - told[-1] < timedelta(days=1, minutes=30)


@given(hour=st.integers(0, 23), minute=st.integers(0, 59))
def test_the_harvest_is_in_the_morning_two_or_three_days_ago(hour, minute):
    now = NOW.replace(hour=hour, minute=minute)

    harvested_at = a_story(now).lot.harvested_at

    assert (harvested_at.hour, harvested_at.minute) == (6, 30)
    assert timedelta(days=2) < now - harvested_at < timedelta(days=3, hours=3)


def test_stories_told_minutes_apart_hold_the_same_events():
    assert events(a_story(NOW)) == events(a_story(NOW + timedelta(minutes=7)))
    assert events(a_story(NOW)) == events(a_story(NOW.astimezone(timezone(timedelta(hours=-5)))))


def test_two_days_share_neither_lot_nor_logistic_unit():
    today, tomorrow = a_story().lot, a_story(NOW + timedelta(days=1)).lot

    assert not {today.link, today.field_link, today.pallet, *today.cases} & {
        tomorrow.link,
        tomorrow.field_link,
        tomorrow.pallet,
        *tomorrow.cases,
    }


def test_every_event_fits_the_official_schema():
    faults = [schema_faults({"@context": CONTEXT, **event}) for event in events()]

    assert faults == [[]] * len(events())


def test_the_field_lot_is_the_one_thing_harvested():
    harvests = [event for event in events() if Event(event, CONTEXT).is_harvest]

    assert [event["quantityList"][0]["epcClass"] for event in harvests] == [a_story().lot.field_link]


def test_every_event_says_in_both_languages_what_is_staged():
    assert all(event["guoji:staged"]["guoji:zh"] and event["guoji:staged"]["guoji:en"] for event in events())
    assert all(device.staged for device in a_story().devices)


def test_every_place_and_party_has_both_names():
    for event in events():
        for named in (event["readPoint"], event["guoji:party"]):
            assert set(named["guoji:name"]) == {"guoji:zh", "guoji:en"}


def test_every_gs1_key_has_its_check_digit_and_the_prefix_for_examples():
    texts = {str(leaf) for event in events() for _, leaf in leaves(event)}
    links = {text for text in texts if text.startswith("https://id.gs1.org/")}

    assert len(links) > 15
    assert all(re.search(r"/\d{2,4}/[01]?952\d", link) for link in links)
    for link in links:
        parse(link)


def test_only_known_parties_submit():
    story = a_story()

    assert {submission.submitter for submission in story.submissions} == {
        party.gln for party in story.parties
    }


def test_the_fruit_adds_up_from_field_to_shelf():
    (pack_out,) = [event for event in events() if event["type"] == "TransformationEvent"]
    balance = pack_out["guoji:massBalance"]
    (stocked,) = steps("stocking")
    in_cases = [quantity for event in steps("packing") for quantity in event.get("childQuantityList", [])]

    assert pack_out["inputQuantityList"][0]["quantity"] == HARVESTED_KG == balance["guoji:input"]
    assert pack_out["outputQuantityList"][0]["quantity"] == PACKED_KG == balance["guoji:output"]
    assert PACKED_KG + balance["guoji:culled"] + balance["guoji:shrinkage"] == pytest.approx(HARVESTED_KG)
    assert pytest.approx(CASES * CASE_KG) == PACKED_KG
    assert sum(quantity["quantity"] for quantity in in_cases) == stocked["quantityList"][0]["quantity"]
    assert stocked["quantityList"][0]["quantity"] == pytest.approx(PACKED_KG - 0.3 * len(SERIALS))


def test_the_items_are_in_one_case_only():
    lot = a_story().lot

    holding = [
        event["parentID"] for event in steps("packing") if set(lot.items) & set(event.get("childEPCs", ()))
    ]

    assert holding == [lot.cases[0]]


@pytest.mark.parametrize(
    ("begins", "ends", "key"),
    [("packing", "unpacking", "parentID"), ("installing", "removing", "childEPCs")],
)
def test_what_is_packed_or_fitted_to_the_pallet_comes_off_again(begins, ends, key):
    lot = a_story().lot
    units = {lot.pallet, *lot.cases}

    begun = [event[key] for event in steps(begins) if event["parentID"] in units]
    ended = [event[key] for event in steps(ends)]

    assert sorted(begun) == sorted(ended)


def test_the_laboratory_reports_what_was_really_measured_and_names_the_sheet():
    story = a_story()
    (inspected,) = steps("inspecting")
    results = {
        result["guoji:analyte"]["guoji:en"]: result["guoji:value"] for result in inspected["guoji:labResults"]
    }
    (sheet,) = story.documents

    assert results["soluble solids (Brix), highest of 12"] == max(laboratory_values("soluble_solids"))
    assert results["firmness, lowest of 12"] == min(laboratory_values("firmness"))
    assert sheet.url in {paper["bizTransaction"] for paper in inspected["bizTransactionList"]}
    assert hashlib.sha256(sheet.content).hexdigest() == inspected["guoji:reportSha256"] == sheet.sha256


def test_the_laboratory_signs_what_it_reports_and_a_stranger_with_the_policy_finds_it_confirmed():
    key = LaboratoryKey.make(ISSUER)
    story = tell(NOW, BASE_URL, SERIALS, key)
    (inspected,) = [each.event for each in story.submissions if each.event.get("bizStep") == "inspecting"]
    event = Event(inspected, CONTEXT)
    about = About(event, (story.lot.link,), event.event_time, NOW, Grown([]))

    found = judge(inspected["guoji:credential"], Belief([trusted(key)], [], NOW), about)

    assert found.is_confirmed, found
    assert len(found.credential.results) == len(inspected["guoji:labResults"]) == 6


def test_every_track_belongs_to_a_device_that_was_fitted_before_its_first_moment():
    story = a_story()
    fitted_at = {
        event["guoji:device"]: datetime.fromisoformat(event["eventTime"]).timestamp() * 1000
        for event in steps("installing")
    }

    assert [track.alias for track in story.tracks] == [device.alias for device in story.devices]
    for track in story.tracks:
        assert next(track.moments()).taken_at_ms >= fitted_at[track.alias]


def test_only_the_live_track_goes_on_past_now():
    story = a_story()
    now_ms = NOW.timestamp() * 1000

    for track in story.tracks:
        moments = track.moments()
        past = list(takewhile(lambda moment: moment.taken_at_ms <= now_ms, moments))
        assert past
        assert track.live == (next(moments, None) is not None)


def test_the_logger_measures_from_fitting_to_removing():
    story = a_story()
    on, off = (story.lot.harvested_at + moment for moment in (LOGGER_ON, LOGGER_OFF))
    (logger,) = [track for track in story.tracks if track.alias == "logger-1"]

    measured = [moment.taken_at_ms / 1000 for moment in logger.moments()]

    assert measured[0] == on.timestamp()
    assert off.timestamp() - 180 < measured[-1] <= off.timestamp()


def test_a_track_can_be_played_twice():
    soil = a_story().tracks[2]

    assert list(soil.moments()) == list(soil.moments())


def test_nothing_in_an_event_hashes_differently_with_another_tool():
    """The safe subset: no text is a CBV word, no number needs an exponent, times have 3 decimals."""
    for event in events():
        for key, leaf in leaves(event):
            if key.startswith("guoji:"):
                assert leaf not in BIZ_STEPS.keys() | DISPOSITIONS.keys()
            if isinstance(leaf, int | float):
                assert leaf == 0 or 1e-4 <= abs(leaf) <= 1e15
        assert re.fullmatch(r"[-0-9]{10}T[:0-9]{8}\.000\+08:00", event["eventTime"])


@pytest.mark.parametrize("version", VERSIONS)
def test_every_event_has_a_hash_of_its_own(version):
    hashes = {event_hash(event, CONTEXT, version).uri for event in events()}

    assert len(hashes) == len(events())


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(InvalidInput, match="no time zone"):
        tell(NOW.replace(tzinfo=None), BASE_URL, SERIALS)


@pytest.mark.parametrize("count", [0, MOST_ITEMS + 1])
def test_a_case_cannot_hold_no_item_or_too_many(count):
    with pytest.raises(InvalidInput, match=f"{count} item serials, want 1 to {MOST_ITEMS}"):
        tell(NOW, BASE_URL, SERIALS[:1] * count)


@given(now=st.integers(-50_000, 50_000).map(lambda hours: NOW + timedelta(hours=hours / 7)))
def test_whatever_the_hour_nothing_in_the_story_is_taken_for_personal_data(now):
    assert [fault for event in events(a_story(now)) for fault in profile_faults(event, CONTEXT)] == []


@pytest.mark.parametrize("of_item", [False, True])
def test_the_story_balances_and_contradicts_itself_nowhere(of_item):
    story = a_story()
    stored = [
        as_stored(Event(told.event, CONTEXT), told.submitter, n, n.to_bytes(16))
        for n, told in enumerate(story.submissions)
    ]

    subject = story.lot.items[0] if of_item else story.lot.link
    line = lineage(subject, told_in(map(Told.of, stored)))
    keys = {each.key for each in line.told}
    found = balance([each for each in stored if each.key in keys], subject)
    (total,) = found.totals

    assert line.claimed <= {each.key for each in line.told if each.words.step == "inspecting"}
    assert found.outcome is Outcome.BALANCED
    assert total.harvested == Fraction(str(HARVESTED_KG))
    assert contradictions(subject, line.goods, line.counting) == []
