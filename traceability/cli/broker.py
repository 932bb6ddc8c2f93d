"""`guoji broker`: the files with which a broker of your own lets our devices in, and nobody else."""

import argparse
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from traceability.cli import own_broker
from traceability.cli.argument import whole
from traceability.errors import InvalidInput
from traceability.settings import Settings

MAX_PORT = 65_535
ABOUT = """\
Write into DIR what {program} needs for this installation: its configuration, a login with a password
for each gateway and each registered device, what each may publish and read, and with --name a certificate
for TLS. It then prints what to run and which settings to set. Call it again after `guoji device add`,
`password` or `withdraw`, and once a month for the certificate, which is renewed when a third of its
397 days is left. Then send the broker a SIGHUP: it reads the files again and stays up. DIR holds
secrets and names itself in the configuration: keep it where the broker runs, for its user alone.

A device may publish below guoji/v1/ALIAS/ and read guoji/v1/ALIAS/receipts; a gateway reads everything
below guoji/v1/ and publishes receipts. Everything else is refused."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the broker will run, and who will log in there."""

    settings: Settings
    folder: Path
    listen: str
    port: int
    name: str
    passwords: Mapping[str, str]
    certificate: Path | None
    until: datetime | None
    """Of the certificate."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser(
        "broker",
        help="write the configuration of a broker of your own",
        description="`guoji up` starts a broker of its own. For one that you run yourself, this writes its "
        "configuration, for the logins of this installation.",
    )
    actions = group.add_subparsers(title="brokers", metavar="BROKER", required=True)
    _add_options(
        actions,
        "mosquitto",
        "Mosquitto 2",
        "Example: guoji broker mosquitto mosquitto --listen 0.0.0.0 --name broker.my-farm.cn",
    ).set_defaults(run=_mosquitto)
    nats = _add_options(
        actions,
        "nats",
        "a nats-server",
        "Gateways log in at its native port alone, devices at the one for MQTT alone. Start a gateway "
        "before the first device publishes: NATS keeps nothing that nobody has asked for. "
        "Example: guoji broker nats nats --listen 0.0.0.0 --name broker.my-farm.cn",
    )
    nats.add_argument(
        "--native-port",
        type=whole(1, MAX_PORT),
        default=4222,
        metavar="PORT",
        help="for the gateways (default 4222)",
    )
    nats.set_defaults(run=_nats)


def _add_options(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, program: str, epilog: str
) -> argparse.ArgumentParser:
    command = actions.add_parser(
        name,
        help=f"for {program}",
        description=ABOUT.format(program=program),
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument(
        "--name", metavar="HOST", help="how devices and gateways call the broker; it then speaks TLS"
    )
    command.add_argument(
        "--listen", default="127.0.0.1", metavar="ADDRESS", help="any but loopback (the default) wants --name"
    )
    command.add_argument(
        "--port", type=whole(1, MAX_PORT), help="for MQTT; by default 8883 with TLS, else 1883"
    )
    command.add_argument(
        "--gateways", type=whole(1), default=1, metavar="N", help="how many gateways log in (default 1)"
    )
    return command


def _mosquitto(args: argparse.Namespace) -> int:
    from iot_gateway.mosquitto import write_config

    place = _place(args)
    config = write_config(place.folder, place.passwords, place.listen, place.port, place.certificate)
    _explain(place, f"mosquitto -c {shlex.quote(str(config))}", [_mqtt_url(place)])
    return 0


def _nats(args: argparse.Namespace) -> int:
    from iot_gateway.broker import Listener, write_config

    place = _place(args)
    mqtt = Listener(place.listen, place.port, place.certificate)
    native = Listener(place.listen, args.native_port, place.certificate)
    config = write_config(place.folder, place.passwords, mqtt, native)
    scheme = "nats" if place.certificate is None else "tls"
    nats_url = f"GUOJI_NATS_URL={scheme}://{place.name}:{args.native_port}"
    _explain(place, f"nats-server -c {shlex.quote(str(config))}", [_mqtt_url(place), nats_url])
    return 0


def _place(args: argparse.Namespace) -> Place:
    """Raises `InvalidInput` if others could listen in."""
    if args.name is None and not own_broker.is_loopback(args.listen):
        raise InvalidInput(
            f"--listen {args.listen} without TLS: passwords would cross the network in clear; say with "
            "--name how devices call the broker, and it speaks TLS"
        )
    settings, folder = Settings.read(os.environ), args.folder.absolute()
    if '"' in str(folder) or "\\" in str(folder) or not str(folder).isprintable():
        raise InvalidInput(
            f"folder {str(folder)!r}: brokers read no path with quotation marks or backslashes"
        )
    certificate, until = None, None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if args.name is not None:
        certificate = folder / "broker.pem"
        until = own_broker.certify(settings, certificate, args.name)
    return Place(
        settings=settings,
        folder=folder,
        listen=args.listen,
        port=args.port or (1883 if certificate is None else 8883),
        name=args.name or args.listen,
        passwords=_passwords(settings, args.gateways),
        certificate=certificate,
        until=until,
    )


def _passwords(settings: Settings, gateways: int) -> Mapping[str, str]:
    from iot_gateway.logins import PASSWORDS, make_passwords
    from traceability.own_store import open_store

    store = open_store(settings)
    users = [*gateway_users(settings, gateways), *store.devices.all()]
    store.close()
    return make_passwords(settings.keys / PASSWORDS, users)


def gateway_users(settings: Settings, count: int) -> list[str]:
    """As whom each of `count` gateways logs in: two under one name would push each other out."""
    return [settings.gateway_user, *(f"{settings.gateway_user}-{number}" for number in range(2, count + 1))]


def _mqtt_url(place: Place) -> str:
    scheme = "mqtt" if place.certificate is None else "mqtts"
    return f"GUOJI_MQTT_URL={scheme}://{place.name}:{place.port}"


def _explain(place: Place, command: str, addresses: Sequence[str]) -> None:
    from iot_gateway.logins import is_gateway

    print("# run, where this folder is")
    print(command)
    print("# settings of this installation")
    for line in addresses:
        print(line)
    if place.until is not None:
        print(f"GUOJI_MQTT_CA_FILE={own_broker.authority(place.settings).file}")
    gateways = [user for user in place.passwords if is_gateway(user)]
    print(
        f"# of each gateway its own, {len(gateways)} in all; {len(place.passwords) - len(gateways)} devices"
    )
    for user in gateways:
        print(f"GUOJI_GATEWAY_USER={user}")
    if place.until is not None:
        print(f"# its certificate counts until {place.until:%Y-%m-%d}")
    print("# when logins have changed: this again, and then send the broker a SIGHUP")
