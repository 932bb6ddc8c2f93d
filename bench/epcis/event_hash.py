"""Measures event hashes a second on one core, and how that compares with the release on PyPI.

    python bench/epcis/event_hash.py [--against-release] [--seconds 2]

`--against-release` installs epcis-event-hash-generator 1.9.3 into a throw-away environment.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

from traceability.epcis import event_hash

RELEASE = "epcis-event-hash-generator==1.9.3"
VECTORS = Path(__file__).parents[2] / "tests" / "vectors" / "epcis"
GOALS = {"simple event": 8_000, "20 sensor reports": 2_000}

# Runs inside the throw-away environment; reads one document, prints events a second of processor time.
MEASURE_RELEASE = """
import json, logging, sys, time
from epcis_event_hash_generator import hash_generator, json_to_py
logging.disable(logging.CRITICAL)
text, seconds = sys.stdin.read(), float(sys.argv[1])
count, start = 0, time.process_time()
while time.process_time() - start < seconds:
    events = json_to_py.event_list_from_epcis_document_str(text)
    count += len(hash_generator.epcis_hashes_from_events(events))
print(count / (time.process_time() - start))
"""


def main() -> int:
    args = _arguments()
    ours = {name: _measured(event, context, args.seconds) for name, (event, context) in _events().items()}
    for name, rate in ours.items():
        print(f"{name}: {rate:,.0f}/s, goal {GOALS[name]:,}/s")
    if args.against_release:
        _compare(ours, args.seconds)
    return 0 if all(rate >= GOALS[name] for name, rate in ours.items()) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--against-release", action="store_true", help=f"also measure {RELEASE}")
    parser.add_argument("--seconds", type=float, default=2, help="processor time for each measurement")
    return parser.parse_args()


def _events() -> dict[str, tuple[dict, list]]:
    relations = [json.loads(line) for line in (VECTORS / "relations.jsonl").read_text().splitlines()]
    by_name = {case["name"]: (case["event_a"], case["context_a"]) for case in relations}
    return {
        "simple event": by_name["rel/ms"],
        "20 sensor reports": by_name["rel/reorder-sensor-orchard-weather-20"],
    }


def _measured(event: dict, context: list, seconds: float) -> float:
    count, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        event_hash(event, context)
        count += 1
    return count / (time.process_time() - start)


def _compare(ours: dict[str, float], seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", RELEASE], check=True)
        for name, (event, context) in _events().items():
            document = {"@context": context, "epcisBody": {"eventList": [event]}, "type": "EPCISDocument"}
            theirs = float(_run_release(python, json.dumps(document), seconds))
            print(f"{name}: release 1.9.3 {theirs:,.0f}/s, ours {ours[name] / theirs:,.0f} times as many")


def _run_release(python: Path, document: str, seconds: float) -> str:
    command = [python, "-c", MEASURE_RELEASE, str(seconds)]
    return subprocess.run(command, input=document, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
