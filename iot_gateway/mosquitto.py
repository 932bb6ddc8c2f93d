"""Configuration of a Mosquitto for the same users: what an installation with its own broker starts from."""

import getpass
import hashlib
import secrets
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from iot_gateway.broker import MAX_MESSAGE_BYTES
from iot_gateway.logins import GATEWAY
from traceability.keys.files import write_secret

_ITERATIONS = 101
"""Mosquitto's own number. Enough, since our passwords are random and cannot be guessed."""

_PACKET_OVERHEAD_BYTES = 1024
"""Room for the topic beside the payload."""

_CONFIG = """\
listener {port} {host}
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
# message_size_limit would acknowledge a larger message and drop it; this ends the connection.
max_packet_size {max_packet_bytes}
"""
_ACL = """\
user {gateway}
topic read guoji/v1/#
topic write guoji/v1/+/receipts

pattern write guoji/v1/%u/#
pattern read guoji/v1/%u/receipts
"""


def write_config(folder: Path, passwords: Mapping[str, str], host: str, port: int) -> Path:
    """Write mosquitto.conf, acl and passwords into `folder`; only their owner can read them."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [f"{user}:{_hashed(password)}\n" for user, password in passwords.items()]
    write_secret(folder / "passwords", "".join(lines).encode())
    write_secret(folder / "acl", _ACL.format(gateway=GATEWAY).encode())
    config = _CONFIG.format(
        host=host,
        port=port,
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
