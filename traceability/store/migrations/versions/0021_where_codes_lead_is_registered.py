"""where codes lead is registered."""

from alembic import op
import sqlalchemy as sa

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'link_change',
        sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('anchor', sa.Text(), nullable=False),
        sa.Column('top', sa.Text(), nullable=False),
        sa.Column('entry', sa.Text(), nullable=True),
        sa.Column('by', sa.String(length=13), nullable=False),
        sa.Column('at_ms', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('number', name=op.f('pk_link_change')),
    )
    op.create_index('ix_link_change_anchor', 'link_change', ['anchor', 'number'])
    op.create_index('ix_link_change_top', 'link_change', ['top', 'number'])
