"""The tables of log control: the checks that have been made, and indexes into the read log."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, literal_column
from sqlalchemy.types import JSON

from p24tui.store.columns import Instant, metadata

READ_LOG_INDEXES = (
    Index("ix_read_log_staff_at", "staff_id", "at", "seq"),
    Index("ix_read_log_unit_at", "unit_id", "at", "seq", "kind", "staff_id"),  # a sample is drawn from it alone
    # PostgreSQL alone: SQLite has no index into JSON, and goes through the lists of the units one by one.
    Index(
        "ix_read_log_patients",
        literal_column("(patients::jsonb)").label("listed"),
        postgresql_using="gin",
        postgresql_ops={"listed": "jsonb_path_ops"},
    ).ddl_if(dialect="postgresql"),
)
"""By which the log is read: by person, by unit, and by the patients that a list showed."""

log_checks = Table(
    "log_checks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("made_by", ForeignKey("staff.id"), nullable=False),
    Column("made_by_name", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("criteria", JSON, nullable=False, comment="what was asked for"),
    Column("seed", Text, nullable=False, comment="of a sample: who has it draws the same one again"),
    Column("first", Instant, nullable=False, comment="the time that was looked at, from"),
    Column("until", Instant, nullable=False),
    Column("reads", JSON, nullable=False, comment="the rows of the read log that were looked at"),
    Column("outcome", Text, nullable=False, comment="empty until it is said"),
    Column("words", Text, nullable=False),
    Column("signed_at", Instant, comment="after which it is never changed"),
    Index("ix_log_checks_unit_made", "unit_id", "made_at"),
)
