"""what became of a captured document can be asked."""

from alembic import op
import sqlalchemy as sa

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('capture_job',
    sa.Column('id', sa.String(length=28), nullable=False),
    sa.Column('party', sa.String(length=13), nullable=False),
    sa.Column('behaviour', sa.String(length=8), nullable=False),
    sa.Column('created_at_ms', sa.BigInteger(), nullable=False),
    sa.Column('committed_at_ms', sa.BigInteger(), nullable=False),
    sa.Column('running', sa.Boolean(), nullable=False),
    sa.Column('errors', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_capture_job'))
    )
    with op.batch_alter_table('capture_job', schema=None) as batch_op:
        batch_op.create_index('ix_capture_job_party_id', ['party', 'id'], unique=False)
