"""Chain endpoints on real sockets that answer what a proof vector says they do."""

import json
import threading
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from traceability.chain.rpc import PREDECESSOR_SELECTOR

AWAY = "http://127.0.0.1:9"
"""Nobody listens there."""


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
        case "eth_blockNumber":
            return hex(chain["finalized"] + 2)
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
            call = bytes.fromhex(params[0]["data"].removeprefix("0x"))
            selector, log_id = call[:4], call[4:].hex()
            if selector == PREDECESSOR_SELECTOR:
                return "0x" + chain.get("predecessors", {}).get(log_id, bytes(32).hex())
            head = chain.get("heads", {}).get(log_id, chain["head"])
            return "0x" + head["root"] + f"{head['size']:064x}" + f"{0:064x}"


def rpc_receipt(receipt):
    logs = [
        {"address": e["address"], "topics": ["0x" + topic for topic in e["topics"]], "data": "0x" + e["data"]}
        for e in receipt["events"]
    ]
    status, number = hex(receipt["succeeded"]), hex(receipt["block_number"])
    return {"status": status, "blockNumber": number, "blockHash": receipt["block_hash"], "logs": logs}


@contextmanager
def serving():
    """An endpoint; the test sets its `chain` and `file`."""
    with HTTPServer(("127.0.0.1", 0), Endpoint) as server:
        server.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@contextmanager
def endpoints(chains):
    """The URLs of a vector's chains. One that is there twice is one host under two URLs."""
    urls, known = [], {}
    with ExitStack() as stack:
        for chain in chains:
            if chain.get("away"):
                urls.append(AWAY)
            elif chain["name"] in known:
                urls.append(f"{known[chain['name']]}/again")
            else:
                server = stack.enter_context(serving())
                server.chain = chain
                known[chain["name"]] = server.url
                urls.append(server.url)
        yield urls
