"""traces are walked over what events say."""

from alembic import op
import sqlalchemy as sa

from traceability.store.reindex import tell_all_events

revision = '0012'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('told',
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('at_us', sa.BigInteger(), nullable=False),
    sa.Column('submitter', sa.String(length=13), nullable=False),
    sa.Column('captured_at_ms', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.LargeBinary(length=16), nullable=False),
    sa.Column('is_declaration', sa.Boolean(), nullable=False),
    sa.Column('leads_on', sa.Boolean(), nullable=False),
    sa.Column('is_stored', sa.Boolean(), nullable=False),
    sa.Column('places', sa.Text(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_told'))
    )
    op.create_table('kin',
    sa.Column('name', sa.LargeBinary(length=32), nullable=False),
    sa.Column('event_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('name', 'event_id', name=op.f('pk_kin')),
    sqlite_with_rowid=False
    )
    # Later versions in which events say otherwise empty the tables and fill them anew.
    tell_all_events(op.get_bind())
