"""What the farmer's page says of alerts, devices and messages put aside: plain words, in both languages."""

import pytest

from api.present.farm_alerts import alert_card
from api.present.farm_devices import ago, device_card
from api.present.put_aside import put_aside_line
from api.words import languages
from tests.api.farming import FIELD, WARM
from traceability.alerts.alert import Acknowledgement, Alert
from traceability.alerts.rule import Rule
from traceability.farm.overview import DeviceState
from traceability.farm.ports import PutAside
from traceability.telemetry.device import Device
from traceability.telemetry.findings import Finding, Kind
from traceability.telemetry.senml import Measurement

EN, ZH = languages()["en"], languages()["zh-CN"]
NOW = 1_800_000_000_000
MINUTE = 60_000


def an_alert(limits=WARM.limits, worst=7.84, **fields):
    values = {
        "number": 3, "device": "cold-1", "rule": "too warm", "limits": limits, "raised_at_ms": NOW,
        "since_ms": NOW - 62 * MINUTE, "until_ms": None, "worst": worst, "acknowledged": None,
        "escalated_at_ms": None, "resolved_at_ms": None,
    }  # fmt: skip
    return Alert(**values | fields)


def limits(**fields):
    return Rule(name="x", after_ms=600_000, settle_ms=0, **fields).limits


@pytest.mark.parametrize(
    ("alert", "title", "said"),
    [
        (an_alert(), "Air temperature, at worst 7.84 °C", "for 1 h 2 min. Allowed: 0 °C to 4 °C."),
        (
            an_alert(limits(metric="air_temperature", high=4)),
            "Air temperature, at worst 7.84 °C",
            "Allowed: up to 4 °C.",
        ),
        (an_alert(limits(metric="battery", low=20)), "Battery, at worst 7.84 %", "Allowed: 20 % and more."),
        (
            an_alert(limits(metric="air_temperature", high=-1.5)),
            "Air temperature, at worst 7.84 °C",
            "up to -1.5 °C.",
        ),
        (an_alert(limits(), worst=None), "Silent for over 10 minutes", "for 1 h 2 min."),
        (an_alert("of another kind"), "too warm", "for 1 h 2 min."),
        (an_alert("nonsense from 1 to 2"), "too warm", "for 1 h 2 min."),
        (
            an_alert(until_ms=NOW - 60 * MINUTE, resolved_at_ms=NOW),
            "Air temperature, at worst 7.84 °C",
            "for 2 minutes; it is right again.",
        ),
    ],
)
def test_an_alert_says_what_since_when_and_how_far(alert, title, said):
    card = alert_card(alert, {"cold-1": "Cold store 1"}, NOW, EN)

    assert (card.title, card.device) == (title, "Cold store 1")
    assert said in card.sentence


def test_who_looks_after_an_alert_is_said_with_their_words():
    alert = an_alert(acknowledged=Acknowledgement(NOW, "Li's phone", "door\u202e closed"))

    assert alert_card(alert, {}, NOW, EN).acknowledged == "Li's phone, 15 Jan 16:00: door\ufffd closed"
    assert alert_card(alert, {}, NOW, ZH).device == "cold-1"


def test_a_chinese_alert_names_its_worst_value_as_that():
    card = alert_card(an_alert(since_ms=NOW - 2 * MINUTE), {}, NOW, ZH)

    assert card.title == "空气温度最差 7.84 °C"
    assert "已持续 2 分钟" in card.sentence


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("truck-1 must sign what it sends, and this is not signed", "without a signature"),
        ("the key 12ab was revoked at 2026-11-20T00:00:00.000+00:00: stolen", "a key that was revoked"),
        (
            "the key 12ab is valid from 2027-01-01T00:00:00.000+00:00 on, not yet",
            "does not count at this time",
        ),
        ("signed with the EdDSA key 12ab, which truck-1 has not", "fits no key"),
        ("no key of truck-1 made the signature over this payload, header and topic", "fits no key"),
        ("taken 900 s after it arrived, want at most 300", "in the future"),
        ("truck-1 sent 'taste', which is not in the table of metrics", "no name here"),
        ("air_temperature is in 'K', want 'Cel'", "another unit"),
        ("air_temperature is 1e300, beyond anything measurable", "nothing can have"),
        ("payload is no JSON", "could not be read"),
    ],
)
def test_a_message_that_was_put_aside_says_why_in_plain_words_and_in_its_own(reason, said):
    line = put_aside_line(PutAside("truck-1", reason, 3, NOW), EN)

    assert line.title == "3 messages were put aside · 15 Jan 16:00"
    assert said in line.sentence
    assert line.reason == reason


