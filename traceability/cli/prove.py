"""`guoji prove`: write the proof of a trace, or of one event, from this installation's store."""

import argparse
import os
import re
import sys
from pathlib import Path

from traceability.settings import Settings

_KEY = re.compile(r"[0-9a-f]{64}")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    prove = commands.add_parser(
        "prove",
        help="write a proof file for a lot, item, logistic unit or event",
        description="Write what a stranger needs to check a trace without us; `guoji verify` reads it. The "
        "web server gives the same file at /proof.",
        epilog="Example: guoji prove https://id.gs1.org/01/09521234000020/10/HY261120 -o lot.json",
    )
    prove.add_argument(
        "subject", help="GS1 Digital Link of the goods, or the key of an event (64 hex digits)"
    )
    prove.add_argument("-o", "--output", type=Path, help="file to write; without it, standard output")
    prove.set_defaults(run=_prove)


def _prove(args: argparse.Namespace) -> int:
    from traceability.proof.subject import goods
    from traceability.wiring import ledger

    ours = ledger(Settings.read(os.environ))
    is_key = _KEY.fullmatch(args.subject)
    proof = ours.proof(args.subject) if is_key else ours.trace_proof(goods(args.subject))[0]
    if args.output is None:
        sys.stdout.buffer.write(proof)
    else:
        args.output.write_bytes(proof)
    return 0
