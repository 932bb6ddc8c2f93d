"""devices have keys and calibrations, and a message is known by the digest of what was signed."""

from alembic import op
import sqlalchemy as sa

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('device', schema=None) as batch_op:
        batch_op.add_column(sa.Column('must_sign', sa.Boolean(), server_default=sa.false(), nullable=False))

    op.create_table('calibration',
    sa.Column('device', sa.String(length=32), nullable=False),
    sa.Column('made_on', sa.String(length=10), nullable=False),
    sa.Column('certificate', sa.LargeBinary(length=32), nullable=False),
    sa.Column('valid_until', sa.String(length=10), nullable=False),
    sa.ForeignKeyConstraint(['device'], ['device.alias'], name=op.f('fk_calibration_device_device')),
    sa.PrimaryKeyConstraint('device', 'made_on', 'certificate', name=op.f('pk_calibration'))
    )
    op.create_table('device_key',
    sa.Column('public_key', sa.String(length=64), nullable=False),
    sa.Column('device', sa.String(length=32), nullable=False),
    sa.Column('from_ms', sa.BigInteger(), nullable=False),
    sa.Column('until_ms', sa.BigInteger(), nullable=True),
    sa.Column('revoked_at_ms', sa.BigInteger(), nullable=True),
    sa.Column('revoked_why', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['device'], ['device.alias'], name=op.f('fk_device_key_device_device')),
    sa.PrimaryKeyConstraint('public_key', name=op.f('pk_device_key'))
    )
    with op.batch_alter_table('device_key', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_device_key_device'), ['device'], unique=False)

    # Not by batch_alter_table: it would copy all readings, and lose what a partial index is for.
    for table in ('reading', 'conflict', 'quarantine'):
        op.execute(f'ALTER TABLE {table} RENAME COLUMN payload_sha256 TO digest')
    with op.batch_alter_table('conflict', schema=None) as batch_op:
        batch_op.drop_constraint('uq_conflict_device_epoch_sequence_payload_sha256', type_='unique')
        batch_op.create_unique_constraint(op.f('uq_conflict_device_epoch_sequence_digest'), ['device', 'epoch', 'sequence', 'digest'])
