"""`guoji keys`: what each key is, a new one in its place, a new passphrase for all."""

import argparse
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.keys.files import KeyFile


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser(
        "keys",
        help="show, rotate and encrypt the keys of log, gateway and chain account",
        description="The keys lie encrypted in keys/ of the home; GUOJI_PASSPHRASE_FILE opens them. Nothing "
        "here ever prints a private key.",
    )
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    actions.add_parser("list", help="show each key's file, age and public half").set_defaults(run=_list)
    actions.add_parser(
        "encrypt",
        help="encrypt all keys under a new passphrase",
        description="Make a new random passphrase and encrypt every key under it; also the keys of an older "
        "installation, which had none. A crash on any line leaves keys that open; run it again then. Restart "
        "the parts that run.",
    ).set_defaults(run=_encrypt)
    rotate = actions.add_parser(
        "rotate",
        help="put a new key in the place of one",
        description="Make a new key, make it known, and put it in the old one's place. What the old one "
        "signed stays valid. Log and chain need the chain to answer. The chain's account is handed over in "
        "two calls, a day apart, and this says what is left to do. Interrupted, run it again.",
    )
    rotate.add_argument("key", choices=ROTATE)
    rotate.set_defaults(run=lambda args: ROTATE[args.key]())


def _list(_args: argparse.Namespace) -> int:
    settings = Settings.read(os.environ)
    for held in settings.key_ring.all():
        state = "encrypted" if held.encrypted else "not encrypted"
        made_at = f"{held.made_at:%Y-%m-%dT%H:%M:%SZ}"
        print(f"{held.file.name}\t{made_at}\t{state}\t{_public_half(settings, held)}")
    return 0


def _public_half(settings: Settings, held: "KeyFile") -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from iot_gateway.certificates import CA_CERTIFICATE, fingerprint, read_certificate
    from traceability.chain.accounts import account_of
    from traceability.keys.ring import BROKER_CA
    from traceability.log.note import NoteSigner, NoteVerifier
    from traceability.own_policy import signs_as

    if isinstance(held.key, Ed25519PrivateKey):
        return NoteVerifier.of(NoteSigner(signs_as(settings, held.file.name), held.key)).vkey
    if held.file.name == BROKER_CA:
        return f"SHA-256 {fingerprint(read_certificate(settings.keys / CA_CERTIFICATE))}"
    return str(account_of(held.key).address)


def _encrypt(_args: argparse.Namespace) -> int:
    settings = Settings.read(os.environ)
    settings.key_ring.encrypt_anew()
    print(
        f"every key in {settings.keys} is encrypted under the new passphrase in "
        f"{settings.key_ring.passphrase_file}"
    )
    return 0


def _rotate_log() -> int:
    from traceability.upkeep.rotation import rotate_log

    settings = Settings.read(os.environ)
    print(f"log {rotate_log(settings).vkey}")
    print(f"next: restart every part, and hand out {settings.trust_file} anew; the line stands in it")
    return 0


def _rotate_gateway() -> int:
    from traceability.upkeep.rotation import rotate_gateway

    settings = Settings.read(os.environ)
    print(f"gateway {rotate_gateway(settings).vkey}")
    print(
        f"next: restart every part, and give the devices that line of {settings.trust_file}: "
        "until they have it they keep what they send; each edge box needs a new bundle (`guoji edge bundle`)"
    )
    return 0


def _rotate_chain() -> int:
    from datetime import UTC, datetime

    from traceability.upkeep.hand_over import rotate_chain

    rotate_chain(Settings.read(os.environ), datetime.now(UTC), print)
    return 0


ROTATE: Mapping[str, Callable[[], int]] = {
    "log": _rotate_log,
    "gateway": _rotate_gateway,
    "chain": _rotate_chain,
}
