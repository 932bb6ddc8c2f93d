"""A connection to a NATS server, in its own protocol: nothing is read until we ask for it.

Our own, since the gateway is synchronous and wants little: `docs/adr/0026-pulled-from-jetstream.md`.
"""

import json
import secrets
import socket
import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from iot_gateway.logins import Address
from iot_gateway.tls import tls_context, why_not
from traceability.errors import InvalidInput, Unavailable

DEFAULT_PORT = 4222
ANSWER_WITHIN_S = 10.0
MAX_LINE_BYTES = 64 * 1024
MAX_PAYLOAD_BYTES = 64 * 1024 * 1024
"""NATS knows no larger message."""
_READ_BYTES = 1024 * 1024
_CONNECT = {
    "verbose": False,
    "pedantic": False,
    "protocol": 1,
    "headers": True,
    "no_responders": True,
    "lang": "python",
    "version": "guoji",
}


@dataclass(frozen=True, slots=True)
class Message:
    subject: str
    reply: bytes
    """Where an answer is expected; empty: nowhere."""
    header: bytes
    payload: bytes


def nats_address(nats_url: str, user: str, password: str, ca: Path | None = None) -> Address:
    """From `nats://host:port`, or `tls://` for TLS with a server that `ca` vouches for.

    Raises `InvalidInput`.
    """
    parts = urlsplit(nats_url)
    if parts.scheme not in ("nats", "tls") or not parts.hostname:
        raise InvalidInput(f"broker {nats_url!r} is not like nats://host:port or tls://host:port")
    return Address(
        parts.hostname, parts.port or DEFAULT_PORT, user, password, tls=parts.scheme == "tls", ca=ca
    )


class Connection:
    """Every method raises `Unavailable` once the connection is lost; it does not come back by itself."""

    def __init__(self, address: Address) -> None:
        """Connected and logged in. Raises `Unavailable` if not within `ANSWER_WITHIN_S`."""
        self._name = f"{address.host}:{address.port}"
        self._buffer = b""
        self._pongs = 0
        self._inbox = f"_INBOX.{secrets.token_hex(11)}."
        self._requests = 0
        try:
            self._socket = socket.create_connection((address.host, address.port), ANSWER_WITHIN_S)
        except OSError as error:
            raise self._lost(why_not(error)) from error
        try:
            self._log_in(address)
        except Unavailable:
            self.close()
            raise

    def close(self) -> None:
        self._socket.close()

    def new_inbox(self) -> str:
        """A subject that only we hear."""
        self._requests += 1
        return f"{self._inbox}{self._requests}"

    def send(self, frames: bytes) -> None:
        """`frames`: any number of what `publication` makes."""
        try:
            self._socket.settimeout(ANSWER_WITHIN_S)
            self._socket.sendall(frames)
        except OSError as error:
            raise self._lost(why_not(error)) from error

    def read(self, wait_s: float) -> list[Message]:
        """What has come since the last time; if nothing has, what comes within `wait_s`."""
        try:
            frames, self._buffer = split(self._buffer + self._received(wait_s))
        except InvalidInput as error:
            raise self._lost(str(error)) from error
        for frame in frames:
            if isinstance(frame, bytes):
                self._heed(frame)
        return [frame for frame in frames if isinstance(frame, Message)]

    def request(self, subject: str, question: object) -> dict[str, Any]:
        """The JSON object that answers `question`, within `ANSWER_WITHIN_S`."""
        inbox = self.new_inbox()
        self.send(publication(subject.encode(), json.dumps(question).encode(), inbox.encode()))
        give_up_at_s = time.monotonic() + ANSWER_WITHIN_S
        while (left_s := give_up_at_s - time.monotonic()) > 0:
            for message in self.read(left_s):
                if message.subject == inbox:
                    return self._object(subject, message)
        raise self._lost(f"no answer to {subject} within {ANSWER_WITHIN_S:.0f} s")

    def drain(self) -> list[Message]:
        """What the server has sent up to now and was not read. It sends nothing more to our inboxes."""
        self.send(b"UNSUB 1\r\nPING\r\n")
        expected, messages = self._pongs + 1, []
        give_up_at_s = time.monotonic() + ANSWER_WITHIN_S
        while self._pongs < expected and (left_s := give_up_at_s - time.monotonic()) > 0:
            messages += self.read(left_s)
        return messages

    def _log_in(self, address: Address) -> None:
        info = self._info()
        self.max_payload_bytes = self._max_payload_bytes(info)
        if address.tls:
            self._wrap(address)
        elif info.get("tls_required"):
            raise self._lost("it wants TLS: is it tls:// that you mean?")
        login = {**_CONNECT, "user": address.user, "pass": address.password}
        frames = f"CONNECT {json.dumps(login)}\r\nSUB {self._inbox}* 1\r\nPING\r\n"
        self.send(frames.encode())
        give_up_at_s = time.monotonic() + ANSWER_WITHIN_S
        while not self._pongs:
            if time.monotonic() > give_up_at_s:
                raise self._lost(f"no answer to our login within {ANSWER_WITHIN_S:.0f} s")
            self.read(1)

    def _info(self) -> dict[str, Any]:
        """The server's first line; it sends nothing more before we do."""
        line, give_up_at_s = b"", time.monotonic() + ANSWER_WITHIN_S
        while not line.endswith(b"\r\n") and len(line) <= MAX_LINE_BYTES:
            line += self._received(max(0, give_up_at_s - time.monotonic())) or b"\r\n"
        try:
            info = json.loads(line.removeprefix(b"INFO "))
        except (ValueError, RecursionError) as error:
            raise self._lost("it does not speak NATS there") from error
        return info if isinstance(info, dict) else {}

    def _max_payload_bytes(self, info: dict[str, Any]) -> int:
        """Bounded, since anybody may say so before TLS."""
        said = info.get("max_payload", 0)
        if not isinstance(said, int) or not 0 <= said <= MAX_PAYLOAD_BYTES:
            raise self._lost(f"its max_payload is {str(said)[:40]}, want at most {MAX_PAYLOAD_BYTES}")
        return said

    def _wrap(self, address: Address) -> None:
        try:
            self._socket.settimeout(ANSWER_WITHIN_S)
            self._socket = tls_context(address.ca).wrap_socket(self._socket, server_hostname=address.host)
        except OSError as error:
            raise self._lost(why_not(error)) from error

    def _received(self, wait_s: float) -> bytes:
        try:
            self._socket.settimeout(wait_s)
            received = self._socket.recv(_READ_BYTES)
        except (TimeoutError, BlockingIOError, ssl.SSLWantReadError):
            return b""
        except OSError as error:
            raise self._lost(why_not(error)) from error
        if not received:
            raise self._lost("it closed the connection")
        return received

    def _heed(self, line: bytes) -> None:
        if line == b"PING":
            self.send(b"PONG\r\n")
        elif line == b"PONG":
            self._pongs += 1
        elif line.startswith(b"-ERR"):
            raise self._lost(line[5:].decode(errors="replace"))

    def _object(self, subject: str, message: Message) -> dict[str, Any]:
        try:
            answer = json.loads(message.payload)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            said = message.header.split(b"\r\n")[0].decode(errors="replace") or "no JSON object"
            raise self._lost(f"{subject} is answered by {said}")
        return answer

    def _lost(self, reason: str) -> Unavailable:
        return Unavailable(f"NATS at {self._name}: {reason}")


