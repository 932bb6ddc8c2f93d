"""The migrations lead to the schema that the tables describe, and an old schema is not used."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import column, insert, table, text

from traceability.errors import InvalidInput
from traceability.log.checkpoint import Checkpoint
from traceability.log.merkle import EMPTY_ROOT
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.store.migrate import check_up_to_date, configured, migrate, upgrade
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
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    newest = ScriptDirectory.from_config(configured()).get_current_head()
    with pytest.raises(InvalidInput, match=f"has schema 0001, want {newest}; `guoji init`"):
        check_up_to_date(empty_engine)


def test_an_anchor_of_before_learns_from_its_note_under_which_key_it_is(empty_engine):
    signer = NoteSigner("guoji.example/log", Ed25519PrivateKey.from_private_bytes(b"l" * 32))
    row = {"contract": "0x02", "old_size": 0, "size": 0, "root": b"", "raw": b"", "state": "sent"}
    with empty_engine.begin() as connection:
        upgrade(connection, "0002")
        note = Checkpoint(signer.name, 0, EMPTY_ROOT).sign(signer)
        columns = [column(name) for name in ("tx_hash", "note", *row)]
        connection.execute(insert(table("anchor", *columns)).values(tx_hash="0x01", note=note, **row))
        upgrade(connection, "head")

        key = connection.execute(text("SELECT log_key FROM anchor")).scalar_one()

    assert key == NoteVerifier.of(signer).key_id.hex()


def test_a_schema_of_a_newer_program_is_refused_and_left_as_it_is(empty_engine):
    migrate(empty_engine)
    with empty_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    for use in (check_up_to_date, migrate):
        with pytest.raises(InvalidInput, match=r"'9999' is newer than this Guoji, .*: update it"):
            use(empty_engine)
