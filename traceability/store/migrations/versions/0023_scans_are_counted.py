"""scans of items are counted, coarsely, and scratch codes are opened once."""

from alembic import op
import sqlalchemy as sa

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scanned_item",
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("first_ms", sa.BigInteger(), nullable=False),
        sa.Column("posts", sa.BigInteger(), nullable=False),
        sa.Column("not_kept", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_scanned_item")),
    )
    op.create_table(
        "scan",
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("device", sa.LargeBinary(), nullable=False),
        sa.Column("network", sa.LargeBinary(), nullable=False),
        sa.Column("first_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("cell", sa.Text(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("by_party", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("item", "hour", "device", name=op.f("pk_scan")),
    )
    op.create_index(op.f("ix_scan_hour"), "scan", ["hour"])
    op.create_table(
        "scan_salt",
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_scan_salt")),
    )
    op.create_table(
        "sample_item",
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_sample_item")),
    )
    op.create_table(
        "scratch_opening",
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("opened_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_scratch_opening")),
    )
    op.create_table(
        "scratch_try",
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("item", "hour", name=op.f("pk_scratch_try")),
    )
    op.create_index(op.f("ix_scratch_try_hour"), "scratch_try", ["hour"])


def downgrade() -> None:
    op.drop_table("scratch_try")
    op.drop_table("scratch_opening")
    op.drop_table("sample_item")
    op.drop_table("scan_salt")
    op.drop_table("scan")
    op.drop_table("scanned_item")
