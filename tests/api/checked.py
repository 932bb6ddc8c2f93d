"""A page whose proof is real: a trace of the shared vectors, and a chain endpoint that phones can ask."""

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.api.samples import a_body, a_trace, a_traced_event
from tests.api.serving import SampleLedger
from traceability.epcis.event import Event
from traceability.errors import ChainUnavailable
from traceability.ledger.trace import Grade

SUBJECT = "https://id.gs1.org/01/09521234500018/10/L1"
PATH = "/01/09521234500018/10/L1"
_VECTORS = Path(__file__).parents[1] / "vectors" / "proof"


def vector(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_VECTORS / f"{name}.json").read_text("utf-8"))
    return found


def a_ledger(name: str = "sound-complete-trace", endpoint: str | None = None, **fields: Any) -> SampleLedger:
    """That states the trace of this vector to be verified; `endpoint` is named in its policy."""
    of = vector(name)
    events = tuple(
        a_traced_event(
            a_body("shipping", number, "farm") | proof["event"],
            key=sha256(b"\0" + b64decode(proof["entry"])).hexdigest(),
            grade=Grade.IMPORTED if proof["batch"] is None else Grade.DEVICE,
            event=Event(proof["event"], []),
        )
        for number, proof in enumerate(of["proof"]["proofs"])
    )
    trace = a_trace(subject=SUBJECT, events=fields.pop("events", events))
    line = "" if endpoint is None else f"endpoint {endpoint}\n"
    bundle = json.dumps(of["proof"]).encode()
    return SampleLedger({SUBJECT: trace}, policy=of["policy"] + line, bundle=bundle, **fields)


class VectorChain:
    """Answers JSON-RPC calls as a chain of a vector does."""

    def __init__(self, name: str = "sound-complete-trace", number: int = 0) -> None:
        self._chain = vector(name)["chains"][number]

    def __call__(self, method: str, *params: Any) -> object:
        chain = self._chain
        match method, params:
            case "eth_chainId", ():
                return hex(chain["chain_id"])
            case "eth_getTransactionReceipt", (transaction,):
                return _receipt(chain["receipts"][transaction])
            case "eth_getBlockByNumber", ("finalized", False):
                return {"number": hex(chain["finalized"])}
            case "eth_getBlockByNumber", (number, False):
                block = chain["blocks"][str(int(number, 16))]
                return {"hash": block["hash"], "timestamp": hex(block["mined_at_s"])}
            case "eth_call", _:
                return f"0x{chain['head']['root']}{chain['head']['size']:064x}{0:064x}"
        raise ChainUnavailable(method)


def _receipt(receipt: dict[str, Any]) -> dict[str, object]:
    logs = [
        {
            "address": event["address"],
            "topics": [f"0x{topic}" for topic in event["topics"]],
            "data": f"0x{event['data']}",
        }
        for event in receipt["events"]
    ]
    return {
        "status": hex(receipt["succeeded"]),
        "blockNumber": hex(receipt["block_number"]),
        "blockHash": receipt["block_hash"],
        "logs": logs,
    }


@contextmanager
def an_endpoint(chain: VectorChain) -> Iterator[str]:
    """The address of a server that answers any page's calls."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *words: object) -> None:
            pass

        def do_OPTIONS(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            result = chain(request["method"], *request["params"])
            self._answer(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}).encode())

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Headers", "Content-Type")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
