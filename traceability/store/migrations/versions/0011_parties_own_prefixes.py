"""parties own prefixes, and a token says about what it captures and what it reads."""

from alembic import op
import sqlalchemy as sa

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "party",
        sa.Column("gln", sa.String(length=13), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_authority", sa.Boolean(), nullable=False),
        sa.Column("makers", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("gln", name=op.f("pk_party")),
    )
    op.create_table(
        "party_prefix",
        sa.Column("prefix", sa.String(length=13), nullable=False),
        sa.Column("gln", sa.String(length=13), nullable=False),
        sa.ForeignKeyConstraint(["gln"], ["party.gln"], name=op.f("fk_party_prefix_gln_party")),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_party_prefix")),
    )
    with op.batch_alter_table("party_prefix", schema=None) as batch_op:
        batch_op.create_index("ix_party_prefix_gln", ["gln"], unique=False)

    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reads", sa.String(length=3), nullable=False, server_default="all"))
        batch_op.add_column(sa.Column("about", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("expires_at_ms", sa.BigInteger(), nullable=True))
    # The role read opened nothing before.
    op.execute("UPDATE token SET reads = 'own' WHERE role = 'read'")