def a_state(**fields):
    device = Device("cold-1", "https://id.gs1.org/8004/9521234C", "9521234000013", {}, FIELD, cold_chain=True)
    values = {
        "device": device, "values": (), "heard_at_ms": NOW - 2 * MINUTE, "signed": False, "silence": None,
        "missing": 0, "findings": (), "put_aside": (), "alerts": (),
    }  # fmt: skip
    return DeviceState(**values | fields)


SILENT = Finding(Kind.SILENCE, "cold-1", None, None, None, 1, "")


@pytest.mark.parametrize(
    ("fields", "state", "said"),
    [
        ({"alerts": (an_alert(), an_alert())}, "alert", "2 alerts are open."),
        (
            {"alerts": (an_alert(acknowledged=Acknowledgement(5, "Li", "x")),)},
            "odd",
            "somebody looks after it",
        ),
        ({"silence": SILENT}, "silent", "Nothing for 2 minutes. Check its power and its signal."),
        ({"heard_at_ms": None}, "never", "Has never sent anything."),
        ({"missing": 1}, "odd", "It sends, but 1 reading is missing."),
        ({"findings": (SILENT,)}, "odd", "something was odd"),
        ({}, "well", "It sends as usual."),
    ],
)
def test_a_device_says_its_state_and_what_to_do(fields, state, said):
    card = device_card(a_state(**fields), {}, NOW, EN)

    assert card.state == state
    assert said in card.sentence
    assert card.place == "FIELD-3"
    assert device_card(a_state(**fields), {FIELD: "三号地"}, NOW, ZH).place == "三号地"


def test_what_matters_most_is_shown_first_and_the_battery_apart():
    measured = [
        ("battery", 80.0),
        ("door_open", True),
        ("relative_humidity", 61.0),
        ("air_temperature", -0.25),
    ]
    values = tuple(Measurement(metric, None, value, NOW - 2 * MINUTE) for metric, value in measured)

    card = device_card(a_state(values=values), {}, NOW, EN)

    assert [(value.name, value.amount) for value in card.values] == [
        ("Air temperature", "-0.25 °C"),
        ("Air humidity", "61 %"),
        ("Door open", "yes"),
    ]
    assert card.battery == "80 %"
    assert card.measured is None


def test_values_of_a_late_buffer_say_when_they_were_taken():
    values = (Measurement("air_temperature", "Cel", 4.0, NOW - 3 * 60 * MINUTE),)

    card = device_card(a_state(values=values), {}, NOW, EN)

    assert (card.heard, card.measured) == ("2 minutes ago", "3 h 0 min ago")


def test_a_long_list_of_findings_is_cut_and_says_so():
    found = tuple(Finding(Kind.GAP, "cold-1", None, at, at, 1, "") for at in range(9))

    card = device_card(a_state(findings=found), {}, NOW, EN)

    assert (len(card.findings), card.more_findings) == (6, "and 3 more")


def test_an_age_is_rounded_to_what_matters():
    assert [ago(length, EN) for length in (-5, 9_999, 20_000, 200_000)] == [
        "just now",
        "just now",
        "20 seconds ago",
        "3 minutes ago",
    ]
    assert ago(200_000, ZH) == "3 分钟前"
