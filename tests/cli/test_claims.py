"""`guoji claims` as a filter: one answer a sentence, whatever comes in."""

import argparse
import io
import json
import sys
from pathlib import Path

import pytest

from traceability.cli import claims
from traceability.errors import InvalidInput

TRACES = Path(__file__).parents[1] / "claims" / "traces"


@pytest.fixture
def guoji(monkeypatch, capsys):
    def run(*words, stdin=b"", trace=TRACES / "apples.json"):
        parser = argparse.ArgumentParser()
        claims.add(parser.add_subparsers())
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        args = parser.parse_args(["claims", "check", "--trace", str(trace), *words])
        code = args.run(args)
        return code, capsys.readouterr().out

    return run


def test_each_line_has_its_answer_with_verdict_rule_evidence_and_suggestion(guoji):
    code, out = guoji(stdin="今早刚摘的苹果\nHello everybody\n".encode())

    lie, greeting = (json.loads(line) for line in out.splitlines())
    assert code == 0
    assert lie["text"] == "今早刚摘的苹果"
    assert lie["verdict"] == "contradicted"
    assert set(lie["rule"]) == {"id", "source", "version"}
    assert lie["evidence"][0]["proof"] == f"/proof/{lie['evidence'][0]['key']}"
    assert "2026-10-12" in lie["evidence"][0]["found"]["zh"]
    assert "2026-10-12" in lie["suggestion"]
    assert greeting == {
        "text": "Hello everybody", "verdict": "no_claim", "rule": None, "evidence": [], "suggestion": None,
    }  # fmt: skip


def test_a_line_of_several_sentences_has_an_answer_for_each_if_it_is_split(guoji):
    said = "大家好。今早刚摘的！41天前摘的。".encode()

    whole, split = (guoji(*words, stdin=said)[1].splitlines() for words in ((), ("--split",)))

    assert [json.loads(line)["verdict"] for line in whole] == ["contradicted"]
    assert [json.loads(line)["verdict"] for line in split] == ["no_claim", "contradicted", "supported"]


def test_the_evidence_of_a_verdict_is_an_event_of_the_trace(guoji):
    keys = {event["key"] for event in json.loads((TRACES / "apples.json").read_text())["events"]}

    _, out = guoji(stdin="农残检测合格，糖度13度以上，41天前摘的，有机的".encode())

    assert {each["key"] for each in json.loads(out)["evidence"]} <= keys


@pytest.mark.parametrize(
    ("on", "verdict"),
    [("2026-10-12", "supported"), ("2026-11-22", "contradicted"), ("2026-10-12T20:00:00+08:00", "supported")],
)
def test_words_are_judged_on_the_day_they_are_said(guoji, on, verdict):
    _, out = guoji("--on", on, stdin="今早刚摘的".encode())

    assert json.loads(out)["verdict"] == verdict


@pytest.mark.parametrize(("on", "verdict"), [("2026-10-31", "supported"), ("2026-11-01", "expired")])
def test_a_certificate_holds_through_its_last_day(guoji, on, verdict):
    _, out = guoji("--on", on, stdin="有机苹果".encode())

    assert json.loads(out)["verdict"] == verdict


def test_a_line_that_cannot_be_read_gets_an_error_and_the_others_their_answers(guoji):
    code, out = guoji(
        stdin=b"\xff\xfe\n" + b"a" * 70_000 + b"\n" + b"b" * 3_000 + b"\nPicked this morning.\n"
    )

    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 65
    assert ["error" in answer for answer in answers] == [True, True, True, False]
    assert answers[3]["verdict"] == "contradicted"


def test_an_empty_line_is_answered_so_that_lines_stay_in_step(guoji):
    _, out = guoji(stdin=b"\n\nHello\n")

    assert [json.loads(line)["verdict"] for line in out.splitlines()] == ["no_claim"] * 3


def test_what_is_printed_cannot_steer_a_terminal(guoji):
    _, out = guoji(stdin="今早刚摘的\x1b[2J\u202e\x9b".encode())

    assert not {"\x1b", "\u202e", "\x9b"} & set(out)
    assert json.loads(out)["text"] == "今早刚摘的\x1b[2J\u202e\x9b"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not json", "not JSON"),
        (b"[]", "want an object"),
        (b'{"format": "guoji-trace/2"}', "want 'guoji-trace/1'"),
        (b'{"format": "guoji-trace/1", "events": {}}', "want a list"),
        (b'{"format": "guoji-trace/1", "events": [], "curves": [{"points": [[1]], "metric": "x"}]}', "point"),
        (b'{"format": "guoji-trace/1", "events": []}', "made_at"),
    ],
)
def test_a_malformed_trace_is_refused_with_the_file_and_the_fault(guoji, tmp_path, content, message):
    file = tmp_path / "trace.json"
    file.write_bytes(content)

    with pytest.raises(InvalidInput, match=message) as refusal:
        guoji(trace=file)

    assert str(refusal.value).startswith(str(file))


def test_a_trace_file_that_is_not_there_is_refused(guoji, tmp_path):
    with pytest.raises(InvalidInput, match="No such file"):
        guoji(trace=tmp_path / "none.json")


def test_a_day_that_is_none_is_refused(guoji):
    with pytest.raises(InvalidInput, match="want a date or a time"):
        guoji("--on", "yesterday")
