"""The embedded broker: where it listens, how it is called, who may log in, and its certificate."""

import os
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from traceability.errors import InvalidInput
from traceability.settings import Settings

if TYPE_CHECKING:
    from iot_gateway.certificates import Authority

A_DAY_S = 86_400
TELL_IT = """\
the broker {} goes by its old logins until you write its files anew (`guoji broker`) and send it a SIGHUP"""


def addressed(settings: Settings, port: int, native_port: int) -> Settings:
    """As the parts on this machine reach the broker that listens on these ports.

    Raises `InvalidInput` if others could listen in on what devices tell it, or it would have no gateway.
    """
    if settings.nats_url:
        raise InvalidInput(
            f"setting nats_url is {settings.nats_url} and mqtt_url is empty: name both ports of a broker of "
            "yours, or neither, to have one started"
        )
    tls = speaks_tls(settings)
    if not tls and not is_loopback(settings.mqtt_host):
        raise InvalidInput(
            f"setting mqtt_host is {settings.mqtt_host}: passwords would cross the network in clear. Set "
            "mqtt_public_url to how devices call this broker, such as mqtts://broker.my-farm.cn:8883, and "
            "mqtt_port to 8883, and it speaks TLS"
        )
    settings = replace(settings, nats_url=f"nats://127.0.0.1:{native_port}")
    if not tls:
        return replace(settings, mqtt_url=f"mqtt://{_called_here(settings)}:{port}")
    return replace(
        settings,
        mqtt_url=f"mqtts://{_called_here(settings)}:{port}",
        mqtt_ca_file=str(authority(settings).file),
    )


def command(settings: Settings, passwords: Mapping[str, str]) -> list[str]:
    """What to run for it; `settings` are `addressed`."""
    from iot_gateway.broker import broker_command

    certificate = None
    if speaks_tls(settings):
        (settings.home / "broker").mkdir(mode=0o700, exist_ok=True)
        certificate = _certificate(settings)
        _certify(settings)
    port = urlsplit(settings.mqtt_url).port or settings.mqtt_port
    native_port = urlsplit(settings.nats_url).port or 0
    return broker_command(
        settings.home / "broker", passwords, settings.mqtt_host, port, certificate, native_port
    )


def speaks_tls(settings: Settings) -> bool:
    return settings.mqtt_public_url.startswith("mqtts:")


def seen_from_outside(settings: Settings) -> tuple[str, Path | None]:
    """How devices call the broker, and whom to believe then; None: those whom the machine believes."""
    if not settings.mqtt_url and speaks_tls(settings):
        return settings.mqtt_public_url, authority(settings).file
    return settings.mqtt_public_url or settings.mqtt_url, settings.mqtt_ca


def authority(settings: Settings) -> "Authority":
    """Who vouches for our broker."""
    from iot_gateway.certificates import open_authority

    return open_authority(settings.key_ring, settings.origin, datetime.now(UTC))


def certify(settings: Settings, file: Path, names: str) -> datetime:
    """Have in `file` a certificate for these names (with commas), made anew if little of its time is left.

    Until when it counts. Raises `InvalidInput`.
    """
    from iot_gateway.certificates import keep_server_certificate, server_names

    return keep_server_certificate(file, authority(settings), server_names(names), datetime.now(UTC))


def _certify(settings: Settings) -> datetime:
    outside = urlsplit(settings.mqtt_public_url).hostname or ""
    inside = "" if _is_any(settings.mqtt_host) else settings.mqtt_host
    return certify(settings, _certificate(settings), f"{outside},{inside}")


def stay_certified(
    settings: Settings, stop: threading.Event, log: structlog.typing.FilteringBoundLogger
) -> None:
    """Look once a day, until `stop`: `guoji up` may run for longer than a certificate counts."""
    until = _certify(settings)
    while not stop.wait(A_DAY_S):
        try:
            if (renewed := _certify(settings)) != until:
                until = renewed
                read_again(settings)
                log.info("certificate of the broker renewed", until=f"{until:%Y-%m-%d}")
        except (InvalidInput, OSError) as error:
            log.error(
                "cannot renew the certificate of the broker", reason=str(error), until=f"{until:%Y-%m-%d}"
            )


def let_in(settings: Settings) -> None:
    """Have the embedded broker take the logins over as they are now, also if it is just being started again.

    Without one, the next to be started will. A broker of the operator's own must be told by them, and so we
    say.
    """
    from iot_gateway.broker import write_users
    from iot_gateway.logins import PASSWORDS, standing_passwords

    folder = settings.home / "broker"
    # What is written last must be what holds, whatever another command changes at the same time.
    with standing_passwords(settings.keys / PASSWORDS) as passwords:
        if folder.exists():
            write_users(folder, passwords)
            read_again(settings)
    if settings.mqtt_url and _running(settings) is None:
        print(TELL_IT.format(settings.mqtt_url), file=sys.stderr)


def read_again(settings: Settings) -> None:
    """Have the running broker, if there is one, read its files again."""
    pid = _running(settings)
    if pid is not None:
        os.kill(pid, signal.SIGHUP)


def _running(settings: Settings) -> int | None:
    try:
        pid = int((settings.home / "run" / "broker.pid").read_text())
        running = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    # The number may be that of another program by now.
    return pid if str(settings.home / "broker").encode() in running else None


def _certificate(settings: Settings) -> Path:
    return settings.home / "broker" / "broker.pem"


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_any(host: str) -> bool:
    return host in ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on


def _called_here(settings: Settings) -> str:
    host = "127.0.0.1" if _is_any(settings.mqtt_host) else settings.mqtt_host
    return f"[{host}]" if ":" in host else host
