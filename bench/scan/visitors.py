"""Visitors who scan at a steady pace, whatever the server does: what each was answered, and when."""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count

LANGUAGES = ("zh-CN", "en")
AT_ONCE = 128
"""Visitors who are being answered at most; more wait, and that counts as waiting for the answer."""
NEW_EACH = 10
"""One in so many comes by a connection of its own."""
PATIENCE_S = 30
"""Who has no answer by then counts as an error."""
KNOWING = 0.3
"""The share that has seen the page before, and asks with If-None-Match."""


@dataclass(frozen=True, slots=True)
class Answer:
    path: str
    language: str
    answered_at_s: float
    """By the monotonic clock."""
    waited_s: float
    """Since the moment at which this visitor was to come."""
    status: int
    """0: there was no answer."""
    spoke: str
    """Content-Language; of "not modified", the language asked for."""
    body: bytes
    """The digest of what the visitor sees now: of "not modified", what was sent under this ETag."""


@dataclass(slots=True)
class Crowd:
    """`paths` and how often each is scanned, among the sum of all; `bodies` by their digest, each once."""

    port: int
    host: str
    paths: Mapping[str, float]
    answers: list[Answer] = field(default_factory=list)
    bodies: dict[bytes, bytes] = field(default_factory=dict)
    _etags: dict[tuple[str, str], str] = field(default_factory=dict)
    _seen: dict[tuple[str, str, str], bytes] = field(default_factory=dict)

    async def come(self, scans: int, seconds: float) -> None:
        chosen = random.Random(1)
        paths = chosen.choices(list(self.paths), list(self.paths.values()), k=scans)
        numbers, began_s = count(), time.monotonic()

        async def visitor() -> None:
            line: _Line | None = None
            while (number := next(numbers)) < scans:
                due_s = began_s + seconds * number / scans
                await asyncio.sleep(max(due_s - time.monotonic(), 0))
                own = number % NEW_EACH == 0
                knows = chosen.random() < KNOWING
                line = await self._scan(line, paths[number], LANGUAGES[number % 2], due_s, own, knows)
            if line is not None:
                line.writer.close()

        await asyncio.gather(*(visitor() for _ in range(AT_ONCE)))

    async def _scan(
        self, line: "_Line | None", path: str, language: str, due_s: float, own: bool, knows: bool
    ) -> "_Line | None":
        etag = self._etags.get((path, language), "") if knows else ""
        status, headers, body = 0, dict[str, str](), b""
        try:
            async with asyncio.timeout(PATIENCE_S):
                if own or line is None:
                    if line is not None:
                        line.writer.close()
                    line = _Line(*await asyncio.open_connection("127.0.0.1", self.port))
                status, headers, body = await line.ask(self.host, path, language, etag, own)
        except (OSError, asyncio.IncompleteReadError, KeyError, ValueError):
            if line is not None:
                line.writer.close()
            line = None
        answered_at_s = time.monotonic()
        digest = self._seen_by(path, language, status, headers, body, etag)
        spoke = headers.get("content-language", language if status == 304 else "")
        waited_s = answered_at_s - due_s
        self.answers.append(Answer(path, language, answered_at_s, waited_s, status, spoke, digest))
        if own and line is not None:
            line.writer.close()
            line = None
        return line

    def _seen_by(
        self, path: str, language: str, status: int, headers: Mapping[str, str], body: bytes, asked: str
    ) -> bytes:
        if status == 304:
            return self._seen[path, language, asked]
        digest = sha256(body).digest()
        self.bodies.setdefault(digest, body)
        if status == 200 and "etag" in headers:
            self._etags[path, language] = headers["etag"]
            self._seen[path, language, headers["etag"]] = digest
        return digest


@dataclass(frozen=True, slots=True)
class _Line:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(
        self, host: str, path: str, language: str, etag: str, is_last: bool
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers by their names in small letters, body. Raises `ValueError` or `KeyError`."""
        said = [
            f"GET {path} HTTP/1.1", f"Host: {host}", "Accept: text/html", "Accept-Encoding: br",
            f"Accept-Language: {language}", f"Connection: {'close' if is_last else 'keep-alive'}",
        ]  # fmt: skip
        said += [f"If-None-Match: {etag}"] if etag else []
        self.writer.write("\r\n".join([*said, "", ""]).encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = _headers(head[1:-2])
        status = int(head[0].split()[1])
        size = 0 if status == 304 else int(headers["content-length"])
        return status, headers, await self.reader.readexactly(size)


def _headers(lines: Sequence[str]) -> Mapping[str, str]:
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
