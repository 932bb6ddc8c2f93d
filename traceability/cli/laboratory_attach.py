"""`guoji laboratory attach`: record a credential as an event of this installation."""

import argparse
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from traceability.cli.read_source import read_jws
from traceability.cli.terminal import printable
from traceability.epcis.compact_jws import MAX_CHARACTERS
from traceability.errors import InvalidInput
from traceability.settings import Settings


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    attach = actions.add_parser(
        "attach",
        help="record an event that carries a credential",
        description="Record in the name of a party that goods were tested or certified, with the credential "
        "that says so. Whether it is confirmed is asked whenever somebody looks.",
    )
    attach.add_argument("credential", metavar="FILE", type=Path)
    attach.add_argument("--party", metavar="GLN", required=True, help="in whose name")
    attach.add_argument(
        "--lot", metavar="LINK", action="append", help="what it is about; else the lots it names"
    )
    attach.add_argument("--place", metavar="LINK", help="Digital Link of the place (414) where it was tested")
    attach.add_argument("--status-list", metavar="FILE", type=Path, help="a status list to go with it")
    attach.set_defaults(run=_attach)


def _attach(args: argparse.Namespace) -> int:
    from traceability.gs1.keys import gln
    from traceability.laboratory.event import CONTEXT, inspection
    from traceability.ledger.grant import CAPTURE, Grant
    from traceability.proof.credential import Credential
    from traceability.proof.subject import goods
    from traceability.wiring import ledger

    credential = Credential.parse(_text(args.credential))
    lots = tuple(goods(lot) for lot in args.lot or credential.lots)
    if not lots:
        raise InvalidInput("the credential names plots alone: say with --lot which lot the event is about")
    event = inspection(
        credential,
        lots,
        credential.tested_at or datetime.now(UTC),
        args.place,
        None if args.status_list is None else _text(args.status_list),
    )
    document = {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": event["eventTime"],
        "epcisBody": {"eventList": [event]},
    }
    captured = ledger(Settings.read(os.environ)).capture(
        json.dumps(document, ensure_ascii=False).encode(), Grant(CAPTURE, gln(args.party))
    )
    for each in captured:
        print(printable(each.key))
    return 0


def _text(file: Path) -> str:
    return read_jws(str(file), MAX_CHARACTERS)
