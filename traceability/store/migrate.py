"""Bring a database's schema up to date, by the Alembic steps in `migrations/`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from traceability.errors import InvalidInput


def migrate(engine: Engine) -> bool:
    """Run the steps that are missing, all in one transaction; whether there were any."""
    config = configured()
    with engine.begin() as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return MigrationContext.configure(connection).get_current_revision() != before


def check_up_to_date(engine: Engine) -> None:
    """Raises `InvalidInput` if the schema is not the one that this version of the code was written for."""
    wanted = ScriptDirectory.from_config(configured()).get_current_head()
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != wanted:
        raise InvalidInput(
            f"the database has schema {found}, want {wanted}; `guoji init` brings it up to date"
        )


def configured() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
