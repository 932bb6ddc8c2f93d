"""`guoji verify` as a stranger uses it: files and URLs in, steps and an exit code out, over a real socket."""

import argparse
import json
import subprocess
import sys
from base64 import b64decode
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.cli.recorded_chain import AWAY, serving
from traceability.cli import verify
from traceability.errors import InvalidInput
from traceability.log.merkle import leaf_hash

LOT = "https://id.gs1.org/01/09521234500018/10/L1"
VECTORS = Path(__file__).parents[1] / "vectors" / "proof"


@pytest.fixture
def server():
    with serving() as server:
        yield server


@pytest.fixture
def guoji(tmp_path, server, capsys):
    """Run `guoji verify` on a vector; gives the exit code and what was printed."""

    def run(name, *options, proof=None, trust=True, endpoint=server.url):
        vector = json.loads((VECTORS / f"{name}.json").read_text())
        server.chain = vector["chains"][0]
        server.file = json.dumps(vector["proof"] if proof is None else proof).encode()
        (tmp_path / "proof.json").write_bytes(server.file)
        (tmp_path / "trust").write_text(f"{vector['policy']}endpoint {endpoint}\n")
        believed = ["--trust", str(tmp_path / "trust")] if trust else []
        exit_code = verify_command(str(tmp_path / "proof.json"), *believed, *options)
        return exit_code, capsys.readouterr().out

    return run


def verify_command(*arguments):
    parser = argparse.ArgumentParser()
    verify.add(parser.add_subparsers())
    args = parser.parse_args(["verify", *arguments])
    return args.run(args)


@pytest.mark.parametrize(
    ("name", "exit_code", "verdict"),
    [
        ("sound-event", 0, "Verified: unaltered since 2026-11-18 11:08:40 UTC"),
        ("sound-trace", 0, "Verified: 2 of 2 events, through 2026-11-18 11:08:40 UTC"),
        ("lie-reading-changed", 1, "Contradicted: readings: "),
        ("lie-foreign-log", 1, "Contradicted: checkpoint: "),
        ("lie-foreign-contract", 1, "Contradicted: anchor: "),
        ("lie-rewritten-checkpoint", 1, "Contradicted: anchor: two histories"),
        ("lie-trace-with-one-lie", 1, "Contradicted: event: event 2: "),
        ("unchecked-not-anchored", 2, "Unchecked: anchor: not yet anchored"),
        ("unchecked-block-not-final", 2, "Unchecked: anchor: "),
    ],
)
def test_the_exit_code_and_the_last_words_give_the_verdict(guoji, name, exit_code, verdict):
    code, printed = guoji(name)

    assert code == exit_code
    assert f"\n{verdict}" in printed
    assert ("Verified means unaltered since it was recorded." in printed) == (code == 0)


def test_every_step_is_printed(guoji):
    _, printed = guoji("sound-event")

    names = ["policy", "event", "readings", "inclusion", "checkpoint", "anchor"]
    what, *steps = printed.splitlines()[:7]
    assert what == "Event: ObjectEvent shipping 2026-11-18T08:00:00.000Z"
    assert [line.split()[:2] for line in steps] == [[name, "ok"] for name in names]


def test_the_steps_say_whose_word_they_are_and_times_as_people_write_them(guoji):
    _, printed = guoji("sound-event")

    submitter = "the log names GLN 9521321000010 as submitter, captured at 2026-11-18 11:07:40 UTC"
    assert f"event      ok         {submitter}\n" in printed
    block = "size 6 in block 7 of chain 31337, mined at 2026-11-18 11:08:40 UTC"
    assert f"anchor     ok         {block}\n" in printed


def test_a_trace_prints_a_line_an_event_and_failing_steps_in_full(guoji):
    _, printed = guoji("lie-trace-with-one-lie")
    _, verbose = guoji("lie-trace-with-one-lie", "--verbose")

    assert (
        "   1 * Verified     ObjectEvent shipping 2026-11-18T08:00:00.000Z\n   2 * Contradicted " in printed
    )
    assert printed.count("FAILED") == 1
    assert "\nEvent 2 is, as this file has it: ObjectEvent shipping 2026-11-18T08:00:00.000Z\n" in printed
    assert " ok " not in printed
    assert verbose.count(" ok ") == 11


@pytest.mark.parametrize("name", ["sound-event", "sound-trace"])
def test_without_a_trust_file_the_verdict_is_unchecked_and_it_is_said_once_why(guoji, name):
    code, printed = guoji(name, trust=False)

    assert code == 2
    assert "\nUnchecked: no trust policy was given\n" in printed
    assert printed.count("Nothing is believed without a trust file") == 1
    assert not [line for line in printed.splitlines() if "unchecked " in line]


def test_without_a_trust_file_a_lie_is_told_all_the_same(guoji):
    code, printed = guoji("lie-trace-with-one-lie", trust=False)

    assert code == 2
    assert "\nUnchecked: no trust policy was given; event: event 2: event and context hash to " in printed
    assert printed.count("FAILED") == 1


