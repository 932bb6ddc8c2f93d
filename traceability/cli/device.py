"""`guoji device`: whose readings are taken in."""

import argparse
import os
import sys
from typing import TYPE_CHECKING

from traceability.cli import device_keys, device_login, device_place
from traceability.cli.terminal import printable
from traceability.errors import InvalidInput
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.telemetry.device import Device


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser(
        "device",
        help="register devices, their keys and calibrations, and list them",
        description="A device sends readings under its alias once it is registered. They apply to the goods "
        "that it is fitted on, or to what grows or is stored at the place where it is fitted.",
    )
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_add(actions)
    actions.add_parser("list", help="show all devices").set_defaults(run=_list)
    device_place.add(actions)
    device_keys.add(actions)
    device_login.add(actions)


def _add_add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    new = actions.add_parser(
        "add",
        help="register a device and print what it needs, once",
        description="Register a device, or describe it anew: its keys and its password stay. What it needs "
        "is printed now and never again: as lines, and as a QR code that holds the same as JSON, but of "
        "the CA certificate the SHA-256 alone.",
        epilog="Example: guoji device add field-3 --giai 9521234FIELD3 --place 9521234000013 "
        '--place-part PLOT-3 --name-en "Station in field 3"',
    )
    new.add_argument("alias", help="1 to 32 of A-Z a-z 0-9 _ -; stands in topics and is the user name")
    new.add_argument("--giai", required=True, help="GS1 asset number of the device (AI 8004)")
    new.add_argument("--place", required=True, metavar="GLN", help="where it stands (AI 414, 13 digits)")
    new.add_argument("--place-part", metavar="EXT", help="which part of that place (AI 254)")
    new.add_argument(
        "--party", metavar="GLN", help="who answers for it; by default this installation's party"
    )
    new.add_argument("--name-zh", default="", help="its name in Chinese")
    new.add_argument("--name-en", default="", help="its name in English")
    new.add_argument(
        "--cold-chain", action="store_true", help="it travels or stands with goods after harvest"
    )
    new.add_argument("--must-sign", action="store_true", help="quarantine what it sends without a signature")
    device_keys.add_key_options(new, required=False)
    new.set_defaults(run=_add)


def _add(args: argparse.Namespace) -> int:
    from iot_gateway.logins import PASSWORDS, make_passwords, read_passwords
    from traceability.cli import credentials, own_broker
    from traceability.wiring import open_store

    settings = Settings.read(os.environ)
    device, given = _described(args, settings), device_keys.given_key(args)
    store = open_store(settings)
    before = store.devices.all().get(device.alias)
    if device.must_sign and given is None and not (before and before.keys):
        raise InvalidInput(f"{device.alias} must sign and has no key: give --public-key or --new-key")
    store.devices.keep(device)
    if given is not None:
        store.device_keys.add(device.alias, given.key)
    file = settings.keys / PASSWORDS
    known = read_passwords(file) if file.exists() else {}
    passwords = make_passwords(file, [settings.gateway_user, *store.devices.all()])
    own_broker.let_in(settings)
    password = None if device.alias in known else passwords.get(device.alias)
    shown = credentials.login(settings, device.alias, password)
    credentials.show({**shown, **(given.shown if given else {})})
    if before is None:
        hint = f"its readings apply to no goods yet: `guoji device fit {device.alias}` says on what it is"
        print(hint, file=sys.stderr)
    return 0


def _described(args: argparse.Namespace, settings: Settings) -> "Device":
    from traceability.gs1 import digital_link
    from traceability.gs1.keys import gln
    from traceability.telemetry.device import Device

    names = {"zh": args.name_zh, "en": args.name_en}
    return Device(
        alias=args.alias,
        giai=digital_link.device(args.giai),
        party=gln(args.party or settings.party),
        name={language: name for language, name in names.items() if name},
        place=digital_link.place(args.place, args.place_part),
        cold_chain=args.cold_chain,
        must_sign=args.must_sign,
    )


def _list(_args: argparse.Namespace) -> int:
    from traceability.wiring import open_store

    for device in open_store(Settings.read(os.environ)).devices.all().values():
        kind = "cold chain" if device.cold_chain else "field"
        name = device.name.get("en") or device.name.get("zh") or "-"
        keys = f"{len(device.keys)} keys{', must sign' if device.must_sign else ''}"
        print(f"{device.alias}\t{kind}\t{keys}\t{device.place}\t{printable(name)}")
    return 0
