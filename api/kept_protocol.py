"""Answers who asks for a kept page as soon as the request is read; all else is told to uvicorn."""

from functools import lru_cache

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from api.front import Front

MOST_FIELDS = 100
MOST_HEAD_BYTES = 64 * 1024
"""Of a request that is no body: its head, and what trails a body in chunks."""
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class KeptProtocol(HttpToolsProtocol):
    """HTTP on one connection, as llhttp reads it. What it reads is either answered here or told to uvicorn.

    Answered here is only what leaves nothing open: a GET on a connection that stays, when nothing before it
    is still being answered and the reader takes what it is sent.
    """

    def __init__(
        self,
        front: Front,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, object],
        **_: object,
    ) -> None:
        super().__init__(config, server_state, app_state)
        self._front = front
        self._target = b""
        self._fields: list[tuple[bytes, bytes]] = []
        self._arrived = self._bodiless = 0
        self._is_in_message = self._is_in_head = self._is_answered = False
        self._has_asked = True

    def data_received(self, data: bytes) -> None:
        self._arrived = len(data)
        super().data_received(data)
        self._bodiless += self._arrived
        if self._is_in_message and self._bodiless > MOST_HEAD_BYTES:
            self._refuse()

    def on_message_begin(self) -> None:
        self._target, self._fields = b"", []
        self._is_in_message, self._is_in_head, self._is_answered = True, True, False
        # What arrived with its beginning may be others' for the most part.
        self._bodiless = -self._arrived

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        # What follows a body in chunks is for nobody here.
        if self._is_in_head:
            self._fields.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        if len(self._fields) > MOST_FIELDS:
            self._refuse()
        self._is_in_head, self._has_asked = False, True
        # On a line that is being closed nothing is answered, and nothing is done.
        self._is_answered = self.transport.is_closing() or (self._may_answer() and self._answers())
        if not self._is_answered:
            self._tell_uvicorn()

    def on_body(self, body: bytes) -> None:
        self._bodiless = -self._arrived
        if not self._is_answered:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._is_in_message = False
        if not self._is_answered:
            super().on_message_complete()

    def close_if_idle(self) -> None:
        """Unless something was asked since this was last called, or is being answered."""
        if not self._has_asked and self._is_at_rest():
            self.transport.close()
        self._has_asked = False

    def _is_at_rest(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _may_answer(self) -> bool:
        parser = self.parser
        return (
            self._is_at_rest()
            and not self.flow.write_paused
            and parser.get_method() == b"GET"
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not parser.should_upgrade()
        )

    def _answers(self) -> bool:
        # Of a header that is sent twice, the first counts, as for the framework.
        headers = dict(reversed(self._fields))
        answer = self._front.at_hand(self._target, headers)
        if answer is None:
            return False
        status, rest = answer[0], answer[1:]
        self.transport.write(b"".join((status, *map(_line, self.server_state.default_headers), *rest)))
        return True

    def _tell_uvicorn(self) -> None:
        super().on_message_begin()
        super().on_url(self._target)
        for name, value in self._fields:
            super().on_header(name, value)
        super().on_headers_complete()

    def _refuse(self) -> None:
        # While another request is being answered, this would be taken for its answer.
        if self._is_in_head and self._is_at_rest():
            self.transport.write(_TOO_LARGE)
        self._is_in_message = self._is_in_head = False
        self.transport.close()


@lru_cache(4)
def _line(header: tuple[bytes, bytes]) -> bytes:
    """Date changes once a second."""
    return b"%b: %b\r\n" % header
