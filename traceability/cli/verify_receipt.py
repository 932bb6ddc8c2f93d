"""`guoji verify-receipt`: check what a gateway signed about a device's readings."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from traceability.cli.read_source import read_file, read_text
from traceability.cli.terminal import printable
from traceability.cli.verify import CONTRADICTED, EXIT_CODES, UNCHECKED, VERIFIED
from traceability.errors import CheckFailed, InvalidInput, Unavailable
from traceability.log.note import MAX_BYTES
from traceability.proof.trust import MAX_CHARACTERS, TrustPolicy
from traceability.telemetry.clock import iso
from traceability.telemetry.receipt import Receipt, open_receipt
from traceability.telemetry.receipted import what_became

BEGINS = b"guoji/receipt/"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "verify-receipt",
        help="check what a gateway signed about a device's readings",
        description="Check that a gateway of your trust file signed a receipt, and that it is about the "
        "payloads that you kept. A run of numbers has one chained digest, so every payload of the run is "
        "needed. Needs no database, no server.",
        epilog=EXIT_CODES,
    )
    command.add_argument(
        "receipt",
        metavar="RECEIPT-FILE",
        type=Path,
        help="as it came from the broker, or as `guoji simulate --receipts` kept it",
    )
    command.add_argument("payloads", metavar="PAYLOAD-FILE", type=Path, nargs="*", help="as it was sent")
    command.add_argument(
        "--trust", metavar="FILE", type=Path, required=True, help="whose receipts you believe"
    )
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    policy = TrustPolicy.parse(read_text(args.trust, MAX_CHARACTERS))
    note = read_file(args.receipt, MAX_BYTES)
    if not note.startswith(BEGINS):
        raise InvalidInput(f"{args.receipt} is no receipt: a receipt is what came on guoji/v1/ALIAS/receipts")
    payloads = [_payload(path) for path in args.payloads]
    try:
        receipt = open_receipt(note, policy.gateways)
        for line in _told(receipt):
            print(printable(line))
        for path, became in zip(args.payloads, what_became(receipt, payloads), strict=True):
            print(printable(f"  {path}: {became}"))
    except CheckFailed as lie:
        print(printable(f"\nContradicted: {lie}"))
        return CONTRADICTED
    except Unavailable as gap:
        print(printable(f"\nUnchecked: {gap}"))
        return UNCHECKED
    print("\nVerified: the gateway signed this receipt" + (", and for these payloads" if payloads else ""))
    return VERIFIED


def _payload(path: Path) -> bytes:
    payload = read_file(path, MAX_BYTES)
    if payload.startswith(BEGINS):
        raise InvalidInput(f"{path} is a receipt; give one at a time")
    return payload


def _told(receipt: Receipt) -> Iterator[str]:
    yield f"Receipt for {receipt.device}, received at {iso(receipt.received_at_ms)}"
    yield f"What it holds is in the log by {iso(receipt.in_log_by_ms)}"
    if receipt.runs is not None:
        runs = [f"{run.first} to {run.last}" for run in receipt.runs.all if run.last >= run.first]
        yield f"Numbers of epoch {receipt.runs.epoch}: {', '.join(runs) or 'none'}"
    yield from (f"  quarantined {each.sequence}: {each.reason}" for each in receipt.quarantined)
    yield from (f"  conflict at {each.sequence}: what came first stands" for each in receipt.conflicts)
    yield from (f"  refused {each.digest.hex()}: {each.reason}" for each in receipt.refused)
