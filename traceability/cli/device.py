"""`guoji device`: whose readings are taken in."""

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from traceability.cli import device_keys, device_login, device_place
from traceability.cli.terminal import printable
from traceability.errors import InvalidInput
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.own_store import Store
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
    actions.add_parser("list", help="show all devices, and on what each is").set_defaults(run=_list)
    device_place.add(actions)
    device_keys.add(actions)
    device_login.add(actions)


def _add_add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    new = actions.add_parser(
        "add",
        help="register a device and print what it needs, once",
        description="Register a device, or describe it anew: its keys and its password stay, and so does "
        "what is left out, but for the part of its place. Its GIAI stays for good: a replacement is another "
        "device. What it needs is printed now and never again: as lines, and as a QR code that holds the "
        "same as JSON, but of the CA certificate the SHA-256 alone.",
        epilog="Example: guoji device add field-3 --giai 9521234FIELD3 --place 9521234000013 "
        '--place-part PLOT-3 --name-en "Station in field 3"',
    )
    new.add_argument("alias", help="1 to 32 of A-Z a-z 0-9 _ -; stands in topics and is the user name")
    new.add_argument("--giai", required=True, help="GS1 asset number of the device (AI 8004)")
    new.add_argument("--place", required=True, metavar="GLN", help="where it stands (AI 414, 13 digits)")
    new.add_argument("--place-part", metavar="EXT", help="which part of that place (AI 254)")
    new.add_argument(
        "--party", metavar="GLN", help="who answers for it; at first, by default, this installation's party"
    )
    new.add_argument("--name-zh", default="", help="its name in Chinese")
    new.add_argument("--name-en", default="", help="its name in English")
    new.add_argument(
        "--cold-chain",
        action=argparse.BooleanOptionalAction,
        help="it travels or stands with goods after harvest",
    )
    new.add_argument(
        "--must-sign",
        action=argparse.BooleanOptionalAction,
        help="quarantine what it sends without a signature",
    )
    device_keys.add_key_options(new, required=False)
    new.set_defaults(run=_add)


def _add(args: argparse.Namespace) -> int:
    from iot_gateway.logins import PASSWORDS, make_passwords, read_passwords
    from traceability.cli import credentials, own_broker
    from traceability.own_store import open_store

    settings = Settings.read(os.environ)
    given, store = device_keys.given_key(args), open_store(settings)
    before = store.devices.all().get(args.alias)
    device = _described(args, before, settings.party)
    if device.must_sign and given is None and not device.keys:
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
    for change in _changes(before or device, device):
        print(printable(change), file=sys.stderr)
    return 0


def _described(args: argparse.Namespace, before: "Device | None", party: str) -> "Device":
    from traceability.gs1 import digital_link
    from traceability.gs1.keys import gln
    from traceability.telemetry.device import Device

    giai, place = digital_link.device(args.giai), digital_link.place(args.place, args.place_part)
    was = before or Device(args.alias, giai, party, {}, place, cold_chain=False)
    names = {"zh": args.name_zh, "en": args.name_en}
    return replace(
        was,
        giai=giai,
        party=gln(args.party or was.party),
        name={**was.name, **{language: name for language, name in names.items() if name}},
        place=place,
        cold_chain=was.cold_chain if args.cold_chain is None else args.cold_chain,
        must_sign=was.must_sign if args.must_sign is None else args.must_sign,
    )


def _changes(before: "Device", now: "Device") -> Iterator[str]:
    for what in ("party", "name", "place", "cold_chain", "must_sign"):
        old, new = getattr(before, what), getattr(now, what)
        if old != new:
            yield f"{what.replace('_', ' ')} was {old}, is now {new}"


def _list(_args: argparse.Namespace) -> int:
    from traceability.own_store import open_store

    store = open_store(Settings.read(os.environ))
    for device in store.devices.all().values():
        kind = "cold chain" if device.cold_chain else "field"
        name = device.name.get("en") or device.name.get("zh") or "-"
        keys = f"{len(device.keys)} keys{', must sign' if device.must_sign else ''}"
        on = _is_on(device, store)
        print("\t".join([device.alias, kind, keys, device.place, printable(name), device.giai, f"on {on}"]))
    return 0


def _is_on(device: "Device", store: "Store") -> str:
    from traceability.ledger.fitting import fittings

    was_on = fittings(device, store.events.telling)
    return was_on[-1].bearer if was_on and was_on[-1].lasts else "nothing"
