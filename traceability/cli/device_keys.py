"""`guoji device key` and `guoji device calibrate`: what a device signs with, and who has compared it."""

import argparse
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from traceability.cli.argument import day, moment
from traceability.cli.terminal import printable
from traceability.errors import InvalidInput, Unknown
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.own_store import Store
    from traceability.telemetry.device import Device, DeviceKey


@dataclass(frozen=True, slots=True)
class GivenKey:
    key: "DeviceKey"
    shown: Mapping[str, str]
    """What to print of it, the private half too if it was made here."""


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = actions.add_parser(
        "key",
        help="add, revoke and list the keys that a device signs with",
        description="Several keys of a device may count at once, so a new one overlaps with the old. A "
        "signed message is taken in if its key counts at the moment when it arrives. What was taken in "
        "before a key was revoked stays.",
    )
    of_keys = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    new = of_keys.add_parser("add", help="let a device sign with one more key")
    new.add_argument("alias")
    add_key_options(new, required=True)
    new.set_defaults(run=_add)
    revoke = of_keys.add_parser("revoke", help="refuse from a time on what a key signs")
    revoke.add_argument("alias")
    revoke.add_argument("key_id", metavar="KEY-ID", help="16 hex digits, as `key list` shows them")
    revoke.add_argument("--why", required=True, help="for those who look at its readings later")
    revoke.add_argument(
        "--from", dest="at_ms", type=moment, metavar="TIME", help="by default now; not a time that is past"
    )
    revoke.set_defaults(run=_revoke)
    shown = of_keys.add_parser("list", help="show the keys of a device, newest first")
    shown.add_argument("alias")
    shown.set_defaults(run=_list)
    _add_calibrate(actions)


def _add_calibrate(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    calibrate = actions.add_parser("calibrate", help="record that a device was compared with a standard")
    calibrate.add_argument("alias")
    calibrate.add_argument("--on", required=True, type=day, metavar="DATE", help="e.g. 2026-05-01")
    calibrate.add_argument("--until", required=True, type=day, metavar="DATE", help="last day it counts")
    calibrate.add_argument(
        "--certificate", required=True, type=Path, metavar="FILE", help="its SHA-256 is kept, the file is not"
    )
    calibrate.set_defaults(run=_calibrate)


def add_key_options(command: argparse.ArgumentParser, required: bool) -> None:
    kinds = command.add_mutually_exclusive_group(required=required)
    kinds.add_argument(
        "--public-key", metavar="KEY", help="made on the device: PEM, JWK or hex, or @FILE that holds it"
    )
    kinds.add_argument(
        "--new-key",
        nargs="?",
        const="EdDSA",
        choices=("EdDSA", "ES256"),
        help="make a key pair here, and print the private half once; better make it on the device",
    )
    command.add_argument("--key-from", type=moment, metavar="TIME", help="when it begins to count; now")
    command.add_argument("--key-until", type=moment, metavar="TIME", help="when it ends to count; never")


def given_key(args: argparse.Namespace) -> GivenKey | None:
    """The key that the options of `add_key_options` speak of. Raises `InvalidInput`."""
    from traceability.telemetry.device import DeviceKey
    from traceability.telemetry.private_key import DeviceSigner
    from traceability.telemetry.public_key import Algorithm
    from traceability.telemetry.read_key import read_public_key

    if args.public_key is not None:
        public, private = read_public_key(_text(args.public_key)), {}
    elif args.new_key is not None:
        signer = DeviceSigner.make(Algorithm[args.new_key])
        public, private = signer.public, {"private": signer.to_pem()}
    else:
        return None
    from_ms = time.time_ns() // 1_000_000 if args.key_from is None else args.key_from
    key = DeviceKey(public, from_ms, args.key_until)
    return GivenKey(key, {"key id": public.key_id.hex(), "key": str(public), **private})


def _add(args: argparse.Namespace) -> int:
    from traceability.cli import credentials

    store = _open_store()
    registered(store, args.alias)
    given = given_key(args)
    assert given is not None  # one of the options is required
    store.device_keys.add(args.alias, given.key)
    credentials.show(given.shown)
    return 0


def _revoke(args: argparse.Namespace) -> int:
    from traceability.telemetry.clock import iso

    store = _open_store()
    registered(store, args.alias)
    now_ms = time.time_ns() // 1_000_000
    at_ms = now_ms if args.at_ms is None else args.at_ms
    if at_ms < now_ms:
        raise InvalidInput(f"{iso(at_ms)} is past: what arrived since then was taken in, and stays")
    store.device_keys.revoke(args.alias, args.key_id, at_ms, args.why)
    print(f"revoked from {iso(at_ms)} on: {args.key_id} of {args.alias}")
    return 0


def _list(args: argparse.Namespace) -> int:
    for key in registered(_open_store(), args.alias).keys:
        print(f"{key.public.key_id.hex()}\t{state(key)}\t{key.public}")
    return 0


def state(key: "DeviceKey") -> str:
    from traceability.telemetry.clock import iso

    if key.revoked_at_ms is not None:
        return f"revoked {iso(key.revoked_at_ms)}: {printable(key.revoked_why or '')}"
    return f"from {iso(key.from_ms)}" + ("" if key.until_ms is None else f" until {iso(key.until_ms)}")


def _calibrate(args: argparse.Namespace) -> int:
    from traceability.telemetry.device import Calibration

    store = _open_store()
    registered(store, args.alias)
    certificate = sha256(_read(args.certificate)).digest()
    store.calibrations.add(args.alias, Calibration(args.on, args.until, certificate))
    print(f"{args.alias} is calibrated until {args.until}; SHA-256 of the certificate {certificate.hex()}")
    return 0


def _open_store() -> "Store":
    from traceability.own_store import open_store

    return open_store(Settings.read(os.environ))


def registered(store: "Store", alias: str) -> "Device":
    device = store.devices.all().get(alias)
    if device is None:
        raise Unknown(f"no device {alias[:80]} is registered; `guoji device add` does it")
    return device


def _text(given: str) -> str:
    try:
        return _read(Path(given[1:])).decode() if given.startswith("@") else given
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{given[1:]} is not text, want a key in PEM, JWK or hex") from error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot read {file}: {error.strerror}") from error
