"""A webhook's receiver and a mail relay, real ones on this machine, that remember what came."""

import socketserver
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Sink:
    port: int = 0
    came: list = field(default_factory=list)
    """Of webhooks: path, headers by small letters, body. Of mail: the lines of each message."""
    answers: list[int] = field(default_factory=list)
    """Status of the next answers; 204 when there are none left."""
    refuse_mail: bool = False


@contextmanager
def webhook_sink(tls=None):
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sink.came.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            status = sink.answers.pop(0) if sink.answers else 204
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"http://127.0.0.1:{sink.port}/elsewhere")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    with _serving(server, sink):
        yield sink


@contextmanager
def mail_sink():
    sink = Sink()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.say("220 sink")
            while line := self.rfile.readline():
                self.answer(line.decode().strip())

        def answer(self, line):
            match line.split(maxsplit=1)[0].upper():
                case "DATA":
                    self.say("354 go on")
                    message = []
                    while (text := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                        message.append(text)
                    sink.came.append(message)
                    self.say("250 taken")
                case "RCPT" if sink.refuse_mail:
                    self.say("550 nobody here")
                case "QUIT":
                    self.say("221 bye")
                case _:
                    self.say("250 well")

        def say(self, line):
            self.wfile.write(f"{line}\r\n".encode())

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler), sink):
        yield sink


@contextmanager
def _serving(server, sink):
    sink.port = server.server_address[1]
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
