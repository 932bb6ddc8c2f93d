"""Measures how fast a local mirror is audited, beside bare hashing of the same entries, in one run.

A synthetic log is written as files, with a map entry after each 200 events. Every other event is a batch of
one of 1,000 devices; the others name a lot, ten events a lot; all name one of 100 places. The bare loop
computes the same leaf hashes and nothing else. Each run is a process of its own, and processor time is
counted. Trust the ratios, not the times. Prints the table of docs/benchmarks/audit.md.

    python -m bench.audit.audit
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from statistics import median

from tests.audit_log.log_folder import VERIFIER, LogFolder, Named, a_named_entry
from traceability.audit.audit import Audit
from traceability.audit.source import FolderSource
from traceability.log.tiles import from_bundle

EVENTS_AN_INTEGRATION = 200
POLICY = f"log {VERIFIER.vkey}\nquorum none\n"


def main() -> int:
    args = _arguments()
    if args.run is not None:
        print(json.dumps(RUNS[args.run](Path(args.folder))))
        return 0
    print("| entries | | entries a second | of the bare loop | memory at most |\n|---|---|---|---|---|")
    for size in args.sizes:
        with tempfile.TemporaryDirectory() as folder:
            log = LogFolder(Path(folder))
            log.grow(size, an_entry, EVENTS_AN_INTEGRATION)
            took = {name: _median_of(args.rounds, name, folder) for name in RUNS}
        bare_s = took["bare loop"][0]
        for name, (seconds, mebibytes) in took.items():
            rate = f"{size / seconds:,.0f} | {bare_s / seconds:.2f}"
            print(f"| {size:,} | {name} | {rate} | {mebibytes:,.0f} MiB |", flush=True)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[100_000, 1_000_000], help="entries of the logs"
    )
    parser.add_argument("--rounds", type=int, default=3, help="runs of each (default 3)")
    parser.add_argument("--run", choices=RUNS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    return parser.parse_args()


def an_entry(number: int) -> Named:
    if number % 2:
        return a_named_entry(number, f"device {number % 1_000}", f"place {number % 100}")
    return a_named_entry(number, f"lot {number // 20}", f"place {number % 100}")


def _median_of(rounds: int, name: str, folder: str) -> tuple[float, float]:
    """Processor seconds, and the largest of the processes in MiB."""
    command = [sys.executable, "-m", "bench.audit.audit", "--run", name, "--folder", folder]
    printed = [subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout for _ in range(rounds)]
    took = [json.loads(line) for line in printed]
    return median(seconds for seconds, _ in took), max(mebibytes for _, mebibytes in took)


def _bare(folder: Path) -> tuple[float, float]:
    bundles = sorted(file for file in (folder / "log/tile/entries").rglob("*") if file.is_file())
    took_s = 0.0
    for bundle in bundles:
        entries = from_bundle(bundle.read_bytes())
        begun_s = time.process_time()
        for entry in entries:
            sha256(b"\x00" + entry).digest()
        took_s += time.process_time() - begun_s
    return took_s, _memory()


def _audit(folder: Path, with_map: bool) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as mirror:
        begun_s = time.process_time()
        report = Audit(
            source=FolderSource(folder),
            source_name="a local mirror",
            policy_text=POLICY,
            chains=[],
            folder=Path(mirror),
            now_ms=lambda: time.time_ns() // 1_000_000,
            progress=lambda *_: None,
            with_map=with_map,
        ).run()
        took_s = time.process_time() - begun_s
    if report.findings or report.unchecked != ("chain: the trust policy names no chain",):
        raise AssertionError("\n".join(report.lines()))
    return took_s, _memory()


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


RUNS = {
    "bare loop": _bare,
    "audit, the map left out": lambda folder: _audit(folder, with_map=False),
    "audit with the map": lambda folder: _audit(folder, with_map=True),
}


if __name__ == "__main__":
    sys.exit(main())
