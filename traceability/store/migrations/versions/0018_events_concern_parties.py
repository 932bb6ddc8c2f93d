"""events are found by whom they concern."""

from alembic import op
import sqlalchemy as sa

from traceability.store.reindex import keep_all_readers

revision = '0018'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('reader',
    sa.Column('gln', sa.String(length=13), nullable=False),
    sa.Column('event_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('gln', 'event_id', name=op.f('pk_reader')),
    sqlite_with_rowid=False
    )
    keep_all_readers(op.get_bind())
