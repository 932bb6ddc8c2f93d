"""a harvest is one however its step is spelled."""

from alembic import op

from traceability.store.reindex import mark_all_harvests

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    mark_all_harvests(op.get_bind())