def test_a_chain_that_is_away_leaves_the_proof_unchecked(guoji):
    code, printed = guoji("sound-event", endpoint=AWAY)

    assert code == 2
    assert "Unchecked: anchor: 0 of 1 endpoints confirm it, want 1; 127.0.0.1:9: " in printed


def test_an_endpoint_on_the_command_line_counts_beside_those_of_the_trust_file(guoji, server):
    code, _ = guoji("sound-event", "--rpc", server.url, endpoint=AWAY)

    assert code == 0


@pytest.mark.parametrize("again", ["http://127.0.0.1:{}/again", "http://localhost:{}", "http://127.1:{}"])
def test_one_host_under_two_urls_is_still_one_witness(guoji, server, again):
    url = again.format(server.server_port)

    code, printed = guoji("unchecked-one-endpoint-where-two-must-agree", "--rpc", url)

    assert code == 2
    assert "1 of 2 endpoints confirm it, want 2" in printed


def test_a_proof_is_fetched_from_a_url_and_a_trust_file_must_be_text(guoji, server, tmp_path):
    guoji("sound-event")
    (tmp_path / "binary").write_bytes(b"log \xff")

    assert verify_command(f"{server.url}/proof", "--trust", str(tmp_path / "trust")) == 0
    with pytest.raises(InvalidInput, match="is not UTF-8"):
        verify_command(f"{server.url}/proof", "--trust", str(tmp_path / "binary"))


def test_a_trace_says_how_many_of_its_events_name_the_goods_themselves(guoji):
    _, some = guoji("sound-trace")
    _, all_of_them = guoji("sound-trace-partly-anchored")

    remark = "1 of them names the goods; that the others belong to them is this file's word."
    headline = "\nVerified: 2 of 2 events, through 2026-11-18 11:08:40 UTC\n"
    missing = (
        "Incomplete? Whether any is missing was not shown: the file does not show which events there are\n"
    )
    assert f"{headline}{missing}{remark}\n" in some
    assert "of them name" not in all_of_them


def test_the_headline_of_a_trace_says_how_many_events_are_unchecked(guoji):
    code, printed = guoji("sound-trace-partly-anchored")

    assert code == 0
    assert "\nVerified: 1 of 2 events (1 unchecked), through " in printed


@pytest.mark.parametrize(
    ("body", "what"),
    [(b"\n<!doctype html>", "a page"), (b'{"format": "guoji-trace/1", "events": []}', "a trace")],
)
def test_who_names_a_trace_page_is_told_where_its_proof_is(server, tmp_path, body, what):
    server.file = body
    (tmp_path / "saved").write_bytes(body)
    page = f"{server.url}/01/09521234500018/10/L1"
    said = {
        page: f"{server.url}/proof?subject={quote(LOT, safe='')}",
        f"{server.url}/about": f"{server.url}/proof?subject=<Digital Link>",
        str(tmp_path / "saved"): "<origin>/proof?subject=<Digital Link>",
    }

    for source, proof in said.items():
        with pytest.raises(InvalidInput) as refusal:
            verify_command(source)
        assert str(refusal.value) == f"{source} is {what}, not a proof; its proof is at {proof}"


@pytest.mark.parametrize("body", [b"proof", b"[]", b'{"format": "guoji-proof/1"}'])
def test_what_is_neither_a_proof_nor_a_page_is_refused_for_what_it_lacks(server, body):
    server.file = body

    with pytest.raises(InvalidInput, match=r"^http://127\.0\.0\.1:\d+: (not JSON|proof )"):
        verify_command(server.url)


def test_a_trace_that_is_whole_says_that_no_event_is_missing(guoji):
    code, text = guoji("sound-complete-trace")

    assert code == 0
    assert "\nNone is missing up to 2026-11-18 11:08:40 UTC (entry 5): 4 name the very goods\n" in text


def test_a_trace_that_goes_on_says_that_later_events_may_be_missing(guoji):
    code, text = guoji("sound-complete-trace-and-newer-events")
    _, as_json = guoji("sound-complete-trace-and-newer-events", "--json")

    assert code == 0
    up_to = "2026-11-18 11:08:40 UTC"
    newer = "2 newer ones are shown, and later ones may be missing"
    assert f"\nNone is missing up to {up_to} (entry 5): 4 name the very goods; {newer}\n" in text
    assert json.loads(as_json)["complete"] == {
        "outcome": "passed",
        "detail": f"none is missing up to {up_to} (entry 5): 4 name the very goods; {newer}",
        "index": 5,
        "up_to": up_to,
        "count": 4,
        "newer": 2,
    }


def test_completeness_of_before_is_none(guoji):
    code, text = guoji("sound-trace-complete-as-of-before")

    assert code == 0
    said = "event 6 came after entry 5, up to which the file is complete"
    assert f"\nIncomplete? Whether any is missing was not shown: {said}\n" in text
    assert "None is missing" not in text


@pytest.mark.parametrize("link", [LOT, f"{LOT}?17=261231", LOT.replace("id.gs1.org", "fruit.example")])
def test_a_proof_of_the_goods_that_were_asked_for_is_verified(guoji, link):
    for name in ("sound-trace", "sound-event"):
        code, _ = guoji(name, "--subject", link)

        assert code == 0


