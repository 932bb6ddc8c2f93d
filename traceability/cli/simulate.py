"""`guoji simulate`: plays a device from a file of measurements."""

import argparse
import csv
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from traceability.cli.program import BAD_INPUT
from traceability.cli.terminal import printable
from traceability.errors import InvalidInput
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.telemetry.private_key import DeviceSigner

SETTLE_WITHIN_S = 60.0

Moment = tuple[int, Mapping[str, float | bool]]
"""When it was taken (ms), and the values by metric."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    simulate = commands.add_parser(
        "simulate",
        help="play a device from a CSV file",
        description="Publish the measurements of a CSV file as a device would: numbered, at QoS 1, each kept "
        "until a signed receipt covers it. The file has the columns ts_utc_iso, metric and value, oldest "
        "first; metrics and their units are those of the table in docs/formats.md.",
    )
    simulate.add_argument("--device", required=True, metavar="ALIAS", help="a registered device")
    simulate.add_argument("--csv", required=True, type=Path, metavar="FILE", help="what it measured")
    simulate.add_argument(
        "--speed", type=float, default=1.0, metavar="N", help="N times as fast as it was measured (default 1)"
    )
    simulate.add_argument(
        "--ends-now", action="store_true", help="shift all times by the same amount, so that the last is now"
    )
    simulate.add_argument(
        "--sign", type=Path, metavar="FILE", help="sign with the private key (PEM) that `guoji device` showed"
    )
    simulate.set_defaults(run=_simulate)


def _simulate(args: argparse.Namespace) -> int:
    from iot_gateway.logins import PASSWORDS, address, password_of, read_passwords
    from iot_gateway.simulator import SimulatedDevice
    from traceability.own_policy import own_gateways

    if args.speed <= 0:
        raise InvalidInput(f"speed is {args.speed:g}, want more than 0")
    settings = Settings.read(os.environ)
    moments = read_moments(args.csv)
    shift_ms = time.time_ns() // 1_000_000 - moments[-1][0] if args.ends_now else 0
    password = password_of(args.device, read_passwords(settings.keys / PASSWORDS))
    where = address(settings.mqtt_url, args.device, password, settings.mqtt_ca)
    device = SimulatedDevice(where, own_gateways(settings), signer=_signer(args.sign))
    device.open()
    try:
        for taken_at_ms, values in paced(moments, args.speed):
            device.send(taken_at_ms + shift_ms, values)
        device.settle(SETTLE_WITHIN_S)
    finally:
        device.close()
    return tell(args.device, len(moments), device.not_held)


def tell(alias: str, sent: int, not_held: Mapping[int, str]) -> int:
    """What the receipts said, in print; the exit code. `not_held`: what became of a reading, by number."""
    print(f"{alias}: {sent - len(not_held)} of {sent} readings are stored; their receipts say so")
    for number, became in sorted(not_held.items()):
        print(f"reading {number} is {printable(became)}", file=sys.stderr)
    return BAD_INPUT if not_held else 0


def _signer(file: Path | None) -> "DeviceSigner | None":
    from traceability.telemetry.private_key import DeviceSigner

    if file is None:
        return None
    try:
        return DeviceSigner.from_pem(file.read_bytes())
    except OSError as error:
        raise InvalidInput(f"cannot read {file}: {error.strerror}") from error


def read_moments(file: Path) -> list[Moment]:
    """The measurements in a CSV file; rows of one time make one. Raises `InvalidInput`, naming the line."""
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            rows = list(_rows(file, stream))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"cannot read {file}: {error}") from error
    if not rows:
        raise InvalidInput(f"{file} holds no measurements")
    by_time = groupby(rows, key=lambda row: row[0])
    return [
        (taken_at_ms, {metric: value for _, metric, value in together}) for taken_at_ms, together in by_time
    ]


def _rows(file: Path, stream: Iterable[str]) -> Iterator[tuple[int, str, float | bool]]:
    from traceability.telemetry.metrics import METRICS

    for line, row in enumerate(csv.DictReader(stream), 2):
        try:
            taken_at = datetime.fromisoformat(row["ts_utc_iso"])
            metric = METRICS[row["metric"]]
            value = float(row["value"])
        except (KeyError, ValueError, TypeError) as error:
            raise InvalidInput(f"{file}, line {line}: {error} is missing, unknown or malformed") from error
        if taken_at.tzinfo is None:
            raise InvalidInput(f"{file}, line {line}: the time {row['ts_utc_iso']} has no time zone")
        yield round(taken_at.timestamp() * 1000), metric.name, value if metric.unit else bool(value)


def paced(moments: Iterable[Moment], speed: float) -> Iterator[Moment]:
    """Each of `moments` when it is due, `speed` times as fast as they were taken."""
    started_s, first_ms = time.monotonic(), None
    for moment in moments:
        first_ms = moment[0] if first_ms is None else first_ms
        due_s = started_s + (moment[0] - first_ms) / 1000 / speed
        time.sleep(max(0, due_s - time.monotonic()))
        yield moment
