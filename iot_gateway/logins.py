"""Who logs in at the broker, where, and with which password."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from traceability.errors import InvalidInput
from traceability.keys.files import read_secret, write_secret

GATEWAY = "@gateway"
"""User name of the gateway, unless the setting `gateway_user` says another."""
PASSWORDS = "broker-passwords.json"
"""Where an installation keeps them, among its keys."""
DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}
"""By scheme of the broker's URL."""


@dataclass(frozen=True, slots=True)
class Address:
    """A broker, and who we are there."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: bool = False
    ca: Path | None = None
    """The one authority to believe with TLS; None: those of this machine."""

    @property
    def client_id(self) -> str:
        """Names our session at the broker, and only we can know it.

        NATS lets every user come under every client id and then ends the older session, so an id that others
        can guess lets them throw away what the broker keeps for us. (Mosquitto takes the user name instead.)
        """
        secret = b"guoji/client-id\0" + self.user.encode() + b"\0" + self.password.encode()
        return hashlib.sha256(secret).hexdigest()[:32]


def is_gateway(user: str) -> bool:
    """Every other user is a device, under its alias, which has no @."""
    return user.startswith("@")


def address(mqtt_url: str, user: str, password: str, ca: Path | None = None) -> Address:
    """From `mqtt://host:port`, or `mqtts://` for TLS with a broker that `ca` vouches for.

    Raises `InvalidInput`.
    """
    if not mqtt_url:
        raise InvalidInput(
            "no broker is running here: start `guoji up` with this GUOJI_HOME, or set GUOJI_MQTT_URL"
        )
    parts = urlsplit(mqtt_url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise InvalidInput(f"broker {mqtt_url!r} is not like mqtt://host:port or mqtts://host:port")
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    return Address(parts.hostname, port, user, password, tls=parts.scheme == "mqtts", ca=ca)


def make_passwords(file: Path, users: Iterable[str]) -> Mapping[str, str]:
    """The passwords in `file` by user name, with new ones for those of `users` that have none yet."""
    held = read_passwords(file) if file.exists() else {}
    missing = [user for user in users if user not in held]
    if missing:
        held = {**held, **{user: secrets.token_urlsafe(24) for user in missing}}
        write_secret(file, json.dumps(held, indent=1).encode())
    return held


def read_passwords(file: Path) -> Mapping[str, str]:
    """Raises `InvalidInput`."""
    try:
        held = json.loads(read_secret(file))
    except ValueError as error:
        raise InvalidInput(f"{file} is not JSON: {error}") from error
    if not isinstance(held, dict) or not all(isinstance(password, str) for password in held.values()):
        raise InvalidInput(f"{file} is not a JSON object of passwords by user name")
    return held


def password_of(user: str, passwords: Mapping[str, str]) -> str:
    """Raises `InvalidInput` if the broker knows no such user."""
    if user not in passwords:
        raise InvalidInput(
            f"the broker knows no user {user}; it knows {', '.join(sorted(passwords)) or 'nobody'}"
        )
    return passwords[user]
