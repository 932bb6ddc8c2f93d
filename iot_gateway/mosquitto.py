"""Configuration of a Mosquitto for the same users: what an installation with its own broker starts from."""

import getpass
import hashlib
import secrets
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from iot_gateway.broker import MAX_MESSAGE_BYTES
from iot_gateway.logins import is_gateway
from traceability.keys.files import write_secret

_ITERATIONS = 101
"""Mosquitto's own number. Enough, since our passwords are random and cannot be guessed."""

_PACKET_OVERHEAD_BYTES = 1024
"""Room for the topic beside the payload."""

_CONFIG = """\
listener {port} {host}{tls}
user {system_user}
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
# An impostor cannot take over the session of another device.
use_username_as_clientid true
persistence true
persistence_location {folder}/
# Mosquitto keeps messages in memory and writes them all out this often (by default every half hour). When
# it is killed, it loses what it acknowledged since; receipts make up for it. To save at every change loses
# almost as much, and costs the whole backlog each time.
autosave_interval 5
# The default of 1000 silently drops acknowledged messages for a gateway that is away or slow.
max_queued_messages 0
max_inflight_messages 100
# We retain nothing, and a device could fill the memory with it.
retain_available false
# message_size_limit would acknowledge a larger message and drop it; this ends the connection.
max_packet_size {max_packet_bytes}
"""
_GATEWAY_ACL = """\
user {user}
topic read guoji/v1/#
topic write guoji/v1/+/receipts

"""
_DEVICES_ACL = """\
pattern write guoji/v1/%u/#
pattern read guoji/v1/%u/receipts
"""


def write_config(
    folder: Path, passwords: Mapping[str, str], host: str, port: int, certificate: Path | None = None
) -> Path:
    """Write mosquitto.conf, acl and passwords into `folder`; only their owner can read them.

    With a `certificate` (its key and chain in one PEM file) it speaks TLS. A running Mosquitto takes over
    logins and certificate at SIGHUP.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [f"{user}:{_hashed(password)}\n" for user, password in passwords.items()]
    write_secret(folder / "passwords", "".join(lines).encode())
    rights = [_GATEWAY_ACL.format(user=user) for user in passwords if is_gateway(user)]
    write_secret(folder / "acl", "".join([*rights, _DEVICES_ACL]).encode())
    config = _CONFIG.format(
        host=host,
        port=port,
        tls="" if certificate is None else f"\ncertfile {certificate}\nkeyfile {certificate}",
        folder=folder,
        system_user=getpass.getuser(),
        max_packet_bytes=MAX_MESSAGE_BYTES + _PACKET_OVERHEAD_BYTES,
    )
    write_secret(folder / "mosquitto.conf", config.encode())
    return folder / "mosquitto.conf"


def _hashed(password: str) -> str:
    """As mosquitto_passwd of Mosquitto 2 writes it: PBKDF2 with SHA-512."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    return f"$7${_ITERATIONS}${b64encode(salt).decode()}${b64encode(digest).decode()}"
