"""Measures how fast the warm trace page is served on one core, beside nginx and a plain route, in one run.

    python -m bench.scan.warm [--rounds 3] [--seconds 5]

Each server has one core to itself, and wrk (Debian package `wrk`) the other. All but the plain route send the
same bytes in brotli. The sides take turns. Prints the table of docs/benchmarks/scan.md.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

from api.page_cache import SETTLED_S
from bench.scan.processes import processor_s
from bench.scan.scene import PATH, scene
from tests.nginx import nginx, wait_for
from traceability.ports import take_port

SERVER, LOAD = ["taskset", "-c", "1"], ["taskset", "-c", "0"]
CONNECTIONS = 32
HEADERS = {"Accept": "text/html", "Accept-Encoding": "br", "Accept-Language": "zh-CN"}
STATIC, CACHED, OURS, PLAIN = "nginx, a file", "nginx, proxy_cache", "Guoji", "plain FastAPI route"
BARE = "uvloop alone"
"""It reads no request and sends the same bytes to all: as fast as Python can be on one core."""
OF_STATIC, OF_PLAIN = 0.5, 8
FILE = """
server {{
    listen 127.0.0.1:{port};
    types {{ }}
    location / {{
        root {folder};
        default_type "text/html; charset=utf-8";
        add_header Content-Encoding br;
        add_header Vary "Accept, Accept-Language, Accept-Encoding";
        add_header Cache-Control no-cache;
    }}
}}
"""
CACHE = """
proxy_cache_path {folder} keys_zone=pages:8m;
server {{
    listen 127.0.0.1:{port};
    location / {{
        proxy_pass http://127.0.0.1:{behind};
        proxy_cache pages;
        proxy_cache_key $uri$http_accept_language;
        proxy_cache_valid 1h;
        proxy_ignore_headers Cache-Control Vary;
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    pid: int


@dataclass(frozen=True, slots=True)
class Rate:
    """Answers a second, by the clock and of the server's processor time."""

    by_clock: float
    of_processor: float
    slow_ms: float
    """The slowest of a hundred takes longer."""


Side = Callable[[], AbstractContextManager[Server]]


def main() -> int:
    args = _arguments()
    if shutil.which("wrk") is None:
        sys.exit("warm: wrk is missing; it is Debian's package wrk")
    with scene() as lot, TemporaryDirectory() as folder:
        environment = dict(lot.running.environment)
        lot.running.down()  # nothing else is to use the cores
        ours = partial(_guoji, environment)
        sides: dict[str, Side] = {
            STATIC: partial(_static, Path(folder), ours),
            CACHED: partial(_cached, Path(folder), ours),
            OURS: ours,
            BARE: partial(_bare, Path(folder)),
            PLAIN: partial(_plain, environment),
        }
        rates: dict[str, list[Rate]] = {side: [] for side in sides}
        bodies: dict[str, bytes] = {}
        for _ in range(args.rounds):
            for side, start in sides.items():
                with start() as server:
                    rates[side].append(_load(server, args.seconds))
                    bodies[side] = _body(server.port)
    return _show(rates, bodies)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3, help="runs of each (default 3)")
    parser.add_argument("--seconds", type=int, default=5, help="of a run (default 5)")
    return parser.parse_args()


@contextmanager
def _process(command: Sequence[str], environment: Mapping[str, str], port: int) -> Iterator[Server]:
    process = subprocess.Popen([*SERVER, *command], env=environment, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def _guoji(environment: Mapping[str, str]) -> AbstractContextManager[Server]:
    port = take_port()
    command = [sys.executable, "-m", "traceability.cli.main", "serve"]
    return _process(command, {**environment, "GUOJI_HTTP_PORT": str(port)}, port)


def _plain(environment: Mapping[str, str]) -> AbstractContextManager[Server]:
    port = take_port()
    command = [sys.executable, "-m", "uvicorn", "--factory", "bench.scan.plain:app", "--port", str(port)]
    return _process([*command, "--no-access-log", "--log-level", "error"], environment, port)


@contextmanager
def _static(folder: Path, ours: Side) -> Iterator[Server]:
    root = folder / "files"
    file = root / PATH.strip("/")
    if not file.exists():
        file.parent.mkdir(parents=True)
        with ours() as server:
            _warm(server)
            file.write_bytes(_body(server.port))
    port = take_port()
    http = FILE.format(port=port, folder=root)
    with TemporaryDirectory() as own, nginx(Path(own) / "nginx", http, port, SERVER) as process:
        yield Server(port, process.pid)


def _bare(folder: Path) -> AbstractContextManager[Server]:
    port, file = take_port(), folder / "files" / PATH.strip("/")
    return _process([sys.executable, "-m", "bench.scan.bare", str(port), str(file)], os.environ, port)


@contextmanager
def _cached(folder: Path, ours: Side) -> Iterator[Server]:
    port = take_port()
    with ours() as behind, TemporaryDirectory(dir=folder) as own:
        http = CACHE.format(port=port, folder=Path(own) / "cache", behind=behind.port)
        with nginx(Path(own) / "nginx", http, port, SERVER) as process:
            yield Server(port, process.pid)


def _body(port: int) -> bytes:
    with urlopen(Request(f"http://127.0.0.1:{port}{PATH}", headers=HEADERS), timeout=30) as answer:
        body: bytes = answer.read()
        return body


def _warm(server: Server) -> None:
    """Until a page that many ask for has its smallest form."""
    _wrk(server, SETTLED_S + 2)


def _wrk(server: Server, seconds: int) -> str:
    headers = [word for name, value in HEADERS.items() for word in ("-H", f"{name}: {value}")]
    command = [*LOAD, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}", "--latency", *headers]
    url = f"http://127.0.0.1:{server.port}{PATH}"
    return subprocess.run([*command, url], check=True, capture_output=True, text=True).stdout


def _load(server: Server, seconds: int) -> Rate:
    _warm(server)
    before_s = processor_s(server.pid)
    told = _wrk(server, seconds)
    worked_s = processor_s(server.pid) - before_s
    wrong = re.search(r"Non-2xx.*|Socket errors.*", told)
    if wrong:
        raise AssertionError(wrong[0])
    requests, a_second = (
        float(_found(pattern, told)) for pattern in (r"(\d+) requests in", r"Requests/sec: +([\d.]+)")
    )
    late, unit = re.search(r"99% +([\d.]+)(us|ms|s)", told).groups()  # type: ignore[union-attr]
    return Rate(a_second, requests / worked_s, float(late) * {"us": 0.001, "ms": 1, "s": 1000}[unit])


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise AssertionError(text)
    return found[1]


def _show(rates: Mapping[str, Sequence[Rate]], bodies: Mapping[str, bytes]) -> int:
    middle = {
        side: [median(each) for each in zip(*map(astuple, of), strict=True)] for side, of in rates.items()
    }
    print(f"{CONNECTIONS} connections, median of {len(rates[OURS])}\n")
    print("| | bytes | answers/s | of the file's | of processor/s | of the file's | 99 of 100, ms |")
    print("|---|---|---|---|---|---|---|")
    first = middle[STATIC]
    for side, (clock, processor, slow_ms) in middle.items():
        shares = f"{clock:,.0f} | {clock / first[0]:.2f} | {processor:,.0f} | {processor / first[1]:.2f}"
        print(f"| {side} | {len(bodies[side]):,} | {shares} | {slow_ms:.1f} |")
    of_plain = middle[OURS][0] / middle[PLAIN][0]
    print(f"\nGuoji answers {of_plain:.1f} times as often as the plain route")
    return 0 if middle[OURS][0] / first[0] >= OF_STATIC and of_plain > OF_PLAIN else 1


if __name__ == "__main__":
    sys.exit(main())
