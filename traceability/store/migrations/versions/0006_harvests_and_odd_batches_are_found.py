"""harvests, and batches with findings, are found without reading all events."""

from alembic import op
import sqlalchemy as sa

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_harvest', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index('ix_event_harvest', ['submitter', 'id'], unique=False, sqlite_where=sa.text('is_harvest = 1'), postgresql_where=sa.text('is_harvest'))

    with op.batch_alter_table('batch', schema=None) as batch_op:
        batch_op.add_column(sa.Column('has_findings', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index('ix_batch_with_findings', ['device', 'number'], unique=False, sqlite_where=sa.text('has_findings = 1'), postgresql_where=sa.text('has_findings'))

    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.create_index('ix_alert_device_raised_at_ms', ['device', 'raised_at_ms'], unique=False)

    with op.batch_alter_table('quarantine', schema=None) as batch_op:
        batch_op.create_index('ix_quarantine_device_received_at_ms', ['device', 'received_at_ms'], unique=False)

    # Bodies are stored as orjson writes them: without spaces.
    op.execute("""
        UPDATE event SET is_harvest = true
        WHERE body LIKE '%"type":"ObjectEvent"%' AND body LIKE '%"action":"ADD"%' AND body LIKE '%"quantityList":[{%'
        AND (body LIKE '%"bizStep":"commissioning"%' OR body LIKE '%"bizStep":"creating_class_instance"%')
    """)
    op.execute("""
        UPDATE batch SET has_findings = true
        WHERE entry_key IN (SELECT "key" FROM event WHERE body LIKE '%"guoji:findings"%')
    """)
