"""Who logs in at the broker, where, and with which password."""

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fcntl import LOCK_EX, flock
from pathlib import Path
from urllib.parse import urlsplit

from traceability.errors import InvalidInput
from traceability.keys.files import read_secret, write_secret

GATEWAY = "@gateway"
"""User name of the gateway, unless the setting `gateway_user` says another."""
PASSWORDS = "broker-passwords.json"
"""Where an installation keeps them, among its keys."""
_GROUP = "$group"
"""Stands among them; no user is called so."""
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
        return client_id(self.user, self.password)


def client_id(user: str, password: str) -> str:
    """Names a session at the broker, and only who has the password can know it.

    NATS lets every user come under every client id and then ends the older session, so an id that others can
    guess lets them throw away what the broker keeps for us. (Mosquitto takes the user name instead.)
    """
    secret = b"guoji/client-id\0" + user.encode() + b"\0" + password.encode()
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
    scheme, host, port = _parts(mqtt_url)
    if scheme not in DEFAULT_PORTS or not host or not mqtt_url.isprintable():
        raise InvalidInput(f"broker {mqtt_url!r} is not like mqtt://host:port or mqtts://host:port")
    return Address(host, port or DEFAULT_PORTS[scheme], user, password, tls=scheme == "mqtts", ca=ca)


def _parts(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port
    except ValueError as error:
        raise InvalidInput(f"broker {url!r}: {error}") from error


def make_passwords(file: Path, users: Iterable[str]) -> Mapping[str, str]:
    """The passwords in `file` by user name, with new ones for those of `users` who never had one."""
    with _alone_with(file):
        held = _read(file) if file.exists() else {}
        missing = [user for user in (_GROUP, *users) if user not in held]
        if missing:
            held = {**held, **{user: _a_password() for user in missing}}
            _write(file, held)
    return _valid(held)


def give_new_password(file: Path, user: str) -> Mapping[str, str]:
    """All passwords, after `user` was given another one. Raises `InvalidInput`."""
    return _change(file, user, _a_password())


def withdraw_login(file: Path, user: str) -> Mapping[str, str]:
    """All passwords, after that of `user` was taken away, so that only a new one lets them in again.

    Raises `InvalidInput`.
    """
    return _change(file, user, None)


def read_passwords(file: Path) -> Mapping[str, str]:
    """Raises `InvalidInput`."""
    return _valid(_read(file))


def passwords_of_devices(file: Path, aliases: Sequence[str], register: str) -> dict[str, str]:
    """Each one's password. `register`: what would register a device. Raises `InvalidInput`."""
    held = _read(file)
    passwords = _valid(held)
    for alias in aliases:
        if held.get(alias, "") is None:
            raise InvalidInput(f"{alias} is withdrawn: `guoji device password {alias}` lets it in again")
        if alias not in passwords or is_gateway(alias):
            raise InvalidInput(f"no device {alias[:80]} is registered: {register}")
    return {alias: passwords[alias] for alias in aliases}


@contextmanager
def standing_passwords(file: Path) -> Iterator[Mapping[str, str]]:
    """Those that nobody changes meanwhile. Raises `InvalidInput`."""
    with _alone_with(file):
        yield read_passwords(file)


def group_of_gateways(file: Path) -> str:
    """Names the subscription that all gateways of this installation share, and nobody else can know it.

    Mosquitto lets every user join any group, gives them their turn, and then drops what they may not read.
    Raises `InvalidInput`.
    """
    group = _read(file).get(_GROUP)
    if group is None:
        raise InvalidInput(
            f"{file} has no name for the gateways' group: `guoji up` or `guoji broker` makes one"
        )
    return group


def password_of(user: str, passwords: Mapping[str, str]) -> str:
    """Raises `InvalidInput` if the broker knows no such user."""
    if user not in passwords:
        raise InvalidInput(
            f"the broker knows no user {user}; it knows {', '.join(sorted(passwords)) or 'nobody'}"
        )
    return passwords[user]


def _change(file: Path, user: str, password: str | None) -> Mapping[str, str]:
    with _alone_with(file):
        held = {**_read(file), user: password}
        _write(file, held)
    return _valid(held)


def _read(file: Path) -> dict[str, str | None]:
    """None stands for a login that was withdrawn: without it the next start would make a new one."""
    try:
        held = json.loads(read_secret(file))
    except ValueError as error:
        raise InvalidInput(f"{file} is not JSON: {error}") from error
    if not isinstance(held, dict) or not all(
        password is None or (isinstance(password, str) and password) for password in held.values()
    ):
        raise InvalidInput(f"{file} is not a JSON object of passwords by user name")
    return held


def _write(file: Path, held: Mapping[str, str | None]) -> None:
    write_secret(file, json.dumps(held, indent=1).encode())


def _valid(held: Mapping[str, str | None]) -> dict[str, str]:
    return {user: password for user, password in held.items() if password is not None and user != _GROUP}


def _a_password() -> str:
    return secrets.token_urlsafe(24)


@contextmanager
def _alone_with(file: Path) -> Iterator[None]:
    """Of two commands at once, one would lose the password that the other has just printed."""
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        flock(folder, LOCK_EX)
        yield
    finally:
        os.close(folder)
