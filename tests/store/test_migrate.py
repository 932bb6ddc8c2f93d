"""The migrations lead to the schema that the tables describe, and an old schema is not used."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from traceability.errors import InvalidInput
from traceability.store.migrate import check_up_to_date, configured, migrate
from traceability.store.schema import metadata


def test_migrated_tables_are_the_described_ones(empty_engine):
    migrate(empty_engine)

    with empty_engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_twice_changes_nothing(empty_engine):
    assert migrate(empty_engine)
    assert not migrate(empty_engine)


def test_an_older_schema_is_refused_with_the_command_that_helps(empty_engine):
    migrate(empty_engine)
    with empty_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    newest = ScriptDirectory.from_config(configured()).get_current_head()
    with pytest.raises(InvalidInput, match=f"has schema 0000, want {newest}; `guoji init`"):
        check_up_to_date(empty_engine)
