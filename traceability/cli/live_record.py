"""`guoji live record`: write what was on air in a room as a proof file, and what was said beside it."""

import argparse
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from traceability.cli.verify_arguments import moment
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.ledger.ledger import Ledger
    from traceability.own_store import Store


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add it to the group `live`."""
    record = actions.add_parser(
        "record",
        help="write the on-air record of a room; `guoji verify --at` says what was on air at a moment",
        description="Writes the proof file of all that the overlay of a room showed and that was heard of "
        "its host while it was on air. The web server gives the same file at /live/ROOM/record.",
        epilog="Example: guoji live record 7K2M9Q --at 2026-11-22T20:31:07+08:00 -o moment.json",
    )
    record.add_argument("room", metavar="ROOM", help="its code")
    record.add_argument(
        "--at",
        metavar="TIME",
        type=moment,
        help="only the event that tells of this moment; with its time zone",
    )
    record.add_argument("-o", "--output", type=Path, help="file to write; without it, standard output")
    record.add_argument(
        "--said",
        metavar="FILE",
        type=Path,
        help="write here what opens the words, for `guoji verify --disclosure`; it is as secret as they are",
    )
    record.set_defaults(run=_record)


def _record(args: argparse.Namespace) -> int:
    from traceability.keys.files import write_secret
    from traceability.ledger.grant import ADMIN, Grant
    from traceability.live.on_air_record import said_in
    from traceability.own_store import open_store
    from traceability.wiring import ledger

    settings = Settings.read(os.environ)
    store = open_store(settings)
    held = ledger(settings, store)
    proof = _proof(held, store, args.room, args.at)
    if args.said is not None:
        operator = Grant(ADMIN, None)
        opened = said_in(proof, lambda commitment: held.disclosure(commitment, operator).disclosure)
        write_secret(args.said, opened)
    if args.output is None:
        sys.stdout.buffer.write(proof)
    else:
        args.output.write_bytes(proof)
    return 0


def _proof(held: "Ledger", store: "Store", code: str, at: datetime | None) -> bytes:
    from traceability.live import short_code
    from traceability.live.on_air_record import check_was_on_air, event_at

    room = store.rooms.room(short_code.read(code))
    check_was_on_air(room)
    return held.room_proof(room.urn)[0] if at is None else held.proof(event_at(room, store.air, at))
