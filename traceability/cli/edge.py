"""`guoji edge`: a box at the farm that keeps what its devices send until the centre has it."""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from traceability.cli.journal import journal
from traceability.cli.loop import until_told_to_stop
from traceability.cli.terminal import printable
from traceability.errors import InvalidInput, Refused
from traceability.settings import Settings

if TYPE_CHECKING:
    from iot_gateway.edge.kept import Standing

ABOUT = """\
Run a box in GUOJI_HOME: devices around it publish to it as they would to the broker of the
installation, under the same names, passwords and topics. It keeps each message on its disk, forwards
it when the uplink is there, and forgets it when a receipt of the gateway covers it. Receipts are
handed on to the devices. It starts a broker of its own unless GUOJI_MQTT_URL names one.

  where the installation runs:   guoji edge bundle shed-1 shed-2 -o shed.json
  on the box:                    guoji edge init shed.json
                                 guoji edge"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    edge = commands.add_parser(
        "edge",
        help="run a box at the farm that buffers on its disk while the uplink is away",
        description=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    edge.set_defaults(run=_edge)
    actions = edge.add_subparsers(title="actions", metavar="ACTION")
    bundle = actions.add_parser(
        "bundle",
        help="write what a box needs, where the installation runs",
        description="Write into FILE what a box needs to stand in for devices: address of the broker, whom "
        "to believe there, the devices' passwords, the gateway's keys. Make a new one when a device is "
        "added, a password changed, or the gateway's key rotated. Whoever has it can send as each of them.",
    )
    bundle.add_argument("alias", nargs="+", help="a registered device")
    bundle.add_argument("--uplink", default="", metavar="URL", help="the broker, as the box calls it")
    bundle.add_argument(
        "--in-clear", action="store_true", help="without TLS: whoever listens on the way reads the passwords"
    )
    bundle.add_argument("-o", "--out", type=Path, required=True, metavar="FILE", help="only you can read it")
    bundle.set_defaults(run=_bundle)
    init = actions.add_parser(
        "init",
        help="take a bundle, on the box",
        description="Make GUOJI_HOME the home of a box, or give it a newer bundle; what it keeps stays. "
        "Restart `guoji edge` then, and remove FILE: its secrets lie in the home now.",
    )
    init.add_argument("file", type=Path, metavar="FILE", help="what `guoji edge bundle` has written")
    init.set_defaults(run=_init)
    actions.add_parser(
        "status",
        help="show what is kept, of each device, and how its uplink stands",
        description="Show for each device how much is kept, since when, when the newest receipt was "
        "signed, what receipts have settled, and the uplink.",
    ).set_defaults(run=_status)
    drop = actions.add_parser(
        "drop",
        help="throw away what is kept of a device that is not in the bundle any more",
        description="Throw away what is kept of a device that the bundle does not name, so that it is not "
        "forwarded any more. Only while `guoji edge` does not run.",
    )
    drop.add_argument("alias", help="a device that `guoji edge status` shows as not in the bundle")
    drop.add_argument("--yes", action="store_true", help="what has no receipt is lost, and that is meant")
    drop.set_defaults(run=_drop)


def _bundle(args: argparse.Namespace) -> int:
    from iot_gateway.edge.bundle import Bundle, to_json
    from iot_gateway.logins import PASSWORDS, passwords_of_devices
    from traceability.cli import own_broker
    from traceability.keys.files import write_secret
    from traceability.own_policy import own_gateways

    settings = Settings.read(os.environ)
    url, ca = own_broker.seen_from_outside(settings)
    bundle = Bundle(
        uplink=args.uplink or url,
        ca=ca.read_text("ascii") if ca is not None else None,
        gateways=tuple(own_gateways(settings)),
        passwords=passwords_of_devices(settings.keys / PASSWORDS, args.alias, "`guoji device add` does it"),
    )
    parts = urlsplit(bundle.uplink)
    stays_here = own_broker.is_loopback(parts.hostname or "")
    if parts.scheme != "mqtts" and not stays_here and not args.in_clear:
        raise InvalidInput(
            f"uplink {bundle.uplink} has no TLS, so the devices' passwords would cross the network in clear: "
            "want mqtts://, or --in-clear if that is meant, as in a tunnel"
        )
    write_secret(args.out.absolute(), to_json(bundle).encode())
    print(f"{args.out}: {_counted(len(bundle.passwords), 'device')}, uplink {bundle.uplink}. Keep it secret.")
    if stays_here:
        hint = "" if args.uplink else ": give --uplink"
        print(f"A box on another machine cannot reach that{hint}.", file=sys.stderr)
    return 0


def _init(args: argparse.Namespace) -> int:
    from iot_gateway.edge.bundle import parse
    from iot_gateway.edge.home import BoxHome

    try:
        bundle = parse(args.file.read_bytes())
    except OSError as error:
        raise InvalidInput(f"cannot read {args.file}: {error.strerror}") from error
    settings = Settings.read(os.environ, of_running=False)
    BoxHome(settings.home).take(bundle)
    print(f"{settings.home}: box for {', '.join(sorted(bundle.passwords))}; uplink {bundle.uplink}")
    print(f"Now remove {args.file}, and run `guoji edge`.")
    return 0


def _edge(_args: argparse.Namespace) -> int:
    from iot_gateway.edge.box import run
    from iot_gateway.edge.home import BoxHome
    from iot_gateway.edge.kept import KeptFile
    from traceability.cli import edge_broker

    settings = Settings.read(os.environ, of_running=False)
    home = BoxHome(settings.home)
    bundle = home.bundle()
    log, stop = journal("edge", settings.log_json), until_told_to_stop()
    with home.alone.held():
        kept = KeptFile(home.kept_file, settings.edge_budget_bytes, bundle.passwords)
        with edge_broker.opened(settings, home, stop, log) as (inbox, answer):
            log.info("box is up", devices=len(bundle.passwords), kept=kept.count_all())
            run(inbox, answer, kept, home.uplinks(bundle), bundle.gateways, stop, log)
        kept.close()
    return 0


def _status(_args: argparse.Namespace) -> int:
    from iot_gateway.edge.home import BoxHome
    from iot_gateway.edge.kept import KeptFile, Standing

    settings = Settings.read(os.environ, of_running=False)
    home = BoxHome(settings.home)
    devices = home.bundle().passwords
    kept = KeptFile(home.kept_file, settings.edge_budget_bytes)
    standings = {alias: Standing(alias, 0, None) for alias in devices} | kept.standings()
    kept.close()
    runs = home.alone.is_held()
    print(f"box in {settings.home}: {'runs' if runs else 'does not run'}")
    for alias, standing in sorted(standings.items()):
        uplink = standing.uplink if runs else "-"
        print(_line(standing, uplink if alias in devices else "not in the bundle: kept, not forwarded"))
    return 0


def _drop(args: argparse.Namespace) -> int:
    from iot_gateway.edge.home import BoxHome
    from iot_gateway.edge.kept import KeptFile

    settings = Settings.read(os.environ, of_running=False)
    home = BoxHome(settings.home)
    if args.alias in home.bundle().passwords:
        raise Refused(
            f"{args.alias} is in the bundle, so what is kept of it goes up: take a bundle without it"
        )
    with home.alone.held():
        kept = KeptFile(home.kept_file, settings.edge_budget_bytes)
        standing = kept.standings().get(args.alias)
        if standing is None:
            raise InvalidInput(f"nothing of {printable(args.alias)} is kept here")
        what = f"{args.alias}: {_counted(standing.kept, 'message')} without a receipt"
        if not args.yes:
            raise InvalidInput(f"{what} would be lost: want --yes")
        kept.drop(args.alias)
        kept.close()
    print(f"{what} thrown away")
    return 0


def _line(standing: "Standing", uplink: str) -> str:
    cells = (
        standing.device,
        f"kept {standing.kept:,}",
        f"oldest {_time(standing.oldest_at_ms)}",
        f"receipt {_time(standing.receipt_at_ms)}",
        f"held {standing.held:,}",
        f"not held {standing.not_held:,}",
        f"uplink {printable(uplink)}",
    )
    return "\t".join(cells)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _time(at_ms: int | None) -> str:
    return "-" if at_ms is None else f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
