"""The table of how contacts are registered in VAS."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Text, text

from p24tui.store.columns import Instant, metadata

IS_STANDING = text("withdrawn_at IS NULL")
"""Holds of the one registration that a contact may have (RE-6)."""

registrations = Table(
    "registrations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("unit_id", ForeignKey("units.id"), nullable=False, comment="the unit that registers it"),
    Column("way", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("new_visit", Boolean, nullable=False),
    Column("reason", Text, nullable=False, comment="the reason for the visit"),
    Column("visit_type", Text, comment="none where nothing is registered"),
    Column("care_giver_id", ForeignKey("staff.id"), comment="the health professional in question"),
    Column("care_giver", Text, nullable=False),
    Column("always_free", Boolean, comment="what the staff member answered, where that was asked (RE-8)"),
    Column("fee_type", Text, nullable=False),
    Column("payment", Text, nullable=False),
    Column("made_by", ForeignKey("staff.id"), nullable=False),
    Column("made_by_name", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("registered_by", ForeignKey("staff.id")),
    Column("registered_by_name", Text, nullable=False),
    Column("registered_at", Instant),
    Column("removed_by", ForeignKey("staff.id")),
    Column("removed_by_name", Text, nullable=False),
    Column("removed_at", Instant),
    Column("withdrawn_by", ForeignKey("staff.id")),
    Column("withdrawn_by_name", Text, nullable=False),
    Column("withdrawn_at", Instant),
    Column("why", Text, nullable=False, comment="why it was withdrawn"),
    Index("ix_registrations_case_id", "case_id"),
    # One for a contact, whatever two do at the same moment (H19).
    Index("ux_registrations_standing", "case_id", unique=True, sqlite_where=IS_STANDING, postgresql_where=IS_STANDING),
    Index("ix_registrations_unit_state", "unit_id", "state", "made_at"),
    Index("ix_registrations_made_by", "made_by", "made_at"),
)