def test_a_trace_of_other_goods_is_contradicted(guoji):
    code, printed = guoji("sound-trace", "--subject", f"{LOT}9")
    _, believing_nobody = guoji("sound-trace", "--subject", f"{LOT}9", trust=False)

    assert code == 1
    said = f"subject: the file is about {LOT}, asked was {LOT}9"
    assert f"\nContradicted: {said}\n" in printed
    assert f"\nUnchecked: no trust policy was given; {said}\n" in believing_nobody


def test_an_event_that_does_not_name_the_goods_leaves_it_open_whether_it_is_theirs(guoji):
    code, printed = guoji("sound-event", "--subject", f"{LOT}9")

    assert code == 2
    assert f"\nUnchecked: subject: the event does not name {LOT}9\n" in printed


def test_what_a_url_asks_for_is_what_the_answer_must_be_about(guoji, server, tmp_path):
    guoji("sound-trace")
    trust = ("--trust", str(tmp_path / "trust"))
    of = {link: f"{server.url}/proof?subject={quote(link, safe='')}" for link in (LOT, f"{LOT}9")}

    assert verify_command(of[LOT], *trust) == 0
    assert verify_command(of[f"{LOT}9"], *trust) == 1
    assert verify_command(of[f"{LOT}9"], *trust, "--subject", LOT) == 0


def test_the_key_at_the_end_of_a_url_is_the_one_that_the_proof_must_have(guoji, server, tmp_path, capsys):
    guoji("sound-event")
    proof = json.loads((VECTORS / "sound-event.json").read_text())["proof"]
    key = leaf_hash(b64decode(proof["entry"])).hex()
    trust = ("--trust", str(tmp_path / "trust"))

    assert verify_command(f"{server.url}/proof/{key}", *trust) == 0
    assert verify_command(f"{server.url}/proof/{key[::-1]}", *trust) == 1
    said = f"Contradicted: subject: the entry has the key {key}, asked was {key[::-1]}"
    assert said in capsys.readouterr().out
    assert verify_command(str(tmp_path / "proof.json"), *trust, "--subject", key[::-1]) == 1


@pytest.mark.parametrize("query", ["subject=", "subject=conformant", f"subject={LOT}&subject={LOT}9"])
def test_a_url_that_asks_for_no_goods_or_for_two_is_refused(guoji, server, query):
    guoji("sound-trace")

    with pytest.raises(InvalidInput):
        verify_command(f"{server.url}/proof?{query}")


def test_the_report_comes_as_json_too(guoji):
    code, printed = guoji("sound-trace", "--json")
    report = json.loads(printed)

    assert code == 0
    assert (report["verdict"], report["verified"], report["total"]) == ("verified", 2, 2)
    assert report["naming_subject"] == 1
    assert report["events"][0]["steps"][0]["outcome"] == "passed"
    assert report["events"][0]["anchored_at"] == "2026-11-18 11:08:40 UTC"


def test_what_the_proof_says_cannot_steer_the_terminal_or_add_a_line(guoji):
    vector = json.loads((VECTORS / "sound-trace.json").read_text())
    vector["proof"]["proofs"][0]["event"]["bizStep"] = "\x1b]0;title\x07\nVerified: 9 of 9 events\u202e"
    forged_event = {
        **vector["proof"]["proofs"][0],
        "event": {"type": "Verified: all of it", "bizStep": "\u2028Verified: it all"},
    }

    code, printed = guoji("sound-trace", proof=vector["proof"])

    alone, printed_alone = guoji("sound-event", proof=forged_event)

    assert (code, alone) == (1, 1)
    assert not [line for line in printed_alone.splitlines() if line.startswith("Verified:")]
    assert not set("\x1b\x07\u202e") & set(printed)
    assert "\nVerified: 9" not in printed


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("no-such-file.json", "cannot read no-such-file.json: No such file"),
        (".", "cannot read .: Is a directory"),
        ("http://127.0.0.1:9/x", "cannot fetch http://127.0.0.1:9/x"),
        ("http://[", "cannot fetch http://["),
    ],
)
def test_what_cannot_be_read_is_refused_and_no_verdict(source, complaint):
    with pytest.raises(InvalidInput) as refusal:
        verify_command(source)

    assert str(refusal.value).startswith(complaint)


def test_a_proof_that_is_too_large_is_refused(guoji, server, tmp_path, monkeypatch):
    monkeypatch.setattr(verify, "MAX_BYTES", 100)

    with pytest.raises(InvalidInput, match="has more than 100 bytes"):
        guoji("sound-event")
    with pytest.raises(InvalidInput, match="has more than 100 bytes"):
        verify_command(server.url)


def test_the_verifier_loads_neither_server_nor_store_nor_web3():
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, traceability.cli.verify; print(*sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split()

    heavy = {
        "api",
        "traceability.store",
        "web3",
        "sqlalchemy",
        "fastapi",
        "pydantic",
        "iot_gateway",
        "paho",
        "rich",
    }
    assert not heavy & set(loaded)
