"""The tables of who holds which office, and of those who have read beyond the units where they work."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text
from sqlalchemy.types import JSON

from p24tui.store.columns import Instant, metadata

staff_roles = Table(
    "staff_roles",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("unit_id", ForeignKey("units.id"), primary_key=True),
    Column("role", Text, primary_key=True, comment="an office; the profession needs no row"),
)

break_glass = Table(
    "break_glass",
    metadata,
    Column("id", Text, primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False, comment="who reads"),
    Column("staff_name", Text, nullable=False),
    Column("profession", Text, nullable=False),
    Column("unit_id", ForeignKey("units.id"), nullable=False, comment="where they work"),
    Column("patient_id", ForeignKey("patients.id"), nullable=False),
    Column("units", JSON, nullable=False, comment="whose cases may be read"),
    Column("ground", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("reviewed_by", ForeignKey("staff.id")),
    Column("reviewed_by_name", Text, nullable=False),
    Column("reviewed_at", Instant),
    Column("outcome", Text),
    Column("review_words", Text, nullable=False),
    Index("ix_break_glass_reviewed_at", "reviewed_at"),
)
