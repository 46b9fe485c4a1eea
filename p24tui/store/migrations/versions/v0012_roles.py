"""Offices that staff hold, and readings beyond the units where one works."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "staff_roles",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False, comment="an office; the profession needs no row"),
        _refers("staff_roles", "staff_id", "staff"),
        _refers("staff_roles", "unit_id", "units"),
        sa.PrimaryKeyConstraint("staff_id", "unit_id", "role", name=op.f("pk_staff_roles")),
    )
    op.create_table(
        "break_glass",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False, comment="who reads"),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("profession", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False, comment="where they work"),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("units", sa.JSON(), nullable=False, comment="whose cases may be read"),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("reviewed_by", sa.Text(), nullable=True),
        sa.Column("reviewed_by_name", sa.Text(), nullable=False),
        sa.Column("reviewed_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("review_words", sa.Text(), nullable=False),
        _refers("break_glass", "staff_id", "staff"),
        _refers("break_glass", "unit_id", "units"),
        _refers("break_glass", "patient_id", "patients"),
        _refers("break_glass", "reviewed_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
    )
    op.create_index("ix_break_glass_reviewed_at", "break_glass", ["reviewed_at"])


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))
