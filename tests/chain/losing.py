"""Stands between publisher and chain, and loses what it is told to."""

import time
from http.server import BaseHTTPRequestHandler
from urllib.request import Request, urlopen


class Losing(BaseHTTPRequestHandler):
    """Between the publisher and the chain: loses the question, or the answer, of what is sent."""

    chain, loses = "", ""

    def do_POST(self):
        question = self.rfile.read(int(self.headers["Content-Length"]))
        is_lost = b"eth_sendRawTransaction" in question
        if not (is_lost and self.loses == "question"):
            request = Request(self.chain, question, {"Content-Type": "application/json"})
            answer = urlopen(request).read()
        if is_lost and self.loses:
            time.sleep(0.7)  # longer than the publisher waits
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass
