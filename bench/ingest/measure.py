"""How fast readings get from devices through a broker into a database, and what is lost of them at a kill.

python -m bench.ingest.measure

Prints the tables of docs/benchmarks/ingest.md. Wants gcc, mosquitto, and for Node-RED npm. The sides of a
ratio take turns in one run, meet the same devices (publish.c), and start with a fresh broker and database.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.ingest import bare_nats_py, consumers, node_red
from bench.ingest.brokers import BROKERS
from bench.ingest.databases import DATABASES, NewDatabase
from bench.ingest.drain import Speed, drain
from bench.ingest.losses import lost_at_a_kill
from bench.ingest.publisher import compile_publisher
from bench.ingest.run import NATS_PY, NODE_RED, OURS, SIDES, Bench, run
from bench.ingest.soak import soak
from bench.ingest.traffic import DEVICES, WARM_UP, Traffic
from traceability.log.note import NoteVerifier
from traceability.own_policy import gateway_signer

PARTS = ("speed", "kill", "soak")
ARRAY = 50
"""Readings in a message of a device that sends arrays."""


def main() -> None:
    args = _arguments()
    if NODE_RED in args.sides:
        node_red.install()
    if NATS_PY in args.sides:
        bare_nats_py.install()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        settings, passwords = consumers.installation(Path(folder) / "home", [*DEVICES, WARM_UP])
        bench = Bench(Path(folder), compile_publisher(Path(folder)), settings, passwords)
        databases = {name: stack.enter_context(DATABASES[name]()) for name in args.databases}
        if "speed" in args.parts:
            _measure_speed(bench, databases, args)
        if "kill" in args.parts:
            _measure_losses(bench, databases, args)
        if "soak" in args.parts:
            _measure_soak(bench, databases, args)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=40_000, help="in a run (default 40,000)")
    parser.add_argument(
        "--rounds", type=int, default=3, help="runs of each side; the best counts (default 3)"
    )
    parser.add_argument("--rate", type=float, default=6_000, help="messages/s in the soak (default 6,000)")
    parser.add_argument("--seconds", type=float, default=60, help="of the soak (default 60)")
    for name, among in (("parts", PARTS), ("brokers", BROKERS), ("databases", DATABASES), ("sides", SIDES)):
        parser.add_argument(
            f"--{name}", nargs="+", choices=[*among], default=[*among], metavar="NAME",
            help=f"of {', '.join(among)} (default all)",
        )  # fmt: skip
    return parser.parse_args()


def _measure_speed(bench: Bench, databases: dict[str, NewDatabase], args: argparse.Namespace) -> None:
    print(
        f"{args.messages:,} messages a run, or readings in arrays five times as many; best of {args.rounds}\n"
    )
    _row(
        "from",
        "into",
        "readings in a message",
        "by",
        "readings/s",
        "ours to it",
        "of processor",
        "ours to it",
    )
    _row(*["---"] * 8)
    for broker in args.brokers:
        for name, new in databases.items():
            for readings in (1, ARRAY):
                # Node-RED makes one row of a message, whatever is in it.
                absent = {NATS_PY} if broker == "Mosquitto" else {NODE_RED}
                absent |= {NODE_RED} if readings > 1 else set()
                sides = [side for side in args.sides if side not in absent]
                best = _best(bench, broker, new, readings, sides, args)
                ours = best.get(OURS)
                for side, speed in best.items():
                    share = ("", "")
                    if ours is not None and side != OURS:
                        share = (
                            f"{ours.by_the_clock / speed.by_the_clock:.2f}",
                            f"{ours.of_processor / speed.of_processor:.2f}",
                        )
                    clock, processor = speed.by_the_clock * readings, speed.of_processor * readings
                    _row(
                        broker, name, readings, side, f"{clock:,.0f}", share[0], f"{processor:,.0f}", share[1]
                    )
    print()


def _best(
    bench: Bench, broker: str, new: NewDatabase, readings: int, sides: Sequence[str], args: argparse.Namespace
) -> dict[str, Speed]:
    """Of each side, which take turns."""
    messages = args.messages if readings == 1 else args.messages * 5 // readings
    traffic = Traffic(messages // len(DEVICES) * len(DEVICES), readings, _long_ago_ms())
    speeds: dict[str, list[Speed]] = {side: [] for side in sides}
    for _ in range(args.rounds):
        for side in sides:
            with run(bench, side, broker, new) as each, each.start() as process:
                speeds[side].append(drain(each.place, traffic, each.held, process.pid))
    return {
        side: Speed(max(one.by_the_clock for one in all_), max(one.of_processor for one in all_))
        for side, all_ in speeds.items()
    }


def _measure_losses(bench: Bench, databases: dict[str, NewDatabase], args: argparse.Namespace) -> None:
    print("kill -9 of the consumer once the broker has acknowledged all and a quarter is stored\n")
    _row("into", "by", "acknowledged", "stored before the kill", "lost", "stored twice")
    _row(*["---"] * 6)
    traffic = Traffic(args.messages // len(DEVICES) * len(DEVICES), 1, _long_ago_ms())
    for name, new in databases.items():
        for side in (OURS, NODE_RED):
            if side in args.sides:
                with run(bench, side, "Mosquitto", new) as each:
                    what = lost_at_a_kill(each.place, traffic, each.start, each.held, each.different)
                counted = (what.acknowledged, what.killed_at, what.lost, what.twice)
                _row(name, side, *(f"{number:,}" for number in counted))
    print()


def _measure_soak(bench: Bench, databases: dict[str, NewDatabase], args: argparse.Namespace) -> None:
    own = NoteVerifier.of(gateway_signer(bench.settings))
    print(f"{args.seconds:g} s at {args.rate:,.0f} messages/s, one reading in each\n")
    _row("from", "into", "messages/s", "to a verified receipt: half of all, ms", "99 of 100, ms", "worst, ms",
         "memory after 10 s, MiB", "at the end", "most")  # fmt: skip
    _row(*["---"] * 9)
    for broker in args.brokers:
        for name, new in databases.items():
            with run(bench, OURS, broker, new) as each, each.start() as process:
                came = soak(each.place, args.rate, args.seconds, _long_ago_ms(), process.pid, own, each.held)
            waits_ms = (f"{came.wait_ms(share):,.0f}" for share in (0.5, 0.99, 1))
            memory = came.memory_mib
            at = (f"{mib:,.0f}" for mib in (memory[min(10, len(memory) - 1)], memory[-1], max(memory)))
            _row(broker, name, f"{came.rate:,.0f}", *waits_ms, *at)
    print()


def _row(*cells: object) -> None:
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def _long_ago_ms() -> int:
    """Far enough that the last reading of the longest run is not ahead of its arrival."""
    return (int(time.time()) - 30 * 24 * 3600) * 1000


if __name__ == "__main__":
    main()
