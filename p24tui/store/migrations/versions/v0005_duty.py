"""Who is on duty: the roster, shifts, closings, handovers, and what clinicians and units have decided about a case."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    _add_to_cases()
    _create_tables()
    _create_indexes_to_count_by()


def _create_indexes_to_count_by() -> None:
    op.create_index("ix_cases_unit_received", "cases", ["unit_id", "received_at"])
    counted = sa.text(
        "kind IN ('case.ended', 'case.reopened', 'deed.undone', 'message.received', 'message.sent', "
        "'sms.accepted', 'sms.delivered', 'sms.failed', 'sms.uncertain')"
    )
    op.create_index(
        "ix_events_counted",
        "events",
        ["unit_id", "kind", "at", "case_id", "staff_id"],
        sqlite_where=counted,
        postgresql_where=counted,
    )


def _add_to_cases() -> None:
    for column in (
        sa.Column(
            "urgency",
            sa.Text(),
            nullable=False,
            server_default="unsaid",
            comment="a clinician's word, not the priority",
        ),
        sa.Column("need", sa.Text(), nullable=False, server_default="unsaid"),
        sa.Column("need_since", sa.Date(), nullable=True),
        sa.Column("assessed_by", sa.Text(), nullable=True, comment="who has made the medical assessment"),
        sa.Column("assessed_at", INSTANT, nullable=True),
        sa.Column(
            "no_times", sa.Boolean(), nullable=False, server_default=sa.false(), comment="a time has been promised"
        ),
        sa.Column("told_closing_at", INSTANT, nullable=True, comment="when the patient was told that the unit closes"),
        sa.Column("owner_lost_at", INSTANT, nullable=True, comment="when whoever had it was lost"),
        sa.Column("opened_at", INSTANT, nullable=True, comment="when somebody whose it was to read first opened it"),
        sa.Column("risk_since", INSTANT, nullable=True, comment="since when suicide risk waits, or is worse"),
        sa.Column("handed_to", sa.Text(), nullable=False, server_default="", comment="to whom it is offered, in words"),
        sa.Column("handed_at", INSTANT, nullable=True),
        sa.Column(
            "handed_level",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="how far the offer has escalated",
        ),
        sa.Column(
            "handed_called_at",
            INSTANT,
            nullable=True,
            comment="when it last called for others than those it is offered to",
        ),
    ):
        op.add_column("cases", column)


def _create_tables() -> None:
    op.create_table(
        "roster",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False, comment="who is responsible for the inflow"),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column(
            "calendar_id",
            sa.Text(),
            nullable=False,
            comment="what the calendar that it came from calls it, or empty",
        ),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_roster_unit_id_units")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_roster_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
    )
    op.create_index("ix_roster_unit_starts", "roster", ["unit_id", "starts_at"])
    op.create_table(
        "shifts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("profession", sa.Text(), nullable=False, comment="the role in which one works"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False, comment="the console"),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False, comment="the console's last sign of life"),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("lost_at", INSTANT, nullable=True, comment="when it was given up as lost"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_shifts_staff_id_staff")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_shifts_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    op.create_index("ix_shifts_staff_ended", "shifts", ["staff_id", "ended_at"])
    op.create_index("ix_shifts_unit_ended", "shifts", ["unit_id", "ended_at"])
    op.create_table(
        "closings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False, comment="the day in Sweden that is closed"),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("remaining", sa.JSON(), nullable=False, comment="what remains open, and who has it"),
        sa.Column("xid", sa.BigInteger(), nullable=False, comment="the place in the change log at which it was signed"),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_closings_unit_id_units")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_closings_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closings")),
    )
    op.create_index("ix_closings_unit_date", "closings", ["unit_id", "local_date"])
    op.create_table(
        "closing_warnings",
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column(
            "minutes", sa.JSON(), nullable=False, comment="before closing: from the first word of it to the alarm"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_closing_warnings_unit_id_units")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_closing_warnings")),
    )
    op.create_table(
        "after_hours",
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("refers_to", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_after_hours_unit_id_units")),
        sa.PrimaryKeyConstraint("unit_id", "severity", name=op.f("pk_after_hours")),
    )
    op.create_table(
        "unit_acknowledgements",
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", INSTANT, nullable=False, comment="tells one cause from the next"),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_acknowledgements_unit_id_units")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_unit_acknowledgements_staff_id_staff")),
        sa.PrimaryKeyConstraint("unit_id", "reason", "since", name=op.f("pk_unit_acknowledgements")),
    )
    op.create_table(
        "handovers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False, comment="the unit that offers it"),
        sa.Column("from_staff", sa.Text(), nullable=False),
        sa.Column("from_name", sa.Text(), nullable=False),
        sa.Column("from_profession", sa.Text(), nullable=False),
        sa.Column("to_unit", sa.Text(), nullable=False),
        sa.Column("to_profession", sa.Text(), nullable=False, comment="the person's where it is to one"),
        sa.Column("to_staff", sa.Text(), nullable=True, comment="none where it is to a profession"),
        sa.Column("to_name", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("consent_how", sa.Text(), nullable=False),
        sa.Column("consent_at", INSTANT, nullable=True),
        sa.Column("ground", sa.Text(), nullable=False, comment="why it goes without consent"),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("offered_at", INSTANT, nullable=False),
        sa.Column("called_at", INSTANT, nullable=True, comment="when it last called for somebody"),
        sa.Column("level", sa.Integer(), nullable=False, comment="how far it has escalated"),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_by_name", sa.Text(), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False, comment="why it was declined or withdrawn"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_handovers_case_id_cases")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_handovers_unit_id_units")),
        sa.ForeignKeyConstraint(["from_staff"], ["staff.id"], name=op.f("fk_handovers_from_staff_staff")),
        sa.ForeignKeyConstraint(["to_unit"], ["units.id"], name=op.f("fk_handovers_to_unit_units")),
        sa.ForeignKeyConstraint(["to_staff"], ["staff.id"], name=op.f("fk_handovers_to_staff_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_index("ix_handovers_case_id", "handovers", ["case_id"])
    op.create_index("ix_handovers_state", "handovers", ["state"])
    op.create_table(
        "case_guests",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False, comment="who handed it over and follows it still"),
        sa.Column("since", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_guests_case_id_cases")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_case_guests_staff_id_staff")),
        sa.PrimaryKeyConstraint("case_id", "staff_id", name=op.f("pk_case_guests")),
    )
