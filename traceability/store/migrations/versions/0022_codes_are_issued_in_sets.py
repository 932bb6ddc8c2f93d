"""codes are issued in sets."""

from alembic import op
import sqlalchemy as sa

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('code_set',
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('gtin', sa.String(length=14), nullable=False),
    sa.Column('lot', sa.Text(), nullable=False),
    sa.Column('party', sa.String(length=13), nullable=False),
    sa.Column('root', sa.LargeBinary(length=32), nullable=False),
    sa.Column('secret', sa.LargeBinary(length=32), nullable=False),
    sa.Column('each', sa.Text(), nullable=True),
    sa.Column('uom', sa.String(length=3), nullable=True),
    sa.Column('beside_others', sa.Boolean(), nullable=False),
    sa.Column('issued_at_ms', sa.BigInteger(), nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.Column('event_key', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_code_set'))
    )
    op.create_index(op.f('ix_code_set_gtin'), 'code_set', ['gtin'])
    op.create_index(op.f('ix_code_set_lot'), 'code_set', ['lot'])
    op.create_table('code',
    sa.Column('gtin', sa.String(length=14), nullable=False),
    sa.Column('serial', sa.String(length=16), nullable=False),
    sa.Column('set_number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('withdrawn_at_ms', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['set_number'], ['code_set.number'], name=op.f('fk_code_set_number_code_set')),
    sa.PrimaryKeyConstraint('gtin', 'serial', name=op.f('pk_code')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_code_set', 'code', ['set_number', 'position'], unique=True)
    op.create_index(
        'ix_code_withdrawn',
        'code',
        ['set_number'],
        sqlite_where=sa.text('withdrawn_at_ms IS NOT NULL'),
        postgresql_where=sa.text('withdrawn_at_ms IS NOT NULL'),
    )
    op.create_table('code_tile',
    sa.Column('set_number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('level', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('position', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('hashes', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['set_number'], ['code_set.number'], name=op.f('fk_code_tile_set_number_code_set')),
    sa.PrimaryKeyConstraint('set_number', 'level', 'position', name=op.f('pk_code_tile'))
    )
