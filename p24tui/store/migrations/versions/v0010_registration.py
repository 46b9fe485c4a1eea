"""Registration: how each contact is registered in VAS, followed until its watch post is removed."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "registrations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False, comment="the unit that registers it"),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("new_visit", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="the reason for the visit"),
        sa.Column("visit_type", sa.Text(), nullable=True, comment="none where nothing is registered"),
        sa.Column("care_giver_id", sa.Text(), nullable=True, comment="the health professional in question"),
        sa.Column("care_giver", sa.Text(), nullable=False),
        sa.Column(
            "always_free",
            sa.Boolean(),
            nullable=True,
            comment="what the staff member answered, where that was asked (RE-8)",
        ),
        sa.Column("fee_type", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        *_step("registered"),
        *_step("removed"),
        *_step("withdrawn"),
        sa.Column("why", sa.Text(), nullable=False, comment="why it was withdrawn"),
        _refers("case_id", "cases"),
        _refers("unit_id", "units"),
        *(_refers(f"{who}_by", "staff") for who in ("made", "registered", "removed", "withdrawn")),
        _refers("care_giver_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrations")),
    )
    op.create_index("ix_registrations_case_id", "registrations", ["case_id"])
    standing = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "ux_registrations_standing",
        "registrations",
        ["case_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_index("ix_registrations_unit_state", "registrations", ["unit_id", "state", "made_at"])
    op.create_index("ix_registrations_made_by", "registrations", ["made_by", "made_at"])


def _step(name: str) -> tuple[sa.Column[str], sa.Column[str], sa.Column[datetime]]:
    """Who took a step, and when."""
    return (
        sa.Column(f"{name}_by", sa.Text(), nullable=True),
        sa.Column(f"{name}_by_name", sa.Text(), nullable=False),
        sa.Column(f"{name}_at", INSTANT, nullable=True),
    )


def _refers(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_registrations_{column}_{table}"))
