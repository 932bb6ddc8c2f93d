"""Make an installation: everything that `guoji up` finds in its home."""

import json
from collections.abc import Collection
from dataclasses import dataclass, fields
from pathlib import Path

from traceability.errors import InvalidInput
from traceability.keys.ring import GATEWAY, LOG
from traceability.ledger.grant import Grant
from traceability.own_policy import names_others, write_policy
from traceability.settings import Settings
from traceability.store.migrate import migrate
from traceability.store.schema import open_engine
from traceability.store.tokens import TokenTable

ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Made:
    said: tuple[str, ...]
    """One line for each thing that was missing and is there now."""
    token: str | None
    """The administrator's token, if it was issued now."""


def make(settings: Settings, given: Collection[str] = ()) -> Made:
    """Make what is missing; never touch what is there.

    A crash on any line leaves an installation that the next call completes: keys first, since everything
    else can be made again, and the token last, since it is shown only once.

    `given` are names of settings to write down even if they are as by default. Raises `InvalidInput` if the
    trust policy is there and a key of the log or the gateway is not: that was restored without keys.
    So it does for the home of a box.
    """
    settings.check_no_box()
    if settings.trust_file.exists():
        for name in (LOG, GATEWAY):
            if not settings.key_ring.has(name):
                raise InvalidInput(names_others(settings, name))
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    said = [_of_key(settings, file) for file in settings.key_ring.make_missing()]
    if not settings.trust_file.exists():
        write_policy(settings)
        said.append(f"trust policy {settings.trust_file}, without a chain yet")
    file = settings.home / "guoji.toml"
    if not file.exists():
        file.write_text(_commented(settings, given), encoding="utf-8")
        said.append(f"settings {file}")
    engine = open_engine(settings.database_url, create=True)
    try:
        if migrate(engine):
            said.append("database schema")
        tokens = TokenTable(engine)
        is_there = any(each.grant.name == ADMINISTRATOR for each in tokens.listed())
        token = None if is_there else tokens.issue(ADMINISTRATOR, Grant("admin", settings.party))
    finally:
        engine.dispose()
    return Made(tuple(said), token)


def _of_key(settings: Settings, file: Path) -> str:
    if file != settings.key_ring.passphrase_file:
        return f"key {file}"
    return (
        f"passphrase {file}, which opens the keys: move it to another disk or into your service manager's "
        "credentials, and name it in the setting passphrase_file; here, who copies this disk has both"
    )


def _commented(settings: Settings, given: Collection[str]) -> str:
    """A settings file that keeps what was given, the log's name above all; the rest is to be uncommented."""
    lines = [
        "# Settings of this installation; docs/settings.md explains each. Uncomment what you change.",
        "",
    ]
    for field in fields(settings):
        # A value of ours in JSON is the same in TOML.
        line = f"{field.name} = {json.dumps(getattr(settings, field.name), default=str)}"
        if field.name == "origin":
            lines.append(f"{line} # cannot be changed any more")
        elif field.name != "home":
            is_kept = field.name in given or getattr(settings, field.name) != field.default
            lines.append(line if is_kept else f"# {line}")
    return "\n".join(lines) + "\n"
