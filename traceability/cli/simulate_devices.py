"""Which devices `guoji simulate` plays: their names, their registration, their logins and their keys."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from traceability.errors import InvalidInput
from traceability.settings import Settings

if TYPE_CHECKING:
    from iot_gateway.simulate.sender import Sender
    from traceability.own_store import Store
    from traceability.telemetry.device import Device
    from traceability.telemetry.private_key import DeviceSigner

STAGED = {"en": "simulated: nothing here was measured", "zh": "模拟数据: 并非实测"}


def numbered(count: int) -> list[str]:
    return [f"sim-{number:04}" for number in range(1, count + 1)]


def senders(settings: Settings, aliases: Sequence[str], sign: Path | None, seed: int) -> "dict[str, Sender]":
    """Each with its login, and its key if it is to `sign`. Raises `InvalidInput` where one is missing."""
    from iot_gateway.logins import PASSWORDS, address, passwords_of_devices
    from iot_gateway.simulate.sender import Sender
    from iot_gateway.simulate.voice import Voice
    from traceability.own_policy import own_gateways

    gateways, register = own_gateways(settings), "`guoji device add` does it; with --devices, add --register"
    made = {}
    for alias, password in passwords_of_devices(settings.keys / PASSWORDS, aliases, register).items():
        where = address(settings.mqtt_url, alias, password, settings.mqtt_ca)
        made[alias] = Sender(where, gateways, Voice(alias, seed, signer(sign, alias)))
    return made


def register(settings: Settings, aliases: Sequence[str], cold_chain: bool, sign: Path | None) -> int:
    """Register those that are not yet, labelled as simulated, each in a part of the party's own place.

    `sign`: a folder in which each one's private key lies, or is to lie. How many were registered.
    """
    from iot_gateway.logins import PASSWORDS, make_passwords
    from traceability.cli import own_broker
    from traceability.own_store import open_store

    store = open_store(settings)
    known = store.devices.all()
    new = [alias for alias in aliases if alias not in known]
    for alias in new:
        store.devices.keep(_described(alias, settings.party, cold_chain))
    if sign is not None:
        for alias in aliases:
            _give_key(store, alias, sign)
    users = [settings.gateway_user, *known, *new]
    make_passwords(settings.keys / PASSWORDS, users)
    own_broker.let_in(settings)
    store.close()
    return len(new)


def _described(alias: str, party: str, cold_chain: bool) -> "Device":
    from traceability.gs1 import digital_link
    from traceability.telemetry.device import Device

    return Device(
        alias=alias,
        giai=digital_link.device(f"{party[:7]}{alias.upper()}"),
        party=party,
        name={"en": f"Simulated device {alias}", "zh": f"模拟设备 {alias}"},
        place=digital_link.place(party, alias),
        cold_chain=cold_chain,
        staged=STAGED,
    )


def _give_key(store: "Store", alias: str, folder: Path) -> None:
    from traceability.keys.files import write_secret
    from traceability.telemetry.device import DeviceKey
    from traceability.telemetry.private_key import DeviceSigner
    from traceability.telemetry.public_key import Algorithm

    file = folder / f"{alias}.pem"
    if file.exists():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    signer = DeviceSigner.make(Algorithm.EdDSA)
    write_secret(file, signer.to_pem().encode())
    store.device_keys.add(alias, DeviceKey(signer.public, time.time_ns() // 1_000_000))


def signer(path: Path | None, alias: str) -> "DeviceSigner | None":
    """The key in the file `path`, or in the file for `alias` if it is a folder. Raises `InvalidInput`."""
    from traceability.telemetry.private_key import DeviceSigner

    if path is None:
        return None
    file = path / f"{alias}.pem" if path.is_dir() else path
    try:
        return DeviceSigner.from_pem(file.read_bytes())
    except OSError as error:
        raise InvalidInput(f"cannot read {file}: {error.strerror}") from error
