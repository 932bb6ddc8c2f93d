"""Holds open connections and stamps what comes over them, in a process of its own.

    python -m bench.live.listeners PORT PATH COUNT [--websocket]

Says when all listen. Of each number that is written to it, it says when all have heard that state. At the end
of its input it prints, as JSON, for each state by its number when each listener had it (nanoseconds of the
clock that all processes share).
"""

import argparse
import asyncio
import json
import re
import resource
import sys
import time
from collections import defaultdict
from contextlib import suppress
from functools import partial
from typing import cast

import uvloop

AT_ONCE = 100
"""Connections that are made at a time."""
NETWORKS = 64
"""So many networks of loopback they come from: no server gives all places to one."""
TRIES = 50
_NUMBER = re.compile(rb'"number":(\d+)')
_UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


class Heard:
    def __init__(self) -> None:
        self.at_ns: defaultdict[int, list[int]] = defaultdict(list)
        self.lost = 0


class Line(asyncio.Protocol):
    def __init__(self, request: bytes, heard: Heard, first: "asyncio.Future[None]") -> None:
        self._request, self._heard, self._first = request, heard, first
        self._newest = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        now_ns = time.monotonic_ns()
        for found in _NUMBER.finditer(data):
            number = int(found[1])
            if number > self._newest:
                self._newest = number
                self._heard.at_ns[number].append(now_ns)
                if not self._first.done():
                    self._first.set_result(None)

    def connection_lost(self, _error: Exception | None) -> None:
        if self._first.done():
            self._heard.lost += 1
        else:
            self._first.set_exception(ConnectionError("hung up before the first state"))


async def listen(port: int, path: str, count: int, extra: str) -> Heard:
    loop, heard, places = asyncio.get_running_loop(), Heard(), asyncio.Semaphore(AT_ONCE)
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{extra}\r\n".encode()

    async def come(number: int) -> None:
        async with places:
            own = f"127.0.{number % NETWORKS}.1", 0
            for _ in range(TRIES):
                first: asyncio.Future[None] = loop.create_future()
                # As a browser does: whom a dying worker had in its line comes back.
                with suppress(ConnectionError):
                    await loop.create_connection(
                        partial(Line, request, heard, first), "127.0.0.1", port, local_addr=own
                    )
                    return await first
                await asyncio.sleep(0.1)
            raise ConnectionError(f"listener {number} was not let in")

    await asyncio.gather(*(come(number) for number in range(count)))
    print("all listen", flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        while len(heard.at_ns[int(line)]) + heard.lost < count:
            await asyncio.sleep(0.01)
        print("all heard", flush=True)
    return heard


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("port", type=int)
    parser.add_argument("path")
    parser.add_argument("count", type=int)
    parser.add_argument("--websocket", action="store_true")
    args = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    heard = uvloop.run(listen(args.port, args.path, args.count, _UPGRADE if args.websocket else ""))
    json.dump({"lost": heard.lost, "at_ns": heard.at_ns}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
