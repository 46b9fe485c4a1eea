"""The tables of documentation: notes for the record, what is being written, and who owes one."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.types import JSON

from p24tui.store.columns import Instant, Serial, metadata

journal_notes = Table(
    "journal_notes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("author_name", Text, nullable=False),
    Column("profession", Text, nullable=False),
    Column("way", Text, nullable=False, comment="a note here, one in VAS itself, or nothing"),
    Column("scope", Text, nullable=False),
    Column("why", Text, nullable=False, comment="why nothing of it belongs in the record"),
    Column("vas_row", Text, nullable=False),
    Column("clinic", Text, nullable=False),
    Column("note_type", Text, nullable=False),
    Column("journal_type", Text, nullable=False),
    Column("current", Text, nullable=False),
    Column("assessment", Text, nullable=False),
    Column("reviewed", Boolean, nullable=False),
    Column("form_way", Text, nullable=False),
    Column("form_result", Text, nullable=False),
    Column("images", JSON, nullable=False, comment="the line of each image in Vidiview"),
    Column("signed_at", Instant, nullable=False),
    Column("owed_since", Instant, comment="since when its author owed it; none: nobody had asked for it"),
    Column("copied_at", Instant, comment="when it was last copied to be put into VAS"),
    Column("told", Integer, nullable=False, comment="how much the patient had told by then"),
    Index("ix_journal_notes_case_signed", "case_id", "signed_at"),
    Index("ix_journal_notes_unit_signed", "unit_id", "signed_at"),
)

journal_drafts = Table(
    "journal_drafts",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("content", JSON, nullable=False),
    Column("saved_at", Instant, nullable=False),
)

IS_OWED = text("settled_at IS NULL")

note_debts = Table(
    "note_debts",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("staff_name", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("settled_at", Instant),
    Index("ix_note_debts_case_id", "case_id"),
    # At most one that stands, of each person in each case.
    Index("ux_note_debts_owed", "staff_id", "case_id", unique=True, sqlite_where=IS_OWED, postgresql_where=IS_OWED),
    Index("ix_note_debts_unit_owed", "unit_id", sqlite_where=IS_OWED, postgresql_where=IS_OWED),
)
