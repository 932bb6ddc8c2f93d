"""events are found by the terms, times and words that queries ask for."""

from alembic import op
import sqlalchemy as sa

from traceability.store.reindex import index_all_events

revision = '0009'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('term',
    sa.Column('digest', sa.LargeBinary(length=16), nullable=False),
    sa.Column('event_id', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('digest', 'event_id', name=op.f('pk_term')),
    sqlite_with_rowid=False
    )
    op.create_table('moment',
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('happened_at_us', sa.BigInteger(), nullable=False),
    sa.Column('recorded_at_us', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_moment_event_id_event')),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_moment'))
    )
    with op.batch_alter_table('moment', schema=None) as batch_op:
        batch_op.create_index('ix_moment_happened_at_us', ['happened_at_us', 'event_id'], unique=False)
        batch_op.create_index('ix_moment_recorded_at_us', ['recorded_at_us', 'event_id'], unique=False)

    op.create_table('occurring',
    sa.Column('kind', sa.String(length=11), nullable=False),
    sa.Column('digest', sa.LargeBinary(length=16), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'digest', name=op.f('pk_occurring')),
    sqlite_with_rowid=False
    )
    # Later versions that index otherwise empty the tables and fill them anew.
    index_all_events(op.get_bind())
