"""The page reads an on-air record to the verdict of `guoji verify --at`, in node and in Chromium."""

import json
from dataclasses import asdict
from datetime import timedelta

import pytest

from tests.browser.running import a_job, in_node
from tests.browser.test_vectors import MACHINES, VECTORS
from traceability.epcis.event import Event
from traceability.errors import CheckFailed, Unavailable
from traceability.proof.on_air import joined
from traceability.proof.on_air_segment import Segment

RECORDS = {path.stem: json.loads(path.read_text()) for path in sorted((VECTORS / "on_air").glob("*.json"))}
WORDS = {"lie-other-words": {"verdict": "verified"}}
"""What is said opens the words is for `guoji verify`: the page takes no disclosure."""
SOUND = RECORDS["sound-record"]


def aired(vector, at=None, **changes):
    return a_job(vector, asked=vector.get("asked")) | {"at": at or vector["at"]} | changes


def judged(result, want):
    found = {"verdict": result.get("verdict", result.get("error"))}
    if "step" in want:
        found["step"] = result.get("step")
    if "reason" in want:
        found["reason"] = want["reason"] if want["reason"] in result.get("reason", "") else result["reason"]
    return found


@pytest.mark.parametrize("machine", MACHINES)
def test_each_record_comes_to_its_verdict_at_its_moment(machine):
    found = machine("checkAired", [aired(vector) for vector in RECORDS.values()])

    wanted = {name: WORDS.get(name, vector["want"]) for name, vector in RECORDS.items()}
    results = dict(zip(RECORDS, found, strict=True))
    assert {name: judged(result, wanted[name]) for name, result in results.items()} == wanted


def milliseconds(moment):
    return round(moment.timestamp() * 1000)


def told(record):
    return {**asdict(record), "at": milliseconds(record.at)}


def by_python(broadcast, moment):
    """As the module of the page writes it."""
    try:
        found = broadcast.at(moment)
    except Unavailable:
        return "not reached"
    if found is None:
        return None
    return {
        "state": found.state,
        "since": milliseconds(found.since),
        "said": [told(each) for each in found.said],
        "open": [told(each) for each in found.open],
        "segments": list(found.segments),
    }


@pytest.mark.parametrize("name", ["sound-record", "sound-record-of-quiet-minutes"])
def test_at_every_moment_it_shows_what_the_command_shows(name):
    proofs = RECORDS[name]["proof"]["proofs"]
    broadcast = joined([Segment.of(Event(each["event"], each["context"])) for each in proofs])
    start = broadcast.segments[0].start - timedelta(seconds=5)
    moments = [start + timedelta(seconds=2 * number, milliseconds=number % 3) for number in range(66)]

    found = in_node("checkAired", [aired(RECORDS[name], moment.isoformat()) for moment in moments])

    wanted = [by_python(broadcast, moment) for moment in moments]
    assert [each.get("onAir", "not reached") for each in found] == wanted
    assert [each is None for each in wanted].count(True) < len(wanted) / 4


def set_in(name, value):
    def edit(segments):
        target = segments
        *path, last = name
        for step in path:
            target = target[step]
        target[last] = value

    return edit


ON = "guoji:onAir"
UNTRUE = [
    set_in((1, ON, "records", 1, "number"), 9),
    set_in((0, ON, "begin"), {"product": None}),
    set_in((0, ON, "records", 0, "number"), 0),
    set_in((0, ON, "records", 0, "phase"), "ended"),
    set_in((0, ON, "records", 1, "state"), 7),
    set_in((1, ON, "room"), "THER00"),
    set_in((1, "epcList"), ["urn:uuid:3f2b1c00-0000-4000-8000-000000000008"]),
    set_in((1, ON, "segment"), 1),
    set_in((2, ON, "segment"), 2),
    set_in((3, ON, "segment"), 7),
    set_in((0, ON, "segment"), 0),
    set_in((2, ON, "records"), []),
    set_in((2, ON, "from"), "2026-11-18T10:07:10.001Z"),
    set_in((3, ON, "until"), "2026-11-18T10:07:00.000Z"),
    set_in((3, ON, "records", 0, "number"), 8),
    set_in((3, ON, "begin"), {"product": 1}),
    set_in((3, ON, "records", 1, "phase"), "ready"),
    set_in((0, "epcList"), ["urn:uuid:1", "urn:uuid:2"]),
    set_in((0, "errorDeclaration"), {"declarationTime": "2026-11-18T10:07:10Z"}),
]


def shown_otherwise(ended_with, begins_with):
    """What was shown when the first segment ended, and when the second began."""

    def edit(segments):
        segments[0][ON]["records"][1]["state"] = {"product": ended_with}
        for segment in segments[1:]:
            segment[ON]["begin"] = {"product": begins_with}

    return edit


SHAPELESS = [
    set_in((0, ON), 7),
    *(
        set_in((1, ON, name), value)
        for name, value in {
            "segment": True,
            "title": "x" * 2001,
            "from": "2026-11-18T10:06:41.000",
            "until": "9999-01-01T00:00:00Z",
            "begin": [],
            "records": [None],
            "more": 1,
        }.items()
    ),
    set_in((1, ON, "records", 0), {"number": 3, "kind": "said"}),
    *(
        set_in((0, ON, "from"), text)
        for text in (
            "2026-02-30T00:00:00Z",
            "2026-11-18T24:00:00Z",
            "2026-11-18T10:06:00,5Z",
            "2026-11-18T10:06:00.0009Z",
            "2026-11-18t10:06:00z",
            "2026-11-18T10:06:60Z",
            "2026-11-18T10:06:00+24:00",
            "1969-12-31T23:59:59Z",
        )
    ),
    set_in((0, ON, "segment"), 1.0),
    set_in((0, ON, "records", 0, "phase"), None),
    set_in((3, ON, "records", 1, "phase"), ["ended"]),
    *(set_in((1, ON, "records", 1, "level"), value) for value in (3.0, True)),
    *(set_in((2, ON, "records", 0, "warning"), value) for value in ([4], 4.0, True, None)),
    set_in((0, ON, "title"), "🍎" * 2001),
    shown_otherwise(1, True),
]
FITTING = [
    set_in((0, ON, "title"), "🍎" * 2000),
    set_in((0, ON, "records", 0, "at"), "2026-11-18T18:06:40.000+08:00"),
    shown_otherwise(1, 1.0),
]


def edited(edit):
    file = json.loads(json.dumps(SOUND["proof"]))
    edit([each["event"] for each in file["proofs"]])
    return file


def untrue(file):
    try:
        joined([Segment.of(Event(each["event"], each["context"])) for each in file["proofs"]])
    except CheckFailed as lie:
        return str(lie)
    return None


def test_what_does_not_fit_is_called_so_in_the_words_of_the_command():
    files = [edited(edit) for edit in UNTRUE]

    assert in_node("lieOf", [json.dumps(file) for file in files]) == [untrue(file) for file in files]


def test_a_segment_in_no_shape_is_called_untrue_and_throws_nothing():
    files = [edited(edit) for edit in SHAPELESS]

    assert [untrue(file) is not None for file in files] == [True] * len(files)
    assert None not in in_node("lieOf", [json.dumps(file) for file in files])


def test_what_is_the_same_to_the_log_is_no_lie_in_either():
    files = [edited(edit) for edit in FITTING]

    assert [untrue(file) for file in files] == [None] * len(files)
    assert in_node("lieOf", [json.dumps(file) for file in files]) == [None] * len(files)
