"""`guoji gs1` as a person or a script calls it."""

import argparse
import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.cli import gs1

URI = "https://example.com/01/09520000042424/10/L1?17=260401"


def run(monkeypatch, capsys, *arguments, stdin=b""):
    """Run one command and return its exit code and the JSON lines it printed."""
    parser = argparse.ArgumentParser(prog="guoji")
    gs1.add(parser.add_subparsers())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
    args = parser.parse_args(["gs1", *arguments])
    exit_code = args.run(args)
    printed = capsys.readouterr()
    assert printed.err == ""
    return exit_code, [json.loads(line) for line in printed.out.splitlines()]


def test_a_valid_uri_is_answered_with_its_elements_and_canonical_uri(monkeypatch, capsys):
    assert run(monkeypatch, capsys, "parse", URI) == (
        0,
        [
            {
                "uri": URI,
                "valid": True,
                "canonical": "https://id.gs1.org/01/09520000042424/10/L1?17=260401",
                "elements": [["01", "09520000042424"], ["10", "L1"], ["17", "260401"]],
                "error": None,
            }
        ],
    )


def test_every_line_gets_one_answer_in_order_whatever_it_is(monkeypatch, capsys):
    lines = [
        URI.encode(),
        b"",
        b" " + URI.encode(),
        b"\xff\xfe",
        b"\x00",
        URI.encode() + b"\r",
        b"last without end",
    ]

    exit_code, answers = run(monkeypatch, capsys, "parse", stdin=b"\n".join(lines))

    assert exit_code == 0
    assert [answer["valid"] for answer in answers] == [True, False, False, False, False, True, False]
    assert all(answer["error"] and answer["canonical"] is None for answer in answers if not answer["valid"])


def test_an_argument_that_is_not_utf_8_is_answered_as_valid_json(monkeypatch, capsys):
    _, (answer,) = run(monkeypatch, capsys, "parse", "https://a/\udcff")

    assert answer["uri"] == "https://a/\ufffd"
    assert not answer["valid"]


def test_associations_are_checked_only_when_asked_for(monkeypatch, capsys):
    alone = "https://example.com/01/09520000042424?427=SN"

    _, (without,) = run(monkeypatch, capsys, "parse", alone)
    _, (with_check,) = run(monkeypatch, capsys, "parse", "--associations", alone)

    assert without["valid"]
    assert "stands without 422" in with_check["error"]


def test_a_uri_is_built_from_each_line(monkeypatch, capsys):
    requests = [
        {"stem": "https://example.com/s/", "elements": [["10", "A/B"], ["01", "09520000042424"]]},
        {"stem": None, "elements": [["00", "095200000000000776"]]},
        {"elements": [["417", "9520000000080"]]},
        {"stem": None, "elements": [["01", "09520000042425"]]},
    ]
    stdin = "\n".join(json.dumps(request) for request in requests).encode()

    exit_code, answers = run(monkeypatch, capsys, "build", stdin=stdin)

    assert exit_code == 0
    assert answers[:3] == [
        {"uri": "https://example.com/s/01/09520000042424/10/A%2FB"},
        {"uri": "https://id.gs1.org/00/095200000000000776"},
        {"uri": "https://id.gs1.org/417/9520000000080"},
    ]
    assert "check digit is 5, want 4" in answers[3]["error"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"1" * 5000, "not JSON"),
        (b"[]", "not an object such as"),
        (b'{"stem": null}', "not an object such as"),
        (b'{"elements": [], "host": "x"}', "not an object such as"),
        (b'{"elements": "0112"}', "not an object such as"),
        (b'{"stem": 1, "elements": []}', "neither a string nor null"),
        (b'{"elements": [["01"]]}', "other than pairs of strings"),
        (b'{"elements": [["01", 9520000042424]]}', "other than pairs of strings"),
        (b'{"elements": ["01"]}', "other than pairs of strings"),
        (b'{"elements": []}', "no primary key"),
        (b'{"elements": [["x\\ud800", "1"]]}', "is not an AI"),
    ],
)
def test_a_line_that_is_no_request_gets_an_error_and_the_next_is_still_answered(
    monkeypatch, capsys, line, reason
):
    good = b'{"elements": [["417", "9520000000080"]]}'

    exit_code, answers = run(monkeypatch, capsys, "build", stdin=line + b"\n" + good)

    assert exit_code == 0
    assert reason in answers[0]["error"]
    assert answers[1] == {"uri": "https://id.gs1.org/417/9520000000080"}


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_answered_with_a_uri_or_an_error(request):
    (key,) = gs1._built(json.dumps({"elements": request}))

    assert key in ("uri", "error")


@pytest.mark.parametrize("command", ["parse", "build"])
def test_the_example_in_the_help_is_what_the_command_prints(monkeypatch, capsys, command):
    with pytest.raises(SystemExit):
        run(monkeypatch, capsys, command, "--help")
    example = capsys.readouterr().out.split("$ ", 1)[1].split("\n\n", 1)[0]
    given, printed = example.split("\n  {", 1)
    quoted = given.split("'")[1]

    arguments, stdin = ([quoted], b"") if command == "parse" else ([], quoted.encode())
    _, answers = run(monkeypatch, capsys, command, *arguments, stdin=stdin)

    assert answers == [json.loads("{" + printed)]
