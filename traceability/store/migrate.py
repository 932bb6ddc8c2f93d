"""Bring a database's schema up to date, by the Alembic steps in `migrations/`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from traceability.errors import InvalidInput


def migrate(engine: Engine) -> bool:
    """Run the steps that are missing, all in one transaction; whether there were any."""
    with engine.begin() as connection:
        return upgrade(connection, "head")


def upgrade(connection: Connection, revision: str) -> bool:
    """Run the steps up to `revision` that are missing, within the caller's transaction; whether any were.

    Raises `InvalidInput` for a schema that is newer than this code.
    """
    config = configured()
    config.attributes["connection"] = connection
    before = MigrationContext.configure(connection).get_current_revision()
    if before is not None:
        check_known(before)
    command.upgrade(config, revision)
    return MigrationContext.configure(connection).get_current_revision() != before


def newest_revision() -> str:
    """The schema that this version of the code was written for."""
    return ScriptDirectory.from_config(configured()).get_current_head() or ""


def check_known(revision: str) -> None:
    """Raises `InvalidInput` for a schema that no step of ours makes."""
    known = [step.revision for step in ScriptDirectory.from_config(configured()).walk_revisions()]
    if revision not in known:
        raise InvalidInput(
            f"schema {revision[:80]!r} is newer than this Guoji, which knows up to {known[0]}: update it"
        )


def check_up_to_date(engine: Engine) -> None:
    """Raises `InvalidInput` if the schema is older or newer than the code."""
    wanted = newest_revision()
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != wanted:
        if found is not None:
            check_known(found)
        raise InvalidInput(
            f"the database has schema {found}, want {wanted}; `guoji init` brings it up to date"
        )


def configured() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
