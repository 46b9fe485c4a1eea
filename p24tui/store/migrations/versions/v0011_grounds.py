"""The read log says in which role somebody read, and why they might."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "read_log",
        sa.Column(
            "role",
            sa.Text(),
            nullable=False,
            server_default="",
            comment="in which they acted; empty: their profession",
        ),
    )
    op.add_column(
        "read_log",
        sa.Column(
            "why",
            sa.Text(),
            nullable=False,
            server_default="care",
            comment="care, break-glass:ID, control, acting-outside",
        ),
    )
