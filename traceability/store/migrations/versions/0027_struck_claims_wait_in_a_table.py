"""struck claims that wait for an answer, or for their turn on the overlay, are rows of their own."""

from alembic import op
import sqlalchemy as sa

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('air_waiting',
    sa.Column('room_code', sa.String(length=6), nullable=False),
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('wait', sa.String(length=6), nullable=False),
    sa.Column('since_ms', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['room_code', 'number'], ['air_record.room_code', 'air_record.number'], name=op.f('fk_air_waiting_room_code_air_record')),
    sa.PrimaryKeyConstraint('room_code', 'number', name=op.f('pk_air_waiting'))
    )


def downgrade() -> None:
    op.drop_table('air_waiting')
