"""scans weigh who saw them: a place that the phone told, tries at a scratch code by network."""

from alembic import op
import sqlalchemy as sa

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nobody knows of earlier ones who told the place: they weigh less.
    told: sa.Column[bool] = sa.Column("told", sa.Boolean(), server_default=sa.true(), nullable=False)
    with op.batch_alter_table("scan") as batch_op:
        batch_op.add_column(told)
    # Tries count for an hour.
    op.drop_table("scratch_try")
    op.create_table(
        "scratch_try",
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("network", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("item", "hour", "network", name=op.f("pk_scratch_try")),
    )
    op.create_index(op.f("ix_scratch_try_hour"), "scratch_try", ["hour"])


def downgrade() -> None:
    op.drop_table("scratch_try")
    op.create_table(
        "scratch_try",
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("item", "hour", name=op.f("pk_scratch_try")),
    )
    op.create_index(op.f("ix_scratch_try_hour"), "scratch_try", ["hour"])
    with op.batch_alter_table("scan") as batch_op:
        batch_op.drop_column("told")
