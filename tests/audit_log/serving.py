"""A web server over a log's folder that can lie: it answers some paths with what a test puts there."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Lie = bytes | Callable[[BaseHTTPRequestHandler], None]
"""What is served instead, or what answers instead."""


class Serving(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.lies: dict[str, Lie] = {}
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """The auditor had enough of it."""


class _Handler(BaseHTTPRequestHandler):
    server: Serving

    def do_GET(self) -> None:
        path = self.path.removeprefix("/")
        self.server.asked.append(path)
        lie = self.server.lies.get(path)
        if callable(lie):
            lie(self)
            return
        file = self.server.folder / path
        data = lie if lie is not None else file.read_bytes() if file.is_file() else None
        self.send_response(404 if data is None else 200)
        self.end_headers()
        with suppress(ConnectionError):
            self.wfile.write(data or b"")

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(folder: Path) -> Iterator[Serving]:
    server = Serving(folder)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
