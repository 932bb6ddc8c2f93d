"""`guoji epcis` as a filter: one answer an event, whatever comes in."""

import argparse
import io
import json
import sys
from pathlib import Path

import pytest

from traceability.cli import epcis
from traceability.errors import InvalidInput

VECTORS = Path(__file__).parents[1] / "vectors" / "epcis"
CASES = [json.loads(line) for line in (VECTORS / "events.jsonl").read_text().splitlines()]


@pytest.fixture
def guoji(monkeypatch, capsys):
    def run(*words, stdin=b""):
        parser = argparse.ArgumentParser()
        epcis.add(parser.add_subparsers())
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        args = parser.parse_args(["epcis", *words])
        code = args.run(args)
        return code, *capsys.readouterr()

    return run


def a_line(case):
    return json.dumps({"context": case["context"], "event": case["event"]}).encode()


@pytest.mark.parametrize("version", ["CBV2.0", "CBV2.1", "pypi-1.9.3"])
def test_lines_are_answered_one_by_one_in_order(guoji, version):
    expected = [case["expected"].get(version) for case in CASES]

    code, out, _ = guoji("hash", "--ver", version, stdin=b"\n".join(map(a_line, CASES)))

    answers = [json.loads(line) for line in out.splitlines()]
    assert len(answers) == len(CASES)
    assert [answer.get("uri") for answer, want in zip(answers, expected, strict=True) if want] == [
        want.get("hash") for want in expected if want
    ]
    assert code == (65 if any("error" in answer for answer in answers) else 0)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "file", ["valid/Combination_of_different_event.json", "query/queryDocument.json", "guoji/batch.json"]
)
def test_a_document_is_answered_event_by_event(guoji, file, indent):
    document = json.loads((VECTORS / file).read_bytes())

    code, out, _ = guoji("hash", stdin=json.dumps(document, indent=indent).encode())

    assert code == 0
    assert all(json.loads(line)["uri"].startswith("ni:///sha-256;") for line in out.splitlines())
    assert out.count("\n") == json.dumps(document).count('"eventTime":')


@pytest.mark.parametrize(
    ("stdin", "errors"),
    [
        (b"", ["not JSON"]),
        (b"[]", ["found a JSON list"]),
        (b'{"event": 5, "context": []}', ["event is int"]),
        (b'{"event": {}, "context": 5}', ["@context holds a int"]),
        (b'{"event": {}, "context": []}\n{"nothing": 1}', ["event has type None", 'has no "event"']),
        (b'{"type": "EPCISDocument"}', ["found no list of events"]),
        (b'garbage\n{"event": {}}\n', ["not JSON", "event has type None"]),
    ],
)
def test_what_cannot_be_hashed_is_answered_with_an_error(guoji, stdin, errors):
    code, out, _ = guoji("hash", stdin=stdin)

    answers = [json.loads(line)["error"] for line in out.splitlines()]
    assert code == 65
    assert len(answers) == len(errors)
    assert all(error in answer for error, answer in zip(errors, answers, strict=True))


def test_validate_says_that_a_document_is_sound(guoji):
    assert guoji("validate", str(VECTORS / "guoji" / "batch.json")) == (0, "1 event, no faults\n", "")


def test_validate_lists_every_fault_with_its_pointer(guoji):
    stdin = (VECTORS / "invalid" / "Combination_of_multiple_invalid_fields.json").read_bytes()

    code, out, err = guoji("validate", stdin=stdin)

    assert (code, out) == (65, "")
    assert err.splitlines()[1].startswith('/epcisBody/eventList/1/disposition: found "in_transport", want')


def test_validate_names_the_file_it_cannot_read(guoji, tmp_path):
    with pytest.raises(InvalidInput, match=r"cannot read .*nothing"):
        guoji("validate", str(tmp_path / "nothing"))
