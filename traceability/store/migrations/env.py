"""What Alembic runs: the steps, on the connection that `store/migrate.py` hands it."""

from alembic import context

from traceability.store import all_tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=all_tables.metadata,
    # SQLite cannot alter a column in place; Alembic copies the table then.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