def publication(subject: bytes, payload: bytes, reply: bytes = b"") -> bytes:
    return b"PUB %b %b %d\r\n%b\r\n" % (subject, reply, len(payload), payload)


def split(received: bytes) -> tuple[list[Message | bytes], bytes]:
    """The whole frames at the beginning of `received`, messages and lines of other kinds; and the rest.

    Raises `InvalidInput`.
    """
    frames: list[Message | bytes] = []
    at = 0
    while (end := received.find(b"\r\n", at)) >= 0:
        line, after = received[at:end], end + 2
        words = line.split(b" ")
        if words[0] in (b"MSG", b"HMSG"):
            at = after + _size(words[-1]) + 2
            if len(received) < at:
                return frames, received[end - len(line) :]
            frames.append(_message(words, received[after : at - 2]))
        else:
            frames.append(line)
            at = after
    if len(received) - at > MAX_LINE_BYTES:
        raise InvalidInput(f"it sent a line of over {MAX_LINE_BYTES} bytes")
    return frames, received[at:]


def _message(words: list[bytes], content: bytes) -> Message:
    # MSG subject sid [reply] size, HMSG subject sid [reply] header-size size
    sizes = 2 if words[0] == b"HMSG" else 1
    if not 3 + sizes <= len(words) <= 4 + sizes:
        raise InvalidInput(f"it sent {len(words)} words for a message")
    header_size = _size(words[-2]) if sizes == 2 else 0
    reply = words[3] if len(words) == 4 + sizes else b""
    return Message(words[1].decode(errors="replace"), reply, content[:header_size], content[header_size:])


def _size(word: bytes) -> int:
    if not word.isdigit() or len(word) > len(str(MAX_PAYLOAD_BYTES)):
        raise InvalidInput(f"it sent {word[:40]!r} in the place of a number")
    return int(word)
