"""queries have names and subscribers."""

from alembic import op
import sqlalchemy as sa

revision = '0014'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('named_query',
    sa.Column('id', sa.String(length=28), nullable=False),
    sa.Column('owner', sa.String(length=13), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('definition', sa.Text(), nullable=False),
    sa.Column('prefixes', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_named_query')),
    sa.UniqueConstraint('owner', 'name', name=op.f('uq_named_query_owner_name'))
    )
    op.create_table('subscription',
    sa.Column('id', sa.String(length=28), nullable=False),
    sa.Column('query_id', sa.String(length=28), nullable=False),
    sa.Column('token', sa.String(length=64), nullable=False),
    sa.Column('dest', sa.Text(), nullable=False),
    sa.Column('secret', sa.Text(), nullable=True),
    sa.Column('schedule', sa.Text(), nullable=True),
    sa.Column('report_if_empty', sa.Boolean(), nullable=False),
    sa.Column('initial_record_time_ms', sa.BigInteger(), nullable=True),
    sa.Column('created_at_ms', sa.BigInteger(), nullable=False),
    sa.Column('notified_at_ms', sa.BigInteger(), nullable=True),
    sa.Column('stopped', sa.Text(), nullable=True),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('looked_at_ms', sa.BigInteger(), nullable=False),
    sa.Column('next_index', sa.BigInteger(), nullable=False),
    sa.Column('run_until', sa.BigInteger(), nullable=True),
    sa.Column('run_found', sa.Boolean(), nullable=False),
    sa.Column('due_at_ms', sa.BigInteger(), nullable=True),
    sa.Column('events_at_once', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['query_id'], ['named_query.id'], name=op.f('fk_subscription_query_id_named_query')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subscription'))
    )
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_subscription_query_id'), ['query_id'], unique=False)
    op.create_table('subscription_delivery',
    sa.Column('subscription_id', sa.String(length=28), nullable=False),
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('events', sa.Text(), nullable=False),
    sa.Column('from_index', sa.BigInteger(), nullable=False),
    sa.Column('to_index', sa.BigInteger(), nullable=False),
    sa.Column('made_at_ms', sa.BigInteger(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('due_at_ms', sa.BigInteger(), nullable=True),
    sa.Column('trouble', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['subscription_id'], ['subscription.id'], name=op.f('fk_subscription_delivery_subscription_id_subscription')),
    sa.PrimaryKeyConstraint('subscription_id', 'number', name=op.f('pk_subscription_delivery'))
    )
    with op.batch_alter_table('subscription_delivery', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_subscription_delivery_due_at_ms'), ['due_at_ms'], unique=False)
