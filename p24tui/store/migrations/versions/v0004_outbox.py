"""The outbox: what goes out by SMS and e-mail, booked visits, and each unit's texts and times for reminders."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "visits",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_visits_unit_id_units")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_visits_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index(op.f("ix_visits_patient_id"), "visits", ["patient_id"])
    op.create_index("ix_visits_unit_starts", "visits", ["unit_id", "starts_at"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("visit_id", sa.Text(), nullable=True),
        sa.Column("about", sa.Text(), nullable=False, comment="the case, or the visit at its time"),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False, comment="the day in Sweden on which it is due"),
        sa.Column("visit_at", INSTANT, nullable=True, comment="when the visit was to be"),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False, comment="E.164 or e-mail; in the end the one that was used"),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("invitation", sa.JSON(), nullable=True),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("try_at", INSTANT, nullable=False, comment="when it is looked at next"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("queued_at", INSTANT, nullable=False),
        sa.Column("queued_by", sa.Text(), nullable=True, comment="HSA-id of the person; a plan has none"),
        sa.Column("queued_by_name", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False, comment="rises with every claim"),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True, comment="when it was handed over"),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("gateway_id", sa.Text(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=False, comment="who has seen that it failed, or decided"),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column(
            "may_have_gone", sa.Boolean(), nullable=False, comment="nobody knew, and somebody let it go once more"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_outbox_unit_id_units")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_outbox_patient_id_patients")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_outbox_case_id_cases")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_outbox_visit_id_visits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("about", "purpose", "local_date", name=op.f("uq_outbox_about")),
    )
    op.create_index(op.f("ix_outbox_patient_id"), "outbox", ["patient_id"])
    of_visit, has_id = sa.text("visit_id IS NOT NULL"), sa.text("gateway_id <> ''")
    op.create_index("ix_outbox_visit_id", "outbox", ["visit_id"], sqlite_where=of_visit, postgresql_where=of_visit)
    op.create_index("ix_outbox_state_try", "outbox", ["state", "try_at"])
    op.create_index("ix_outbox_gateway_id", "outbox", ["gateway_id"], sqlite_where=has_id, postgresql_where=has_id)
    op.create_table(
        "sms_texts",
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_sms_texts_unit_id_units")),
        sa.PrimaryKeyConstraint("unit_id", "purpose", "lang", name=op.f("pk_sms_texts")),
    )
    op.create_table(
        "reminder_times",
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("soon_before", sa.Integer(), nullable=False, comment="minutes before a visit"),
        sa.Column("morning", sa.Integer(), nullable=False, comment="minutes after midnight in Sweden"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_reminder_times_unit_id_units")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_reminder_times")),
    )
