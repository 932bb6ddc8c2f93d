"""`guoji simulate`: plays devices, from a recording or a model, with faults on demand."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from traceability.cli import simulate_devices
from traceability.cli.argument import whole
from traceability.cli.loop import until_told_to_stop
from traceability.errors import InvalidInput
from traceability.settings import Settings

if TYPE_CHECKING:
    from iot_gateway.simulate.faults import Asked
    from iot_gateway.simulate.source import Source

SETTLE_WITHIN_S, STOPPED_WITHIN_S = 60.0, 3.0
DEFAULT_EVERY = "30s"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    from iot_gateway.simulate.faults import FAULTS

    simulate = commands.add_parser(
        "simulate",
        help="play devices, from a CSV file or a model, with faults if wanted",
        description="Publish as devices would: numbered, at QoS 1, each reading kept until a signed receipt "
        "covers it, but in memory alone: each run begins a new epoch. Ends with what has no receipt. A CSV "
        "file has the columns ts_utc_iso, metric and value, oldest first; metrics and their units are those "
        "of the table in docs/formats.md.",
        epilog="Faults are NAME=AMOUNT, then xSIZE and @ALIAS if wanted, such as gap=0.01x3, drift=50ppm or "
        f"silence=1%x20m@sim-0002: {'; '.join(f'{name}: {each.says}' for name, each in FAULTS.items())}. "
        "docs/simulator.md has the table.",
    )
    _add_devices(simulate)
    _add_readings(simulate)
    simulate.add_argument("--fault", action="append", default=[], metavar="FAULT", help="see below")
    simulate.add_argument(
        "--seed", type=whole(0), default=1, metavar="N", help="of the model and faults (default 1)"
    )
    simulate.add_argument("--tell", type=Path, metavar="FILE", help="a new file: each fault, as it happens")
    simulate.add_argument(
        "--receipts",
        type=Path,
        metavar="DIR",
        help="write each receipt there, for `guoji verify-receipt` and `guoji audit --receipts`",
    )
    simulate.set_defaults(run=_simulate)


def _add_devices(simulate: argparse.ArgumentParser) -> None:
    who = simulate.add_mutually_exclusive_group(required=True)
    who.add_argument(
        "--device", action="append", metavar="ALIAS", help="a registered device; may be repeated"
    )
    who.add_argument("--devices", type=whole(1), metavar="N", help="sim-0001 and so on, so many")
    simulate.add_argument(
        "--register", action="store_true", help="register those of --devices that are not yet"
    )
    simulate.add_argument(
        "--sign",
        type=Path,
        metavar="PATH",
        help="sign with the private key (PEM) that `guoji device` showed, or a folder of ALIAS.pem, "
        "which --register makes",
    )


def _add_readings(simulate: argparse.ArgumentParser) -> None:
    what = simulate.add_mutually_exclusive_group(required=True)
    what.add_argument("--csv", type=Path, metavar="FILE", help="what was measured")
    what.add_argument("--model", metavar="NAME", help="orchard, cold-room or truck")
    pace = simulate.add_mutually_exclusive_group()
    pace.add_argument(
        "--speed", type=_above_none, metavar="N", help="N times as fast as measured (default 1)"
    )
    pace.add_argument(
        "--rate", type=_above_none, metavar="N", help="N messages a second, all devices together"
    )
    end = simulate.add_mutually_exclusive_group()
    end.add_argument("--for", dest="lasts", metavar="TIME", help="measure for so long, such as 10m or 2h")
    end.add_argument("--count", type=whole(1), metavar="N", help="N messages of each device")
    simulate.add_argument(
        "--every", metavar="TIME", help=f"from one measurement to the next (default {DEFAULT_EVERY})"
    )
    simulate.add_argument(
        "--per-message",
        type=whole(1),
        default=1,
        metavar="N",
        help="measurements in each (default 1)",
    )
    simulate.add_argument(
        "--ends-now",
        action="store_true",
        help="shift a file's times by as much as makes the last one now",
    )


def _above_none(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return number


def _simulate(args: argparse.Namespace) -> int:
    from iot_gateway.simulate.faults import faulty
    from iot_gateway.simulate.fleet import Fleet
    from iot_gateway.simulate.play import Pace, play, settle
    from traceability.cli.simulate_report import Progress, Truth, keep_receipts, summary

    settings = Settings.read(os.environ)
    aliases = list(dict.fromkeys(args.device or simulate_devices.numbered(args.devices)))
    asked, source = _asked(args.fault, aliases), _source(args, len(aliases))
    if args.register:
        _register(args, settings, aliases)
    fleet = Fleet(simulate_devices.senders(settings, aliases, args.sign, args.seed))
    epoch, stop, progress = int(time.time()), until_told_to_stop(), Progress(fleet)
    print(f"epoch {epoch} begins: what an earlier run kept without a receipt is gone", file=sys.stderr)
    run = {"seed": args.seed, "epoch": epoch, "from_ms": source.from_ms, "devices": aliases}
    truth = Truth(args.tell, run | {"of": args.model or args.csv.name, "faults": args.fault})
    if args.receipts is not None:
        keep_receipts(fleet.senders, args.receipts, epoch)
    streams = {
        alias: faulty(source.samples(alias), alias, asked, args.seed, epoch, args.per_message)
        for alias in aliases
    }
    try:
        play(fleet, streams, Pace(source.from_ms, source.speed), stop, truth.left, progress.look)
        settle(fleet, SETTLE_WITHIN_S, progress.look, stop)
        if stop.is_set():
            settle(fleet, STOPPED_WITHIN_S, progress.look)
    finally:
        fleet.close()
        truth.close()
    return summary(fleet)


def _asked(texts: Sequence[str], aliases: Sequence[str]) -> "list[Asked]":
    from iot_gateway.simulate.asked import parse_fault

    asked = [parse_fault(text) for text in texts]
    for each in asked:
        if each.alias is not None and each.alias not in aliases:
            raise InvalidInput(f"{each.name} is asked of {each.alias}, which is not played here")
    return asked


def _register(args: argparse.Namespace, settings: Settings, aliases: Sequence[str]) -> None:
    if args.devices is None:
        raise InvalidInput("--register goes with --devices; `guoji device add` registers one of your own")
    if args.sign is not None and args.sign.is_file():
        raise InvalidInput(f"--register makes a key for each device: --sign {args.sign} must be a folder")
    new = simulate_devices.register(settings, aliases, args.model in ("cold-room", "truck"), args.sign)
    print(f"{new} devices registered, {len(aliases) - new} were there")


def _source(args: argparse.Namespace, devices: int) -> "Source":
    from iot_gateway.simulate.asked import parse_time_ms
    from iot_gateway.simulate.models import MODELS
    from iot_gateway.simulate.source import from_model, speed_of

    if args.csv is not None:
        return _recorded(args)
    if args.model not in MODELS:
        raise InvalidInput(f"no model is named {args.model!r}; there are {', '.join(MODELS)}")
    if args.ends_now:
        raise InvalidInput("--ends-now is of a file; a model that is faster than life ends now anyway")
    every_ms = parse_time_ms(args.every or DEFAULT_EVERY, "--every")
    samples = None if args.count is None else args.count * args.per_message
    if args.lasts is not None:
        samples = -(-parse_time_ms(args.lasts, "--for") // every_ms)
    speed = args.speed or 1.0
    if args.rate is not None:
        speed = speed_of(args.rate, every_ms, args.per_message, devices)
    return from_model(MODELS[args.model], args.seed, every_ms, samples, speed, _now_ms())


def _recorded(args: argparse.Namespace) -> "Source":
    from iot_gateway.simulate.recording import read_moments
    from iot_gateway.simulate.source import from_recording

    for name, value in {
        "rate": args.rate,
        "for": args.lasts,
        "count": args.count,
        "every": args.every,
    }.items():
        if value is not None:
            raise InvalidInput(f"--{name} is of a model; a file has its own times and its own end")
    moments = read_moments(args.csv)
    shift_ms = _now_ms() - moments[-1].taken_at_ms if args.ends_now else 0
    return from_recording(moments, shift_ms, args.speed or 1.0)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
