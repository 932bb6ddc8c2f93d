"""`guoji verify` as a stranger uses it: files and URLs in, steps and an exit code out, over a real socket."""

import argparse
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from traceability.cli import verify
from traceability.errors import InvalidInput

AWAY = "http://127.0.0.1:9"
VECTORS = Path(__file__).parents[1] / "vectors" / "proof"


class Endpoint(BaseHTTPRequestHandler):
    """Serves JSON-RPC from `server.chain` on POST, and `server.file` on GET."""

    def do_POST(self):
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        result = rpc_result(self.server.chain, question["method"], question["params"])
        self._send(json.dumps({"jsonrpc": "2.0", "id": question["id"], "result": result}).encode())

    def do_GET(self):
        self._send(self.server.file)

    def _send(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def rpc_result(chain, method, params):
    match method:
        case "eth_chainId":
            return hex(chain["chain_id"])
        case "eth_getBlockByNumber" if params[0] == "finalized":
            return {"number": hex(chain["finalized"]), "hash": "0x" + "00" * 32, "timestamp": "0x0"}
        case "eth_getBlockByNumber":
            block = chain["blocks"].get(str(int(params[0], 16)))
            return block and {
                "number": params[0],
                "hash": block["hash"],
                "timestamp": hex(block["mined_at_s"]),
            }
        case "eth_getTransactionReceipt":
            receipt = chain["receipts"].get(params[0])
            return receipt and rpc_receipt(receipt)
        case "eth_call":
            head = chain["head"]
            return "0x" + head["root"] + f"{head['size']:064x}" + f"{0:064x}"


def rpc_receipt(receipt):
    logs = [
        {"address": e["address"], "topics": ["0x" + topic for topic in e["topics"]], "data": "0x" + e["data"]}
        for e in receipt["events"]
    ]
    status, number = hex(receipt["succeeded"]), hex(receipt["block_number"])
    return {"status": status, "blockNumber": number, "blockHash": receipt["block_hash"], "logs": logs}


@pytest.fixture
def server():
    with HTTPServer(("127.0.0.1", 0), Endpoint) as server:
        server.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


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
    assert "It does not say that what was recorded is true" in printed


def test_every_step_is_printed(guoji):
    _, printed = guoji("sound-event")

    names = ["policy", "event", "readings", "inclusion", "checkpoint", "anchor"]
    assert [line.split()[:2] for line in printed.splitlines()[:6]] == [[name, "ok"] for name in names]


def test_a_trace_prints_a_line_an_event_and_failing_steps_in_full(guoji):
    _, printed = guoji("lie-trace-with-one-lie")
    _, verbose = guoji("lie-trace-with-one-lie", "--verbose")

    assert (
        "   1 * Verified     ObjectEvent shipping 2026-11-18T08:00:00.000Z\n   2 * Contradicted " in printed
    )
    assert printed.count("FAILED") == 1
    assert " ok " not in printed
    assert verbose.count(" ok ") == 11


def test_without_a_trust_file_the_verdict_is_unchecked(guoji):
    code, printed = guoji("sound-event", trust=False)

    assert code == 2
    assert "Unchecked: no trust policy was given" in printed
    assert "--trust" in printed


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


def test_the_report_comes_as_json_too(guoji):
    code, printed = guoji("sound-trace", "--json")
    report = json.loads(printed)

    assert code == 0
    assert (report["verdict"], report["verified"], report["total"]) == ("verified", 2, 2)
    assert report["events"][0]["steps"][0]["outcome"] == "passed"
    assert report["events"][0]["anchored_at"] == "2026-11-18 11:08:40 UTC"


def test_what_the_proof_says_cannot_steer_the_terminal_or_add_a_line(guoji):
    vector = json.loads((VECTORS / "sound-trace.json").read_text())
    vector["proof"]["subject"] = "\x1b[2Jgone\nVerified: 9 of 9 events\u202e"
    vector["proof"]["proofs"][0]["event"]["bizStep"] = "\x1b]0;title\x07\n"

    code, printed = guoji("sound-trace", proof=vector["proof"])

    assert code == 1
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
