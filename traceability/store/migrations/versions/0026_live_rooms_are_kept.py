"""live rooms are kept, with what was shown and said in them."""

from alembic import op
import sqlalchemy as sa

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('room',
    sa.Column('code', sa.String(length=6), nullable=False),
    sa.Column('urn', sa.String(length=45), nullable=False),
    sa.Column('party', sa.String(length=13), nullable=False),
    sa.Column('host', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('lang', sa.String(length=5), nullable=False),
    sa.Column('made_at_ms', sa.BigInteger(), nullable=False),
    sa.Column('phase', sa.String(length=9), nullable=False),
    sa.Column('on_air_at_ms', sa.BigInteger(), nullable=True),
    sa.Column('ended_at_ms', sa.BigInteger(), nullable=True),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('key_digest', sa.LargeBinary(length=32), nullable=False),
    sa.Column('desk', sa.Text(), nullable=False),
    sa.Column('offers', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_room')),
    sa.UniqueConstraint('urn', name=op.f('uq_room_urn'))
    )
    op.create_index('ix_room_open', 'room', ['code', 'version'], unique=False, sqlite_where=sa.text('ended_at_ms IS NULL'), postgresql_where=sa.text('ended_at_ms IS NULL'))
    op.create_index('ix_room_party', 'room', ['party', 'made_at_ms'], unique=False)
    op.create_table('visit',
    sa.Column('offer_code', sa.String(length=6), nullable=False),
    sa.Column('minute', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('offer_code', 'minute', name=op.f('pk_visit'))
    )
    op.create_table('air',
    sa.Column('room_code', sa.String(length=6), nullable=False),
    sa.Column('shown', sa.BigInteger(), nullable=False),
    sa.Column('shown_at_ms', sa.BigInteger(), nullable=False),
    sa.Column('records', sa.BigInteger(), nullable=False),
    sa.Column('record_at_ms', sa.BigInteger(), nullable=False),
    sa.Column('told', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['room_code'], ['room.code'], name=op.f('fk_air_room_code_room')),
    sa.PrimaryKeyConstraint('room_code', name=op.f('pk_air'))
    )
    op.create_index('ix_air_untold', 'air', ['room_code'], unique=False, sqlite_where=sa.text('records > told'), postgresql_where=sa.text('records > told'))
    op.create_table('air_record',
    sa.Column('room_code', sa.String(length=6), nullable=False),
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=9), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('event_key', sa.String(length=64), nullable=True),
    sa.Column('commitment', sa.String(length=64), nullable=True),
    sa.ForeignKeyConstraint(['room_code'], ['room.code'], name=op.f('fk_air_record_room_code_room')),
    sa.PrimaryKeyConstraint('room_code', 'number', name=op.f('pk_air_record'))
    )
    op.create_index('ix_air_record_said', 'air_record', ['at_ms'], unique=False, sqlite_where=sa.text('commitment IS NOT NULL'), postgresql_where=sa.text('commitment IS NOT NULL'))
    op.create_table('room_offer',
    sa.Column('code', sa.String(length=6), nullable=False),
    sa.Column('room_code', sa.String(length=6), nullable=False),
    sa.ForeignKeyConstraint(['room_code'], ['room.code'], name=op.f('fk_room_offer_room_code_room')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_room_offer'))
    )
    op.create_table('said_text',
    sa.Column('room_code', sa.String(length=6), nullable=False),
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['room_code', 'number'], ['air_record.room_code', 'air_record.number'], name=op.f('fk_said_text_room_code_number_air_record')),
    sa.PrimaryKeyConstraint('room_code', 'number', name=op.f('pk_said_text'))
    )
