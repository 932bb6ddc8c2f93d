"""What takes the messages from broker to database in a run: our gateway, or a bare loop."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.ingest.brokers import Running
from bench.ingest.databases import Database
from iot_gateway.logins import GATEWAY, PASSWORDS, make_passwords
from traceability.children import die_with_parent
from traceability.settings import Settings
from traceability.upkeep.installation import make


def installation(folder: Path, users: list[str]) -> tuple[Settings, Mapping[str, str]]:
    """One for all runs: keys, and the passwords of the broker. Its own database is not used."""
    settings = Settings.read({"GUOJI_HOME": str(folder)})
    make(settings)
    return settings, make_passwords(settings.keys / PASSWORDS, [GATEWAY, *users])


@contextmanager
def gateway(
    settings: Settings, broker: Running, database: Database, log: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """`guoji gateway`, a process as anybody starts it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GUOJI_")}
    environment |= {"GUOJI_HOME": str(settings.home), "GUOJI_DATABASE": database.url, **broker.settings}
    with running([sys.executable, "-m", "traceability.cli.main", "gateway"], log, environment) as process:
        yield process


@contextmanager
def bare(
    loop: Sequence[str], password: str, broker: Running, database: Database, log: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """`loop`: a module of this bench, and which way of it."""
    words = [sys.executable, "-m", *loop, database.url, str(broker.port), GATEWAY, password]
    with running(words, log) as process:
        yield process


@contextmanager
def running(
    words: list[str], log: Path, environment: Mapping[str, str] = os.environ
) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            words, stdout=output, stderr=output, env=dict(environment), preexec_fn=die_with_parent
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
