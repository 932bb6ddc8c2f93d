"""Measures how long a captured event waits until it is under a signed checkpoint, as whoever sent it sees it.

Makes an installation with default settings in a temporary folder, runs `guoji up`, and captures events over
HTTP at random moments. An event counts as under a checkpoint when its proof can be fetched. Prints the table
of docs/benchmarks/log.md.
"""

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median, quantiles
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

GUOJI = [sys.executable, "-m", "traceability.cli.main"]
PARTY = "9521234000006"
READY_WITHIN_S, PROVED_WITHIN_S = 180, 30
LOOK_EVERY_S = 0.01
GOAL_S = 1.2


def main() -> int:
    args = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GUOJI_")}
        environment |= {"GUOJI_HOME": str(Path(folder) / "home"), "GUOJI_HTTP_PORT": str(_free_port())}
        url = f"http://127.0.0.1:{environment['GUOJI_HTTP_PORT']}"
        with (Path(folder) / "up.log").open("wb") as log:
            up = subprocess.Popen([*GUOJI, "up"], env=environment, stdout=log, stderr=log)
        try:
            _wait_until_ready(url)
            token = _token(environment)
            took_s = [_capture(url, token, number) for number in range(args.events)]
        finally:
            up.terminate()
            up.wait(60)
    _show(took_s)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=200, help="events that are captured (default 200)")
    return parser.parse_args()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(url: str) -> None:
    give_up_at_s = time.monotonic() + READY_WITHIN_S
    while True:
        try:
            urlopen(f"{url}/readyz", timeout=5).close()
            return
        except (URLError, OSError):
            if time.monotonic() > give_up_at_s:
                raise
            time.sleep(0.2)


def _token(environment: Mapping[str, str]) -> str:
    words = [*GUOJI, "token", "issue", "bench", "--role", "capture", "--party", PARTY]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def _capture(url: str, token: str, number: int) -> float:
    """Seconds from the sending of an event until its proof is there."""
    time.sleep(random.uniform(0, 1))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/ld+json"}
    start_s = time.perf_counter()
    with urlopen(Request(f"{url}/capture", _document(number), headers), timeout=30) as answer:
        [captured] = json.load(answer)["captured"]
    while not _is_proved(f"{url}/proof/{captured['key']}"):
        if time.perf_counter() > start_s + PROVED_WITHIN_S:
            raise TimeoutError(f"event {number} is under no checkpoint after {PROVED_WITHIN_S} s")
        time.sleep(LOOK_EVERY_S)
    return time.perf_counter() - start_s


def _is_proved(url: str) -> bool:
    try:
        urlopen(url, timeout=30).close()
    except HTTPError as error:
        error.close()
        if error.code != 503:
            raise
        return False
    return True


def _document(number: int) -> bytes:
    event = {
        "type": "ObjectEvent",
        "eventTime": "2026-11-20T06:00:00.000Z",
        "eventTimeZoneOffset": "+00:00",
        "action": "ADD",
        "bizStep": "commissioning",
        "readPoint": {"id": "https://id.gs1.org/414/9521234000013"},
        "quantityList": [
            {"epcClass": "https://id.gs1.org/01/09521234000013/10/F1", "quantity": number + 1, "uom": "KGM"}
        ],
    }
    document = {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-22T00:00:00.000Z",
        "epcisBody": {"eventList": [event]},
    }
    return json.dumps(document).encode()


def _show(took_s: list[float]) -> None:
    print(f"{len(took_s)} events, each sent at a random moment\n")
    print("| | seconds | goal |\n|---|---|---|")
    print(f"| median | {median(took_s):.2f} | less than {GOAL_S} |")
    print(f"| 95 of 100 | {quantiles(took_s, n=20)[-1]:.2f} | |")
    print(f"| longest | {max(took_s):.2f} | |")


if __name__ == "__main__":
    sys.exit(main())
