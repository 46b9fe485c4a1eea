"""Suicide risk: what has been stated of it, and where each case stands; contacts on somebody else's behalf.

And for how long a unit keeps an answer of the person-data service.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for column in (
        sa.Column(
            "mental_health",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="the matter is within it (SU-1)",
        ),
        sa.Column(
            "risk_words",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="to be read with suicide in mind",
        ),
        sa.Column(
            "risk", sa.Text(), nullable=False, server_default="unsaid", comment="what was said of suicide risk last"
        ),
        sa.Column("risk_due_at", INSTANT, nullable=True, comment="when what is followed is looked at again"),
        sa.Column("visit_by", sa.Date(), nullable=True, comment="the last local day for the visit in person"),
        sa.Column("wrong_patient_at", INSTANT, nullable=True, comment="when it was found that somebody else was meant"),
    ):
        op.add_column("cases", column)
    op.create_table(
        "risk_entries",
        sa.Column("seq", SERIAL, nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=True, comment="none: the clock, or a source"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("profession", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_risk_entries_case_id_cases")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_risk_entries")),
    )
    op.create_index("ix_risk_entries_case_id", "risk_entries", ["case_id"])
    op.create_table(
        "protection_kept",
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column(
            "minutes",
            sa.Integer(),
            nullable=False,
            comment="for which an answer of the person-data service is kept",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_protection_kept_unit_id_units")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_protection_kept")),
    )
