"""Video visits: what a visit is beside its time, who takes part, links, calls, and bookings that could not be taken."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HALF_AN_HOUR = 30 * 60 * 1_000_000
"""In SQLite's microseconds."""


def upgrade() -> None:
    op.add_column("cases", _words("video", "whether a video is on, or half ended", default="none"))
    op.add_column("staff", _words("email"))
    op.add_column("staff", _words("mobile", "E.164 or empty"))
    op.add_column("guardians", _words("mobile", "E.164 or empty"))
    op.add_column(
        "guardians",
        sa.Column(
            "is_primary",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="preselected as proxy (VI-7)",
        ),
    )
    op.add_column("guardians", _words("protection", default="none"))
    op.add_column("outbox", _words("person_number", "whose it is, where not the patient's"))
    _widen_visits()
    _make_participants()
    _make_the_rest()
    _make_booking_statements()


def _widen_visits() -> None:
    for column in (
        sa.Column("ends_at", INSTANT),
        _words("kind", default="patient"),
        sa.Column("holder_id", sa.Text(), comment="HSA-id of who is to hold it, or does"),
        _words("proxy_number"),
        _words("proxy_name"),
        _words("mobile", "where its SMS go; empty: the patient's own"),
        _words("reason"),
        sa.Column("summons", sa.Text(), comment="which was chosen in VAS, and how it goes (VI-3)"),
        _words("summons_by"),
        sa.Column("summons_at", INSTANT),
        sa.Column("taken_in_at", INSTANT),
        sa.Column("started_at", INSTANT),
        sa.Column("video_at", INSTANT, comment="when the video was first on"),
        sa.Column("came", sa.Boolean(), comment="what its holder has said of whether the patient came"),
        sa.Column("ended_at", INSTANT),
        _words("source"),
        sa.Column("booking_id", sa.Text(), comment="what the booking system calls it"),
        sa.Column("said_at", INSTANT, comment="when that system last spoke of it"),
    ):
        op.add_column("visits", column)
    # SQLite adds no constraint afterwards, and making the table anew would cut off what refers to it.
    op.execute("ALTER TABLE visits ADD COLUMN case_id TEXT CONSTRAINT fk_visits_case_id_cases REFERENCES cases (id)")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("COMMENT ON COLUMN visits.case_id IS 'its chat, from when it is taken in'")
    op.create_index("ix_visits_case_id", "visits", ["case_id"])
    op.create_index("ux_visits_booking", "visits", ["source", "booking_id"], unique=True)
    minutes = "interval '30 minutes'" if op.get_bind().dialect.name == "postgresql" else str(HALF_AN_HOUR)
    op.execute(f"UPDATE visits SET ends_at = starts_at + {minutes}")


def _make_participants() -> None:
    op.create_table(
        "participants",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True, comment="none: it shows in the colleague's own list"),
        sa.Column("address", sa.Text(), nullable=False, comment="e-mail or E.164, or empty"),
        sa.Column("number", sa.Text(), nullable=False, comment="identity number, where it is known"),
        sa.Column("staff_id", sa.Text(), nullable=True),
        sa.Column("must_identify", sa.Boolean(), nullable=False, comment="photo identification is to be shown (VI-11)"),
        sa.Column("identified_by", sa.Text(), nullable=False),
        sa.Column("identified_at", INSTANT, nullable=True),
        sa.Column("invited_by", sa.Text(), nullable=False),
        sa.Column("invited_at", INSTANT, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False, comment="how often the invitation has changed"),
        sa.Column("arrived_at", INSTANT, nullable=True),
        sa.Column("entered_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        _words("e_id", "what they logged in with (NA-2)"),
        sa.Column("e_id_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_participants_visit_id_visits")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_participants_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
    )
    op.create_index("ix_participants_visit_id", "participants", ["visit_id"])
    op.create_index("ix_participants_staff_id", "participants", ["staff_id"])
    op.create_table(
        "visit_links",
        sa.Column(
            "digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the token, which stands nowhere else"
        ),
        sa.Column("participant_id", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_visit_links_participant_id_participants")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_visit_links")),
    )
    op.create_index("ix_visit_links_participant_id", "visit_links", ["participant_id"])


def _make_the_rest() -> None:
    op.create_table(
        "visit_calls",
        sa.Column("seq", SERIAL, nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_visit_calls_visit_id_visits")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_visit_calls_staff_id_staff")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_visit_calls")),
    )
    op.create_index("ix_visit_calls_visit_id", "visit_calls", ["visit_id"])
    op.create_table(
        "booking_tasks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.Text(), nullable=False),
        sa.Column("said_at", INSTANT, nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("booking", sa.JSON(), nullable=False, comment="what was sent"),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_booking_tasks_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_tasks")),
    )
    op.create_index("ux_booking_tasks_booking", "booking_tasks", ["source", "booking_id"], unique=True)
    op.create_index("ix_booking_tasks_unit_settled", "booking_tasks", ["unit_id", "settled_at"])


def _make_booking_statements() -> None:
    op.create_table(
        "booking_statements",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.Text(), nullable=False),
        sa.Column("said_at", INSTANT, nullable=False, comment="when the booking system last spoke of it"),
        sa.Column("says", sa.Text(), nullable=False, comment="holds, cancelled, set-aside or group"),
        sa.Column("unit_id", sa.Text(), nullable=False, comment="HSA-id, also of what is no unit here"),
        sa.Column("number", sa.Text(), nullable=False, comment="the patient's, or empty"),
        sa.Column("proxy_number", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.Text(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=True),
        sa.Column("ends_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("source", "booking_id", name=op.f("pk_booking_statements")),
    )


def _words(name: str, comment: str | None = None, *, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default, comment=comment)
